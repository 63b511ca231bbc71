"""Tables with merged cells, as rows `| a | b | c |` in the text."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

# As browsers have it, a cell goes across and down no further.
MOST_ACROSS, MOST_DOWN = 1000, 65_534
# A bar within a cell would part it.
BAR: Final = str.maketrans("|｜", "¦¦")
NUMERIC: Final = frozenset("0123456789,.%")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its text in one line, over how many columns it goes across and over how many rows down."""

    text: str
    across: int = 1
    down: int = 1


def rows(grid: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """A line for each row of a table. A cell that goes across several columns is one cell of its row; below one that reaches
    down, each row has a blank one."""
    reaching: dict[int, tuple[int, int]] = {}  # by its first column: columns across, rows yet to come
    for row in grid:
        texts: list[str] = []
        below: dict[int, tuple[int, int]] = {}
        column = 0
        cells = iter(row)
        while True:
            while column in reaching:
                across, down = reaching.pop(column)
                texts.append("")
                if down > 1:
                    below[column] = across, down - 1
                column += across
            cell = next(cells, None)
            if cell is None:
                break
            texts.append(cell.text.translate(BAR))
            if cell.down > 1:
                below[column] = cell.across, cell.down - 1
            column += cell.across
        for at, (across, down) in sorted(reaching.items()):
            texts.append("")
            if down > 1:
                below[at] = across, down - 1
        reaching = below
        yield "|" + "".join(f" {text} |" if text else " |" for text in texts)


def joined(lines: Iterable[str]) -> str:
    """Lines as one: narrow cells and pages break Chinese words and numbers anywhere, Latin words at their blanks."""
    text = ""
    for line in lines:
        ends = text[-1:] + line[:1]
        text += f" {line}" if len(ends) == 2 and ends.isascii() and not NUMERIC.issuperset(ends) else line
    return text
