"""The process that reads one file: `python -m zhibiao.files KIND SECONDS MEMORY`, started by isolation.py."""

import importlib
import json
import logging
import os
import resource
import sys
from dataclasses import asdict
from typing import Any, Final

from zhibiao.errors import FileError, FileTooLargeError
from zhibiao.files.content import Content
from zhibiao.files.isolation import OUT_OF_MEMORY

READERS: Final = {"html": "zhibiao.files.markup", "docx": "zhibiao.files.docx", "pdf": "zhibiao.files.pdf"}
# Ten times what an extractor takes unless told otherwise.
MOST_CHARACTERS: Final = 10_000_000


def bound(seconds: int, memory: int) -> None:
    """Hold this process to its limits for good: processor time, address space, no core dump and no file written."""
    # A second between the two bounds, so that the signal tells what happened.
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    for what, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0)):
        resource.setrlimit(what, (most, most))


def answer(data: bytes, kind: str) -> dict[str, Any]:
    """What the file holds, or the error that it ended in."""
    try:
        content: Content = importlib.import_module(READERS[kind]).read(data)
        if len(content.text) > MOST_CHARACTERS:
            raise FileTooLargeError(f"the file holds {len(content.text):,} characters, at most {MOST_CHARACTERS:,} are read; split it")
        return asdict(content)
    except FileError as error:
        return {"error": type(error).__name__, "message": str(error)}
    except MemoryError:
        os._exit(OUT_OF_MEMORY)  # nothing is left to answer with
    except RecursionError:
        return {"error": "UnreadableFileError", "message": "the file nests its parts too deeply; save it in a simpler form"}


if __name__ == "__main__":
    kind, seconds, memory = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    bound(seconds, memory)
    logging.disable()
    json.dump(answer(sys.stdin.buffer.read(), kind), sys.stdout)
