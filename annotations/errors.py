"""The error of the loop with Label Studio, and the translation of the client's own."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from label_studio_sdk.core import ApiError


class LoopError(Exception):
    """A step cannot go on. Says what happened and what to do; every step may be run again and goes on where it stopped."""


@contextmanager
def explained(url: str) -> Iterator[None]:
    """Turn the client's errors inside the block into a LoopError that says what to do."""
    try:
        yield
    except httpx.TransportError as error:
        raise LoopError(f"Label Studio at {url} does not answer ({type(error).__name__}: {error}); start it with make label-studio, "
                        "or set LABEL_STUDIO_URL, and run this again: it goes on where it stopped") from error
    except ApiError as error:
        if error.status_code == 401:
            raise LoopError(f"Label Studio at {url} refuses the token; expected the one in .label-studio/token or LABEL_STUDIO_API_KEY") from error
        raise LoopError(f"Label Studio at {url} answered {error.status_code}: {error.body}; run this again when that is mended") from error
