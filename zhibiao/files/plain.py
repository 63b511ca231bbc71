"""Plain text: bytes decoded as the Chinese encoding in which they read like Chinese.

The multi-byte encodings accept nearly everything, so that a decoder's consent proves little. What tells them apart is that
only in the right one most characters are common: those of the first levels of GB 2312 and of Big5, which were drawn up by frequency.
"""

import codecs
from functools import cache
from typing import Final

from zhibiao.errors import UnreadableFileError
from zhibiao.files.content import Content

NAMES: Final = {"utf-8": "UTF-8", "gb18030": "GB18030", "big5hkscs": "Big5"}
MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig", "UTF-8"), (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"), (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"))
LOST: Final = "\ufffd"
# Lead bytes of the two levels of common characters, sorted by sound in GB 2312 and by strokes in Big5.
GB2312_LEVEL_1: Final = range(0xB0, 0xD8)
BIG5_LEVEL_1: Final = range(0xA4, 0xC7)
PUNCTUATION: Final = "　，。、；：？！“”‘’（）《》〈〉「」『』【】〔〕—…·％％○①②③④⑤⑥⑦⑧⑨⑩㎡"
# In its own encoding no text of the corpus falls below 0.91, in another none reaches 0.62.
PLAUSIBLE: Final = 0.7
# In bytes; so much of the beginning tells as well as the whole.
SAMPLE: Final = 100_000


@cache
def common() -> frozenset[str]:
    """The characters beyond ASCII that Chinese text is made of."""
    found = set(PUNCTUATION) | {chr(point) for point in range(0xFF01, 0xFF5F)} | set(map(chr, range(0xA0, 0x100)))
    for leads, encoding in ((GB2312_LEVEL_1, "gb2312"), (BIG5_LEVEL_1, "big5")):
        for lead in leads:
            found.update(bytes((lead, trail)).decode(encoding, "ignore") for trail in range(0x40, 0xFF))
    return frozenset(char for char in found if len(char) == 1)


def plausibility(text: str) -> float:
    """The share of the characters beyond ASCII that are common, from 0 to 1."""
    wide = [char for char in text if char > "\x7f"]
    return sum(char in common() for char in wide) / len(wide) if wide else 1.0


def decode(data: bytes) -> tuple[str, str, tuple[str, ...]]:
    """Bytes as their text, the encoding's name, and warnings. Raises UnreadableFileError where they are no text."""
    for mark, encoding, name in MARKS:
        if data.startswith(mark):
            text = data.decode(encoding, "replace")
            return text, name, lost(text, name)
    if b"\0" in data:
        raise UnreadableFileError(f"byte {data.index(0):,} is 0, which no text holds; expected text in UTF-8, GB18030 or Big5")
    try:
        return data.decode(), "UTF-8", ()
    except UnicodeDecodeError:
        pass
    scores = {encoding: plausibility(data[:SAMPLE].decode(encoding, "replace")) for encoding in NAMES}
    best = max(scores, key=scores.__getitem__)
    if scores[best] < PLAUSIBLE:
        raise UnreadableFileError("the bytes read like Chinese in none of UTF-8, GB18030 and Big5; save the text as UTF-8")
    text = data.decode(best, "replace")
    return text, NAMES[best], lost(text, NAMES[best])


def lost(text: str, name: str) -> tuple[str, ...]:
    """A warning where bytes were no character."""
    count = text.count(LOST)
    return (f"{count} characters are broken in {name} and stand as U+FFFD",) if count else ()


def read(data: bytes, kind: str) -> Content:
    """A file of plain text. Raises UnreadableFileError."""
    text, name, warnings = decode(data)
    return Content(text, kind, warnings if name == "UTF-8" else (f"read as {name}", *warnings))
