"""The errors that the library raises on purpose. Each says what was received, what was expected and what to do."""

from collections.abc import Sequence


class ZhibiaoError(Exception):
    """The base of them all, so that a caller can catch what the library means and nothing else."""


class TextTooLongError(ZhibiaoError):
    """The text is over the limit; it is refused whole, never cut."""

    def __init__(self, length: int, limit: int) -> None:
        super().__init__(f"the text has {length:,} characters, the limit is {limit:,}; split it between documents or raise the limit")
        self.length = length
        self.limit = limit


class InvalidTextError(ZhibiaoError):
    """The text is no Unicode text: it holds a lone surrogate, which no encoding can carry."""


class ModelError(ZhibiaoError):
    """A model folder is missing, incomplete, altered, or was made for another list of indicators."""


class AnnotationError(ZhibiaoError):
    """An annotation cannot be read as figures.

    faults: each says what is wrong with which region.
    """

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = tuple(faults)


class MissingExtraError(ZhibiaoError):
    """Something needs packages that are not installed; says which install command brings them."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs more packages; install them with: pip install 'zhibiao[{extra}]'")


class FileError(ZhibiaoError):
    """A file gives no text."""


class UnsupportedFileError(FileError):
    """The file is of a kind that is not read."""


class FileTooLargeError(FileError):
    """The file is over a limit, packed or unpacked; it is refused whole, never cut."""


class UnreadableFileError(FileError):
    """The file is damaged, locked, empty of text or not what its name says."""
