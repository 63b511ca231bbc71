"""Placing: which cell of the form each value is."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final, Literal

from zhibiao.numbers import Quantity, parse
from zhibiao.tables.cells import Cell
from zhibiao.tables.fitting import Fitter, parts_lines, read
from zhibiao.tables.form import Column, Form, Row, Table, Word
from zhibiao.tables.runs import Run

# How surely a cell was placed: by the headers of its row and its column, by its row's and the number of cells, by order alone.
How = Literal["headers", "count", "position"]
NEGATIVE: Final = re.compile(r"[\-−–减]")
SIGN: Final = re.compile(r"(?:[+\-−–]|增加?|减少?) ?")
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


class Placer:
    """Goes through the runs of a text and remembers which table they are in and which headers were seen."""

    def __init__(self, form: Form, text: str, found: Sequence[Run]) -> None:
        self.form = form
        self.text = text
        self.runs = found
        self.layout = layout(form, found)
        self.fitter = Fitter(text, any(parts_lines(text, run) for run in found))
        self.result = Placement(self.layout)
        self.within: str | None = None
        self.headers: set[str] = set()
        self.unit = ""

    def place(self) -> Placement:
        """Place all runs; once more where later rows may settle how to read earlier ones."""
        self.pass_through()
        if self.fitter.doubtful and self.fitter.shifts:
            self.result = Placement(self.layout)
            self.pass_through()
        self.result.warnings.extend(self.missing())
        return self.result

    def pass_through(self) -> None:
        for run in self.runs:
            if run.apart or run is self.runs[0]:
                self.leave()
            self.take(run)

    def leave(self) -> None:
        """Forget the table and its headers."""
        self.within, self.unit = None, ""
        self.headers.clear()

    def take(self, run: Run) -> None:
        """Take notice of a run's labels and place its values, if it has any."""
        words = list(self.form.find(run.folded.text))
        rows = [pair for word in words if (pair := self.enter(word))]
        if match := HEADER_UNIT.search(self.text, run.labels[0].start, run.labels[-1].end):
            self.unit = match[1]
        if not run.values:
            return
        tail = run.folded.text[words[-1].end if words else 0:]
        named = rows[-1] if rows and rows[-1][0] is words[-1] else None
        doubtful = False
        if self.within and self.within != "disputes" and self.form.foreign(tail) or named is None and tail:
            like = self.form.row_like(tail, self.within) if self.within else None
            named, doubtful = (Word(len(run.folded.text) - len(tail), len(run.folded.text), tail, ()), *like) if like else None, True
        for _, table, row in rows if named is None or doubtful else rows[:-1]:
            if (self.layout or row.layouts[0]) in row.layouts:
                self.result.rows.setdefault((table.number, row.code), ())
        if self.within == "disputes":
            self.across(run, words)
        elif named:
            self.row(run, words, *named, doubtful)
        elif self.within == "applications" and tail and self.fitter.fit(run.values, (7,)):
            self.result.unknown.append(tail)
            self.result.warnings.append(f"applications: the form has no row {tail}; its cells were not read")
            self.occupy(run, words)

    def enter(self, word: Word) -> tuple[Word, Table, Row] | None:
        """Take notice of a label; what it says if it is a row's."""
        opened = next((self.form.tables[meaning.table] for meaning in word.meanings if meaning.kind == "opens"), None)
        if opened and (self.within != opened.within or opened.within == "article20"):
            self.leave()
            self.within = opened.within
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
        # A header, or else the rest of the text, says how many cells there are; only without either may it be any number.
        sure = [columns for columns in variants if self.headed(columns)] or ([known] if known else variants)
        rest, most = self.fitter.cut_off(run, len(variants[0])), max(map(len, sure))
        whole = rest is None or len(rest) == len(read(self.text, run.values))
        cells = self.fitter.fit(run.values, [len(columns) for columns in sure]) if whole else None
        if cells is None and rest:
            self.warn(f"{table.within}: the text ends in the row {row.labels[0]}, after {len(rest)} of {len(variants[0])} cells")
            self.store(run, word, table, row, variants[0], rest, "position")
            self.occupy(run, words)
            return
        if cells is None:
            if (count := len(read(self.text, run.values))) > 1:
                self.unread(run, words, f"{table.within}: the row {row.labels[0]} has {count} cells where the form has {most}")
            return
        fitting = [columns for columns in sure if len(columns) == len(cells)]
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
        labels = {meaning.code: word for word in reversed(words) for meaning in word.meanings
                  if meaning.kind == "row" and meaning.table == table.number}
        named = [row for row in rows if row.code in labels]
        counts = [len(columns) * len(rows), *([len(columns) * len(named)] if named and len(named) < len(rows) else [])]
        # A mark alone in front of the values closes the row of headers.
        values = run.values[1:] if run.values and run.values[0].frame == "alone" else run.values
        cells: Sequence[Cell] | None = self.fitter.fit(values, counts)
        how: How = "count"
        if cells is None:
            cells = self.fitter.cut_off(replace(run, values=values), counts[0])
            if not self.headed(columns) or (count := len(read(self.text, values))) < 2:
                return
            if cells is None:
                self.unread(run, words, f"disputes: {count} cells where the form has {counts[0]}")
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
            if unit == "件" and not self.headers.intersection(column.labels):
                unit = ""
            stored.append(Placed(Place(table, row, column), cell, quantity, how, span, label, unit))
        stored.extend([None] * (len(columns) - len(stored)))
        self.result.rows[table.number, row.code] = tuple(stored)

    def occupy(self, run: Run, words: Sequence[Word]) -> None:
        """Keep the tagger from what lies between a run's first label of the form and its last value."""
        start = run.folded.origins[words[0].start] if words else run.labels[-1].start
        self.result.occupied.append((start, max(run.end, start + 1)))

    def unread(self, run: Run, words: Sequence[Word], why: str) -> None:
        """Give up a row. One that is set like a sentence is left to the tagger, which knows tables retold in lines of text."""
        filled = [values for values in run.values if not values.line]
        if len(filled) == 1 and filled[0].cells is None:
            self.warn(f"{why}; it was read as prose")
        else:
            self.warn(f"{why}; none was read")
            self.occupy(run, words)

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
