"""The tables of a report: read from its view, as plain values and as figures."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from zhibiao.figures import Figure, clean
from zhibiao.layout import Layout
from zhibiao.numbers import plain_number
from zhibiao.tables.cells import PAD
from zhibiao.tables.form import ORDINAL, Form, Table, form
from zhibiao.tables.placing import Placed, Placement, Placer
from zhibiao.tables.runs import runs
from zhibiao.view import View

# Without one of these words there is no form, nor a part of it.
ANCHOR: Final = re.compile("第二十条|申请人情况|自然人|勾稽|新收|结果维持|尚未审结|未经复议|制发件数|项目数量|处理决定|对外公开总")
# How often a cell placed so is right: on 500 generated forms without headers or cut off 99.96, 99.99 and 97.0 %. Real reports
# are set worse, so these stay below.
CONFIDENCE: Final = {"headers": 0.99, "count": 0.97, "position": 0.9}
SCALES: Final = {"千元": Decimal(1000), "万元": Decimal(10_000), "亿元": Decimal(10**8)}
ENTITY: Final = re.compile("&nbsp;|&#160;", re.IGNORECASE)

Address = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Tables:
    """What was read of the form.

    plain: the values in the shape of the response, None where there is no table; figures: the cells that hold a number, in the
    order of the text, and confidences for each; address: of each figure as (table, row, column), by its start; occupied: the
    intervals of the view that the tables take, in order and apart; unknown: labels of rows that the form does not have;
    warnings: what is missing or could not be read.
    """

    plain: dict[str, Any] | None
    figures: Sequence[Figure]
    confidences: Sequence[dict[str, float]]
    address: Mapping[int, Address]
    occupied: Sequence[tuple[int, int]]
    unknown: Sequence[str]
    warnings: Sequence[str]


NONE: Final = Tables(None, (), (), {}, (), (), ())


def prepared(view: View) -> str:
    """The view with its non-breaking blanks marked: for them tables have a use of their own."""
    text = view.text
    if "\xa0" in view.source:
        text = "".join(PAD if view.source[origin] == "\xa0" else char for char, origin in zip(text, view.origins, strict=True))
    return ENTITY.sub(lambda match: PAD * len(match[0]), text)


def read(view: View, layout: Layout) -> Tables:
    """The tables of a report; nothing where it has none."""
    if not ANCHOR.search(re.sub(r"\s+", "", view.text)):
        return NONE
    declared, text = form(), prepared(view)
    placement = Placer(declared, text, list(runs(declared, text))).place()
    placed = sorted(((figure, cell) for cells in placement.rows.values() for figure, cell in row_figures(view, layout, cells)),
                    key=lambda pair: pair[0].start)
    occupied = apart(declared, text, placement.occupied)
    if not placed:
        return Tables(None, (), (), {}, occupied, (), placement.warnings)
    return Tables(
        plain=plain(declared, placement), figures=[figure for figure, _ in placed],
        confidences=[dict.fromkeys(("span", "indicator", "role", "value", "figure"), CONFIDENCE[cell.how]) for _, cell in placed],
        address={figure.start: (cell.place.table.within, cell.place.row.code, cell.place.column.code) for figure, cell in placed},
        occupied=occupied, unknown=placement.unknown, warnings=placement.warnings)


def apart(declared: Form, text: str, occupied: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The intervals in order, those joined between which stand only words of the form."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(occupied):
        gap = ORDINAL.sub("", text[joined[-1][1]:start]) if joined else ""
        if joined and not re.search(r"\d", gap) and not declared.foreign(declared.letters(gap)):
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return joined


def value(cell: Placed) -> Decimal | None:
    """The cell's value in the base unit, the header's unit counted in where the cell has none."""
    if cell.quantity is None:
        return None
    return cell.quantity.value * (1 if cell.quantity.unit else SCALES.get(cell.unit, 1))


def words(view: View, interval: tuple[int, int]) -> str:
    """The words of the source that an interval of the view stands for, whole where they were broken over lines."""
    return clean(view.source[slice(*view.to_source(*interval))])


def row_figures(view: View, layout: Layout, cells: Sequence[Placed | None]) -> Iterator[tuple[Figure, Placed]]:
    """The cells of a row as figures; a change has its direction as its role, like one in prose."""
    first = next((cell for cell in cells if cell), None)
    if first is None:
        return
    heading = layout.heading_before(first.row[0])
    section = view.source[slice(*view.to_source(heading.start, heading.end))] if heading else None
    label, sentence = words(view, first.label) if first.label else None, view.to_source(*first.row)
    for cell in cells:
        if cell is None or cell.quantity is None:
            continue
        table, row, column = cell.place.table, cell.place.row, cell.place.column
        low = cell.cell.start
        start, end = view.to_source(low, cell.cell.end)
        amount, role = value(cell) or Decimal(0), column.role
        if role == "change":
            role, amount = ("decrease", -amount) if amount < 0 else ("increase", amount)
        unit = "元" if cell.unit in SCALES else cell.unit
        if at := cell.quantity.unit_at:
            unit = words(view, (low + at[0], low + at[1]))
        yield Figure(
            start=start, end=end, text=view.source[start:end], indicator=table.indicator(row, column), role=role, value=amount,
            value_max=None, unit=unit, approx=cell.quantity.approx, nil=False, object=label, section=section, sentence=sentence,
            source="table"), cell


def amount_json(cell: Placed | None) -> dict[str, Any] | None:
    """An amount of money, with its unit since no header of the response says it."""
    if cell is None or cell.quantity is None:
        return None
    return {"value": plain_number(value(cell)), "unit": cell.quantity.unit or "元"}


def plain(declared: Form, placement: Placement) -> dict[str, Any]:
    """The values in the shape of the response. Blank cells are None; rows that are not there are left out."""
    article20: dict[str, Any] = {}
    applications: dict[str, Any] = {}
    disputes: dict[str, Any] = {}
    shapes: dict[str, list[str]] = {}
    for table in declared.tables:
        shapes[table.within] = [column.code for column in next(iter(table.columns.values()))]
        for code in table.rows:
            cells = placement.rows.get((table.number, code))
            if cells is None:
                continue
            if table.within == "article20":
                article20[code] = by_column(table, placement.layout, cells)
                continue
            values = [cell and plain_number(value(cell)) for cell in cells] or [None] * len(shapes[table.within])
            (applications if table.within == "applications" else disputes)[code] = values
    return {"article20": article20, "applications": {"columns": shapes["applications"], "rows": applications},
            "disputes": {"columns": shapes["disputes"], **disputes}}


def by_column(table: Table, layout: str | None, cells: Sequence[Placed | None]) -> dict[str, Any]:
    """The cells of an article 20 row by the codes of the columns that its layout has."""
    found = {cell.place.column.code: cell for cell in cells if cell}
    fitting = [columns for key, columns in table.columns.items() if found.keys() <= {column.code for column in columns}
               and len(cells) in (0, len(columns))]
    known = table.columns.get(layout or "")
    columns = known if known in fitting else fitting[0] if len(fitting) == 1 else tuple(cell.place.column for cell in cells if cell)
    return {column.code: amount_json(found.get(column.code)) if column.code == "amount"
            else (cell := found.get(column.code)) and plain_number(value(cell)) for column in columns or ()}
