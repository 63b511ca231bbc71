"""The errors that the library raises on purpose. Each says what was received, what was expected and what to do."""


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
