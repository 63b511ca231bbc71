"""Windows: the stretches that the tagger reads, so that texts of any length go through in bounded memory.

A window has a core, in which figures may begin, and context on both sides; before it come the headings that rule it,
since they decide what 办结16件 is about. The cores of a text touch and never overlap, so no figure is doubled, and they end
between sentences, so none is cut. A core without numeral or nil cue needs no model.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from zhibiao.layout import Layout
from zhibiao.units import UNITS

# Years, list marks and 进一步 are no cue; a Chinese numeral is one before a measure word, a scale or a qualifier.
NO_CUE: Final = re.compile(
    r"(?<!\d)(?:19|20)\d{2}\s*年|[(][一二三四五六七八九十]{1,3}[)]|(?:^|\n)\s*[一二三四五六七八九十]{1,3}、|[一二三四五六七八九]是|进一步")
CUE: Final = re.compile(
    r"\d|[百千万亿半零〇番]|第[一二三四五六七八九十]|前[三五十]|未|无|没|尚|暂"
    rf"|[一二两三四五六七八九十几]\s?(?:[十百千万亿多余几]|成|分之|{'|'.join(UNITS)})")
# Never between the digits of one number; a blank or break between digits may belong to a number too.
STRONG: Final = re.compile(r"[。;!?\n][”’」』)]?(?![\s\d.%])")
WEAK: Final = re.compile(r"(?:[,、:)]|(?<!\d)\s)(?![\s\d])")


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of windows in characters of the view: the core at most, context to the left and to the right, headings.

    A character is at most one token, so their sum below 505 keeps every window within the encoder's 512 positions.
    """

    core: int = 400
    left: int = 50
    right: int = 20
    headings: int = 20

    def __post_init__(self) -> None:
        if min(self.core, self.left + 1, self.right + 1, self.headings + 1) < 1 or self.core + self.left + self.right + self.headings > 500:
            raise ValueError(f"{self}: expected a core of at least 1, nothing below 0, and at most 500 characters together")


@dataclass(frozen=True, slots=True)
class Window:
    """Intervals of the view. headings: what to read first; [start, end): core and context; [core_start, core_end): core."""

    headings: tuple[tuple[int, int], ...]
    start: int
    end: int
    core_start: int
    core_end: int


def cut(text: str, start: int, end: int, limit: int) -> int:
    """Where a core that begins at `start` ends, at most `limit` on if any decent place is found there."""
    if end - start <= limit:
        return end
    stop = start + limit
    for pattern, earliest in ((STRONG, start + limit // 3), (WEAK, start + limit // 3)):
        places = [match.end() for match in pattern.finditer(text, earliest, stop)]
        if places:
            return places[-1]
    # No mark anywhere: cut where no number is running, at worst at the limit.
    for place in range(stop, start + limit // 3, -1):
        if not re.match(r"[\d.,%\s一二三四五六七八九十百千万亿]", text[place - 1]):
            return place
    return stop


def windows(text: str, layout: Layout, prose: list[tuple[int, int]], shape: Shape) -> Iterator[Window]:
    """The windows over the intervals `prose` of a normalised text, in order, those without any cue left out."""
    for low, high in prose:
        start = low
        while start < high:
            stop = cut(text, start, high, shape.core)
            if CUE.search(NO_CUE.sub("", text[start:stop])):
                left = max(low, start - shape.left)
                # Context begins with a sentence where one begins not far off.
                if left > low and (match := STRONG.search(text, left, min(left + shape.left // 2, start))):
                    left = match.end()
                above, room = [], shape.headings
                for heading in reversed(layout.path(start)):
                    if heading.start < left and room > 0:
                        above.append((heading.start, min(heading.end, heading.start + room)))
                        room -= heading.end - heading.start
                yield Window(tuple(reversed(above)), left, min(high, stop + shape.right), start, stop)
            start = stop
