"""Placing: which cell of the form each value is."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal

from zhibiao.numbers import Quantity, parse
from zhibiao.tables.cells import ANY, LOOSE, WAYS, Cell, Values, Way
from zhibiao.tables.form import Column, Form, Row, Table, Word
from zhibiao.tables.runs import Run

# How surely a cell was placed: by the headers of its row and its column, by its row's and the number of cells, by order alone.
How = Literal["headers", "count", "position"]
NEGATIVE: Final = re.compile(r"[\-−–减]")
SIGN: Final = re.compile(r"(?:[+\-−–]|增加?|减少?) ?")
FALSE_JOIN: Final = re.compile(r"\D*0 ?\d")
HEADER_UNIT: Final = re.compile(r"单位\s*[:：]?\s*([千万亿]?元)")
# Long enough to open the table of applications by itself.
DISTINCT: Final = 9


@dataclass(frozen=True, slots=True)
class Place:
    """A cell's place in the form."""

    table: Table
    row: Row
    column: Column


@dataclass(frozen=True, slots=True)
class Placed:
    """A cell with its place. row: the interval of the view from its row's label to its last cell; label: that of the label,
    None where none stands there; unit: what the header says of its unit."""

    place: Place
    cell: Cell
    quantity: Quantity | None
    how: How
    row: tuple[int, int]
    label: tuple[int, int] | None
    unit: str


@dataclass(slots=True)
class Placement:
    """What was found of the form. rows: by table and row, each column's cell or None; unknown: rows that it does not have."""

    layout: str | None = None
    rows: dict[tuple[int, str], tuple[Placed | None, ...]] = field(default_factory=dict)
    occupied: list[tuple[int, int]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def amount(text: str) -> Quantity | None:
    """The quantity that a cell holds, its sign kept."""
    sign = SIGN.match(text)
    body = text[sign.end():] if sign else text
    quantity = Quantity(Decimal(body), None, "", None, "exact") if body.isdecimal() else parse(body)
    if quantity is None or not sign:
        return quantity
    value = -quantity.value if NEGATIVE.match(text) else quantity.value
    at = quantity.unit_at and (quantity.unit_at[0] + sign.end(), quantity.unit_at[1] + sign.end())
    return Quantity(value, None, quantity.unit, at, quantity.approx)


def cut(cells: Sequence[Cell], count: int) -> Sequence[Cell] | None:
    """The cells without the blank ones that are too many at one end; None where that leaves the number wrong or in doubt."""
    extra = len(cells) - count
    front, back = all(cell.blank for cell in cells[:extra]), all(cell.blank for cell in cells[-extra:])
    return None if extra <= 0 or front == back else cells[extra:] if front else cells[:-extra]


def read(text: str, values: Sequence[Values], way: Way) -> list[Cell]:
    return [cell for some in values for cell in some.read(text, way)]


def fit(text: str, values: Sequence[Values], counts: Sequence[int], parting_lines: bool) -> Sequence[Cell] | None:
    """The values as cells, read in the likeliest way that gives one of these numbers of them.

    parting_lines: empty lines part the cells of this text, so they are none themselves.
    """
    one_line = sum(not some.line for some in values) == 1
    for way in WAYS:
        if way.within and not one_line or way.lines == "all" and parting_lines:
            continue
        cells = read(text, values, way)
        if way.gap is None and any(not LOOSE.fullmatch(text, cell.start, cell.end) or FALSE_JOIN.match(text, cell.start, cell.end)
                                   for cell in cells if not cell.blank):
            continue
        for count in counts:
            if len(cells) == count:
                return cells
        for count in counts:
            if (fewer := cut(cells, count)) is not None:
                return fewer
    return None


class Placer:
    """Goes through the runs of a text and remembers which table they are in and which headers were seen."""

    def __init__(self, form: Form, text: str, found: Sequence[Run]) -> None:
        self.form = form
        self.text = text
        self.runs = found
        self.result = Placement(layout(form, found))
        self.within: str | None = None
        self.headers: set[str] = set()
        self.unit = ""
        self.parting_lines = any(parts_lines(text, run) for run in found)

    def place(self) -> Placement:
        for run in self.runs:
            if run.apart:
                self.within, self.unit = None, ""
                self.headers.clear()
            self.take(run)
        self.result.warnings.extend(self.missing())
        return self.result

    def take(self, run: Run) -> None:
        words = list(self.form.find(run.folded.text))
        rows = [pair for word in words if (pair := self.enter(word))]
        if match := HEADER_UNIT.search(self.text, run.labels[0].start, run.labels[-1].end):
            self.unit = match[1]
        tail = run.folded.text[words[-1].end if words else 0:]
        named = rows[-1] if rows and rows[-1][0] is words[-1] else None
        doubtful = False
        if self.within and self.within != "disputes" and self.form.foreign(tail) or named is None and tail:
            like = self.form.row_like(tail, self.within) if self.within else None
            named, doubtful = (Word(len(run.folded.text) - len(tail), len(run.folded.text), tail, ()), *like) if like else None, True
        for _, table, row in rows if named is None or doubtful else rows[:-1]:
            self.result.rows.setdefault((table.number, row.code), ())
        if self.within == "disputes":
            self.across(run, words)
        elif named:
            self.row(run, words, *named, doubtful)
        elif self.within == "applications" and tail and fit(self.text, run.values, (7,), self.parting_lines):
            self.result.unknown.append(tail)
            self.result.warnings.append(f"applications: the form has no row {tail}; its cells were not read")
            self.occupy(run, words)

    def enter(self, word: Word) -> tuple[Word, Table, Row] | None:
        """Take notice of a label; what it says if it is a row's."""
        opened = next((self.form.tables[meaning.table] for meaning in word.meanings if meaning.kind == "opens"), None)
        if opened and (self.within != opened.within or opened.within == "article20"):
            self.within, self.unit = opened.within, ""
            self.headers.clear()
        of_columns = [meaning for meaning in word.meanings if meaning.kind == "column"]
        if self.within is None and any(self.form.tables[meaning.table].within == "article20" for meaning in of_columns):
            self.within = "article20"
        if any(self.form.tables[meaning.table].within == self.within for meaning in of_columns):
            self.headers.add(word.label)
        for meaning in word.meanings:
            if meaning.kind == "row":
                table = self.form.tables[meaning.table]
                if self.within is None and table.within == "applications" and len(word.label) >= DISTINCT:
                    self.within = "applications"
                # 总计 and 其他 head columns before the first row and rows after it.
                early = of_columns and not any(number == table.number for number, _ in self.result.rows)
                if table.within == self.within and not table.across and not early:
                    return word, table, table.rows[meaning.code]
        return None

    def headed(self, columns: Sequence[Column]) -> bool:
        return all(any(label in self.headers for label in column.labels) for column in columns)

    def row(self, run: Run, words: Sequence[Word], word: Word, table: Table, row: Row, doubtful: bool) -> None:
        """Place the cells of a row that stands below others."""
        key = (table.number, row.code)
        variants = list(dict.fromkeys(table.columns.values()))
        known = table.columns.get(self.result.layout or "")
        variants.sort(key=lambda columns: (not self.headed(columns), columns is not known))
        if any(self.result.rows.get(key, ())):
            self.occupy(run, words)
            self.warn(f"{table.within}: the row {row.labels[0]} comes again; its first cells were kept")
            return
        self.result.rows.setdefault(key, ())
        if all(values.nothing for values in run.values):
            return
        cells = fit(self.text, run.values, [len(columns) for columns in variants], self.parting_lines)
        if cells is None:
            cells = read(self.text, run.values, Way(ANY))
            most = max(map(len, variants))
            if run.last and len(cells) < most and not self.text[run.end:].strip(" \t\n|\0"):
                columns = variants[0]
                self.warn(f"{table.within}: the text ends in the row {row.labels[0]}, after {len(cells)} of {len(columns)} cells")
                self.store(run, word, table, row, columns, cells, "position")
                self.occupy(run, words)
            elif len(cells) > 1:
                self.occupy(run, words)
                self.warn(f"{table.within}: the row {row.labels[0]} has {len(cells)} cells where the form has {most}; none was read")
            return
        fitting = [columns for columns in variants if len(columns) == len(cells)]
        how: How = "headers" if self.headed(fitting[0]) and not doubtful else "count"
        chosen: Sequence[Column | None] = fitting[0]
        if len(fitting) > 1 and not self.headed(fitting[0]) and fitting[0] is not known:
            # Nothing says which layout it is: what both have in the same place is sure enough.
            chosen = [same[0] if len({column.code for column in same}) == 1 else None for same in zip(*fitting, strict=True)]
            how = "position"
            self.warn(f"{table.within}: nothing says which layout the row {row.labels[0]} has; cells in doubt were not read")
        self.store(run, word, table, row, chosen, cells, how)
        self.occupy(run, words)

    def across(self, run: Run, words: Sequence[Word]) -> None:
        """Place the cells of a table whose rows stand beside each other."""
        table = next(table for table in self.form.tables if table.across)
        columns = next(iter(table.columns.values()))
        rows = list(table.rows.values())
        labels = {meaning.code: word for word in reversed(words) for meaning in word.meanings if meaning.kind == "row" and meaning.table == table.number}
        named = [row for row in rows if row.code in labels]
        counts = [len(columns) * len(rows), *([len(columns) * len(named)] if named and len(named) < len(rows) else [])]
        cells: Sequence[Cell] | None = fit(self.text, run.values, counts, self.parting_lines)
        how: How = "count"
        if cells is None:
            cells = read(self.text, run.values, Way(ANY))
            if not self.headed(columns) or len(cells) < 2:
                return
            if not run.last or len(cells) > counts[0] or self.text[run.end:].strip(" \t\n|\0"):
                self.warn(f"disputes: {len(cells)} cells where the form has {counts[0]}; none was read")
                self.occupy(run, words)
                return
            self.warn(f"disputes: the text ends after {len(cells)} of {counts[0]} cells")
            how = "position"
        chosen = rows if len(cells) > len(columns) * len(named) or how == "position" else named
        if how == "count" and self.headed(columns) and all(row.code in labels for row in chosen):
            how = "headers"
        if any(any(self.result.rows.get((table.number, row.code), ())) for row in chosen):
            self.warn("disputes: the table comes again; its first cells were kept")
            self.occupy(run, words)
            return
        for index, row in enumerate(chosen):
            some = cells[index * len(columns):(index + 1) * len(columns)]
            if some:
                self.store(run, labels.get(row.code), table, row, columns, some, how)
        self.occupy(run, words)

    def store(self, run: Run, word: Word | None, table: Table, row: Row, columns: Sequence[Column | None], cells: Sequence[Cell], how: How) -> None:
        origins = run.folded.origins
        label = (origins[word.start], origins[word.end - 1] + 1) if word and word.start < word.end else None
        start = label[0] if label and not table.across else cells[0].start
        span = (start, max(cells[-1].end, start + 1))
        stored: list[Placed | None] = []
        for column, cell in zip(columns, cells, strict=False):
            quantity = None if cell.blank else amount(self.text[cell.start:cell.end])
            if column is None or quantity is None:
                stored.append(None)
                continue
            unit = self.unit if column.unit.endswith("元") and self.unit else column.unit
            known = any(header in self.headers for header in column.labels) or column.unit.endswith("元")
            stored.append(Placed(Place(table, row, column), cell, quantity, how, span, label, unit if known else ""))
        stored.extend([None] * (len(columns) - len(stored)))
        self.result.rows[table.number, row.code] = tuple(stored)

    def occupy(self, run: Run, words: Sequence[Word]) -> None:
        """Keep the tagger from what lies between a run's first label of the form and its last value."""
        start = run.folded.origins[words[0].start] if words else run.labels[-1].start
        self.result.occupied.append((start, max(run.end, start + 1)))

    def warn(self, warning: str) -> None:
        if warning not in self.result.warnings:
            self.result.warnings.append(warning)

    def missing(self) -> Iterator[str]:
        """What the form has and the text has not, table by table."""
        read = {self.form.tables[number].within for (number, _), cells in self.result.rows.items() if any(cells)}
        if not read:
            self.result.rows.clear()
            return
        for within in dict.fromkeys(table.within for table in self.form.tables):
            if within not in read:
                yield f"{within}: the table was not found"
                continue
            expected = ((table.number, row) for table in self.form.tables if table.within == within for row in table.rows.values()
                        if (self.result.layout or row.layouts[0]) in row.layouts and (self.result.layout or len(row.layouts) > 1))
            absent = [row.code for number, row in expected if (number, row.code) not in self.result.rows]
            if absent:
                yield f"{within}: rows missing: {', '.join(absent)}"


def parts_lines(text: str, run: Run) -> bool:
    """Whether empty lines stand between the cells of a row that is whole without them."""
    filled = [i for i, values in enumerate(run.values) if not values.line]
    inside = any(values.line == "empty" for values in run.values[filled[0]:filled[-1]]) if filled else False
    return inside and len(read(text, run.values, Way(ANY))) in (3, 7, 15)


def layout(form: Form, found: Iterable[Run]) -> str | None:
    """The layout that most labels speak for which only one of them has."""
    votes: Mapping[str, int] = dict.fromkeys(form.layouts, 0)
    counted = dict(votes)
    for run in found:
        for word in form.find(run.folded.text):
            owners = {owner for meaning in word.meanings for owner in meaning.layouts}
            if len(owners) == 1:
                counted[owners.pop()] += 1
    best = max(counted, key=lambda key: counted[key])
    return best if counted[best] > sum(counted.values()) - counted[best] else None
