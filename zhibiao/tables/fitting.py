"""Fitting: a row's values as exactly the cells that the form has there."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from zhibiao.tables.cells import ANY, BLANKS, LOOSE, WAYS, Cell, Values, Way
from zhibiao.tables.runs import Run

# Joined, 0 5 would be a number that nobody writes.
FALSE_JOIN: Final = re.compile(r"\D*0 ?\d")
PIECES: Final = 3
PLAIN: Final = Way(ANY)
# In characters; the fifteen cells of the longest row, set wide, take a few hundred.
LONGEST_ROW: Final = 3000


def read(text: str, values: Iterable[Values], way: Way = PLAIN) -> list[Cell]:
    """The cells of several stretches of values, one after the other."""
    return [cell for some in values for cell in some.read(text, way)]


def parts_lines(text: str, run: Run) -> bool:
    """Whether empty lines stand between the cells of a row that is whole without them."""
    filled = [i for i, values in enumerate(run.values) if not values.line]
    inside = any(values.line == "empty" for values in run.values[filled[0]:filled[-1]]) if filled else False
    return inside and len(read(text, run.values)) in (3, 7, 15)


@dataclass(slots=True)
class Fitter:
    """Fits values to the form, and learns from clear rows how to read doubtful ones.

    parting_lines: empty lines part the cells of this text, so they are none themselves; shifts: by the number of cells found
    and wanted, how many blank ones stand too many in front, None where rows disagree; doubtful: rows that shifts would settle.
    """

    text: str
    parting_lines: bool
    shifts: dict[tuple[int, int], int | None] = field(default_factory=dict)
    doubtful: int = 0

    def cut(self, cells: Sequence[Cell], count: int) -> Sequence[Cell] | None:
        """The cells without the blank ones that are too many at the ends; None where that leaves the number wrong or in doubt."""
        extra = len(cells) - count
        filled = [i for i, cell in enumerate(cells) if not cell.blank]
        if extra <= 0 or not filled or filled[-1] - filled[0] >= count:
            return None
        first, last = max(0, filled[-1] + 1 - count), min(extra, filled[0])
        key = len(cells), count
        if first == last:
            self.shifts[key] = first if self.shifts.get(key, first) == first else None
            return cells[first:first + count]
        shift = self.shifts.get(key)
        if shift is None or not first <= shift <= last:
            self.doubtful += 1
            return None
        return cells[shift:shift + count]

    def number(self, cell: Cell, joined: bool) -> bool:
        """Whether a cell holds one number; joined: of pieces, which are few."""
        text = self.text[cell.start:cell.end]
        return LOOSE.fullmatch(text) is not None and not (joined and (len(text.split()) > PIECES or FALSE_JOIN.match(text)))

    def fit(self, values: Sequence[Values], counts: Sequence[int]) -> Sequence[Cell] | None:
        """The values as cells, read in the likeliest way that gives one of these numbers of them."""
        if values and values[-1].end - values[0].start > LONGEST_ROW:
            return None
        one_line = sum(not some.line for some in values) == 1
        for way in WAYS:
            if way.within and not one_line or way.lines == "all" and self.parting_lines:
                continue
            cells = read(self.text, values, way)
            if not all(self.number(cell, joined=way.gap is None) for cell in cells if not cell.blank):
                continue
            for count in counts:
                if len(cells) == count:
                    return cells
            # Where each blank counts there are none too many.
            for count in counts if way.gap in (ANY, BLANKS) else ():
                if (fewer := self.cut(cells, count)) is not None:
                    return fewer
        return None

    def cut_off(self, run: Run, count: int) -> list[Cell] | None:
        """The cells of the row in which the text ends, fewer than the form has there; None where it ends otherwise."""
        if not run.last or self.text[run.end:].strip(" \t\n|\0"):
            return None
        cells = read(self.text, run.values)
        shift = next((shift for (_, wanted), shift in self.shifts.items() if wanted == count and shift), 0)
        if shift and all(cell.blank for cell in cells[:shift]):
            cells = cells[shift:]
        return cells if len(cells) < count else None
