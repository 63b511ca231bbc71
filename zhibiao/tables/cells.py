"""Texts in cells: the lines of a text as labels and runs of values, in whatever way the table was set.

Pipes and tabs part cells visibly. Blanks and line breaks part them too but also stand inside numbers and between lines, so a
stretch of values can be read in several ways; which is right shows only when the form says how many cells there should be.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

# Marks a non-breaking blank: some tables hold it for an empty cell, others to pad.
PAD: Final = "\0"
LONGEST: Final = 15
NUMBER: Final = rf"\d{{1,3}}(?:,\d{{3}}){{1,4}}(?:[.。]\d{{1,6}})?|\d{{1,{LONGEST}}}(?:[.。] ?\d{{1,6}})?"
UNIT: Final = r"(?:[万亿千百]?元|万?[件项个条份宗部家次起人笔批]|件次|人次)"
VALUE: Final = re.compile(rf"(?:[+\-−–]|增加?|减少?)? ?(?:{NUMBER})(?: ?[余多]?{UNIT})?")
# A value as a cell of its own may have blanks between its digits: 12 308, 3 7.
LOOSE: Final = re.compile(rf"(?:[+\-−–]|增加?|减少?)? ?\d(?:[\d, ]{{0,20}}\d)?(?:[.。] ?\d[\d ]{{0,8}})? ?[余多]?{UNIT}?")
NOTHING: Final = re.compile(r"[/\\\-—–]{1,3}|无")
# Among words, with pieces of numbers that blanks tore apart: 6,4 72.
IN_LINE: Final = re.compile(rf"(?<![^\s{PAD}])(?:{VALUE.pattern}|{NOTHING.pattern}|\d[\d,]{{0,{LONGEST}}}\d)(?![^\s{PAD}])")
RULE: Final = frozenset(" \t|:+-=")
PAGE: Final = re.compile(r"\s*(?:第\s*\d+\s*页.{0,12}|[-—–]{1,2}\s*\d+\s*[-—–]{1,2}|P\.?\s*\d+)\s*")
EDGE: Final = f" \t*_`{PAD}"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell, as an interval of the view; an empty interval where it is blank."""

    start: int
    end: int

    @property
    def blank(self) -> bool:
        return self.start == self.end


@dataclass(frozen=True, slots=True)
class Label:
    """A stretch of words, as an interval of the view."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Way:
    """A way to read values.

    gap: what parts those of one line, None for nothing; lines: which lines without anything on them are blank cells,
    `spaced` for those with blanks, `all` for empty ones as well; within: only where all the values stand on one line;
    framed: a mark at a row's end parts off one more cell, a blank one.
    """

    gap: re.Pattern[str] | None
    lines: str = ""
    within: bool = False
    framed: bool = False


ANY: Final = re.compile(rf"[\s{PAD}]++(?!{UNIT}(?![^\s{PAD}]))")
BLANKS: Final = re.compile(" +")
# The likeliest way first: the first one that gives as many cells as the form has columns is taken.
WAYS: Final = (Way(ANY), Way(None), Way(ANY, "spaced"), Way(None, "spaced"), Way(ANY, "all"), Way(None, "all"), Way(ANY, framed=True),
               Way(BLANKS, within=True), *(Way(re.compile(f"[ {PAD}]{{{width}}}"), within=True) for width in (4, 3, 2, 1)))


@dataclass(frozen=True, slots=True)
class Values:
    """A stretch of values. cells: what they are where that is certain; otherwise the text of [start, end) is yet to be parted.

    line: `spaced` or `empty` for a line without anything on it; frame: which end of its line has a mark that may frame it,
    `alone` where the mark is all that the line has.
    """

    start: int
    end: int
    cells: tuple[Cell, ...] | None = None
    line: str = ""
    frame: str = ""

    @property
    def nothing(self) -> bool:
        """Whether there are no values in it, only cells that are visibly blank or an empty line."""
        return bool(self.line) or self.cells is not None and all(cell.blank for cell in self.cells)

    def read(self, text: str, way: Way) -> tuple[Cell, ...]:
        """The cells that it has in this way of reading."""
        if self.line:
            return (Cell(self.start, self.start),) if way.lines in ("all", self.line) else ()
        if self.cells is not None:
            front = (Cell(self.start, self.start),) if way.framed and self.frame == "start" else ()
            back = (Cell(self.end, self.end),) if way.framed and self.frame == "end" else ()
            return front + self.cells + back
        found: list[Cell] = []
        start, exact = self.start, way.gap not in (ANY, BLANKS)
        for match in way.gap.finditer(text, self.start, self.end) if way.gap else ():
            if match.start() > self.start or exact:
                found.append(trimmed(text, start, match.start()))
            start = match.end()
        if start < self.end or exact:
            found.append(trimmed(text, start, self.end))
        return tuple(found)


Piece = Label | Values


def trimmed(text: str, start: int, end: int) -> Cell:
    """The cell without what pads it; what stands for nothing is a blank cell."""
    while start < end and text[start] in EDGE:
        start += 1
    while end > start and text[end - 1] in EDGE:
        end -= 1
    return Cell(start, start) if NOTHING.fullmatch(text, start, end) else Cell(start, end)


def parted(text: str, start: int, end: int, mark: str) -> Iterator[Piece]:
    """The pieces of a line whose cells a mark parts. Pipes at its ends are its frame."""
    frame = ""
    if mark == "|":
        start, end = start + len(text[start:end]) - len(text[start:end].lstrip()), start + len(text[start:end].rstrip())
        alone = end - start == 1
        opened, closed = text[start] == "|" and not alone, text[end - 1] == "|"
        start, end = start + opened, end - closed
        frame = "alone" if alone else "start" if opened else "end" if closed else ""
    values: list[Cell] = []
    words = False
    low = start
    while low <= end:
        high = text.find(mark, low, end)
        high = end if high < 0 else high
        cell = trimmed(text, low, high)
        low = high + 1
        if cell.blank or LOOSE.fullmatch(text, cell.start, cell.end):
            values.append(cell)
            continue
        # Blank cells in front of a line's first label belong to labels that reach down from the lines above.
        if values and (words or not all(value.blank for value in values)):
            yield Values(values[0].start, values[-1].end, tuple(values))
        values = []
        yield Label(cell.start, cell.end)
        words = True
    if values:
        # In front of a label, or of a cell alone on its line, a mark parts off nothing.
        framed = frame == "alone" or len(values) > 1 and not (words and frame == "start")
        yield Values(values[0].start, values[-1].end, tuple(values), frame=frame if framed else "")


def spaced(text: str, start: int, end: int) -> Iterator[Piece]:
    """The pieces of a line without visible marks: its words, and between them the stretches of values with the blanks around."""
    words_from = start
    matches = list(IN_LINE.finditer(text, start, end))
    # A lone number in front of words numbers them: 3 收到和处理政府信息公开申请情况.
    i = int(len(matches) > 0 and not text[start:matches[0].start()].strip(EDGE) and matches[0].end() < end
            and bool(text[matches[0].end():matches[1].start() if len(matches) > 1 else end].strip(EDGE)))
    while i < len(matches):
        last = i
        while last + 1 < len(matches) and not text[matches[last].end():matches[last + 1].start()].strip(f" \t{PAD}"):
            last += 1
        low, high = words_from, matches[last].end()
        if words := text[words_from:matches[i].start()].rstrip(f" \t{PAD}"):
            yield Label(low, low + len(words))
            low += len(words) + 1  # the first blank parts the label from its first cell
        after = matches[last + 1].start() if last + 1 < len(matches) else end
        blanks = len(text[high:after]) - len(text[high:after].lstrip(f" {PAD}"))
        words_from = high + blanks
        high = words_from - (words_from < end and blanks > 0)
        yield Values(low, high)
        i = last + 1
    if text[words_from:end].strip(EDGE):
        yield Label(words_from, end)


def pieces(text: str, start: int, end: int) -> Iterator[Piece]:
    """The pieces of one line, [start, end) without its line break. Rules between rows and page numbers have none."""
    line = text[start:end]
    core = line.strip(f" \t{PAD}")
    if not core:
        yield Values(start, start, None, "spaced" if line else "empty")
    elif core.isdecimal() and len(core) <= LONGEST:
        low = start + line.index(core)
        yield Values(low, low + len(core), (Cell(low, low + len(core)),))
    elif "--" in line and RULE.issuperset(line) or PAGE.fullmatch(line):
        return
    elif "|" in line:
        yield from parted(text, start, end, "|")
    elif "\t" in line.strip(f" {PAD}").lstrip("\t"):
        yield from parted(text, start, end, "\t")
    else:
        yield from spaced(text, start, end)
