"""The normalised view: the text as the model and the rules see it, with the way back to the text as sent.

Every character of the view comes from exactly one character of the source, so the way back is one index a character:
full-width forms become ASCII, traditional characters simplified ones, exotic blanks a space; carriage returns before
line feeds, zero-width and control characters have no place in the view.
"""

import unicodedata
from array import array
from dataclasses import dataclass, field
from functools import cache

import opencc

from zhibiao.errors import InvalidTextError

# CJK ideographs that OpenCC's tables cover: the main block, extension A and the compatibility block.
IDEOGRAPHS = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00))
# Full-width ASCII: digits, letters, and the punctuation ，；：（）％ that texts write either way.
FULL_WIDTH = (0xFF01, 0xFF5F)


@dataclass(frozen=True, slots=True)
class View:
    """source: the text as sent; text: the normalised one; origins: for each character of `text`, its index in `source`."""

    source: str
    text: str
    origins: array = field(repr=False)  # type: ignore[type-arg]

    def to_source(self, start: int, end: int) -> tuple[int, int]:
        """The interval of the source, end exclusive, that a non-empty interval of the view stands for."""
        return self.origins[start], self.origins[end - 1] + 1


@cache
def folding() -> dict[int, str]:
    """Code point to its character in the view; the empty string for those that have none."""
    characters = [chr(point) for low, high in IDEOGRAPHS for point in range(low, high)]
    # One call with line breaks between: OpenCC converts words in context, here every character stands alone.
    simplified = opencc.OpenCC("t2s").convert("\n".join(characters)).split("\n")
    table = {ord(old): new for old, new in zip(characters, simplified, strict=True) if old != new and len(new) == 1}
    table |= {point: chr(point - 0xFEE0) for point in range(*FULL_WIDTH)}
    for point in range(0x3000):
        category = unicodedata.category(chr(point))
        if category in ("Cc", "Cf") and chr(point) not in "\n\t":
            table[point] = ""
        elif category in ("Zs", "Zl", "Zp"):
            table[point] = " " if category == "Zs" else "\n"
    return table | {0x3000: " ", 0xFEFF: "", 0x85: "\n", ord("\r"): "\n", ord("﹪"): "%"}


@cache
def invisible() -> frozenset[str]:
    """The characters that have no place in the view."""
    return frozenset(chr(point) for point, new in folding().items() if not new)


@cache
def unfolding() -> frozenset[str]:
    """The simplified characters that traditional text writes otherwise."""
    characters = [chr(point) for low, high in IDEOGRAPHS[:2] for point in range(low, high)]
    traditional = opencc.OpenCC("s2t").convert("\n".join(characters)).split("\n")
    return frozenset(old for old, new in zip(characters, traditional, strict=True) if old != new)


def normalise(source: str) -> View:
    """The view of `source`. Raises InvalidTextError on a lone surrogate."""
    try:
        source.encode()
    except UnicodeEncodeError as error:
        raise InvalidTextError(f"character {error.start} is the lone surrogate U+{ord(source[error.start]):04X}; "
                               "expected Unicode text: send it as valid UTF-8 or a full surrogate pair") from None
    # Alone a carriage return is a line break of old; before a line feed it is nothing.
    prepared = source.replace("\r\n", "\0\n")
    dropped = invisible()
    if dropped.isdisjoint(prepared):
        return View(source, prepared.translate(folding()), array("I", range(len(source))))
    origins = array("I", (i for i, char in enumerate(prepared) if char not in dropped))
    return View(source, prepared.translate(folding()), origins)


def script(text: str) -> str:
    """`hant` where the text writes more characters in their traditional than in their simplified form, else `hans`."""
    table, simplified = folding(), unfolding()
    traditional = sum(ord(char) in table and char > "㐀" and char < "＀" for char in text)
    return "hant" if traditional > sum(char in simplified for char in text) else "hans"
