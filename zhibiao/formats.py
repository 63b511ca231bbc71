"""The forms in which the command line writes extractions."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO, Final, TextIO

from tabulate import tabulate

from zhibiao.errors import MissingExtraError, ZhibiaoError
from zhibiao.tables import form

Responses = Iterable[tuple[str, dict[str, Any]]]

COLUMNS: Final = ("id", "indicator", "name", "role", "value", "value_max", "unit", "approx", "nil", "text", "start", "end", "object",
                  "section", "source", "confidence")
# The sheets of a workbook: name, and headers. Figures have those of COLUMNS.
SHEETS: Final = {
    "指标": ("文档", "指标代码", "指标", "角色", "数值", "数值上限", "单位", "近似", "无此项", "原文", "起", "止", "对象", "标题", "来源", "置信度"),
    "表格": ("文档", "表", "行代码", "行", "列代码", "列", "数值", "单位"),
    "核对": ("文档", "规则", "结果", "说明"),
}
TABLES: Final = {"article20": "第二十条", "applications": "收到和处理申请情况", "disputes": "行政复议、行政诉讼情况"}
STATUSES: Final = {"holds": "一致", "violated": "不一致", "not_assessable": "无法核对"}
# What Excel opens.
MOST_ROWS: Final = 1_048_576


class TooManyRowsError(ZhibiaoError):
    """A workbook would have more rows than its format allows."""


def write_jsonl(responses: Responses, stream: TextIO) -> None:
    """One response a line."""
    for _, response in responses:
        stream.write(json.dumps(response, ensure_ascii=False) + "\n")
        stream.flush()


def write_json(responses: Responses, stream: TextIO) -> None:
    """One indented response, or a list of them where there are several."""
    everything = [response for _, response in responses]
    json.dump(everything[0] if len(everything) == 1 else everything, stream, ensure_ascii=False, indent=1)
    stream.write("\n")


def write_table(responses: Responses, stream: TextIO) -> None:
    """Tables for reading, aligned by the width of Chinese characters."""
    for _, response in responses:
        title = response["report"]["title"]["value"] or ""
        stream.write(f"{response['id']} {title}".rstrip() + "\n")
        rows = [(figure["text"].replace("\n", "⏎"), figure["indicator"], figure["name"], figure["role"], value(figure), figure["unit"],
                 f"{figure['confidence']:.2f}") for figure in response["figures"]]
        stream.write(tabulate(rows, headers=("text", "indicator", "name", "role", "value", "unit", "confidence"), disable_numparse=True) + "\n\n")


def value(figure: dict[str, Any]) -> str:
    """The value with its approximation, for reading."""
    mark = {"exact": "", "more": ">", "less": "<", "about": "~", "at_least": "≥", "at_most": "≤"}[figure["approx"]]
    high = f"–{figure['value_max']}" if figure["value_max"] is not None else ""
    return f"{mark}{figure['value']}{high}"


def write_csv(responses: Responses, stream: TextIO) -> None:
    """One figure a row. To a file it is written with a byte order mark, by which Excel knows UTF-8."""
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    for _, response in responses:
        for figure in response["figures"]:
            writer.writerow([guarded(response["id"] if column == "id" else figure[column]) for column in COLUMNS])


def guarded(cell: Any) -> Any:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def write_html(responses: Responses, stream: TextIO) -> None:
    """The texts with their figures marked, by displaCy."""
    try:
        from spacy import displacy
    except ImportError:
        raise MissingExtraError("the format html", "spacy") from None
    marked = [{"text": text, "title": response["id"],
               "ents": [{"start": f["start"], "end": f["end"], "label": f"{f['indicator']} {f['role']} {f['confidence']:.2f}"}
                        for f in response["figures"]]} for text, response in responses]
    stream.write(displacy.render(marked, style="ent", manual=True, page=True, options={"lang": "zh"}))


def write_xlsx(responses: Responses, stream: BinaryIO) -> None:
    """A workbook with a sheet each of figures, of the cells of the tables, and of checks.

    Raises MissingExtraError without openpyxl, TooManyRowsError where a sheet would have more rows than Excel opens.
    """
    try:
        from openpyxl import Workbook
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    except ImportError:
        raise MissingExtraError("the format xlsx", "files") from None
    book = Workbook(write_only=True)
    sheets = {name: book.create_sheet(name) for name in SHEETS}
    counts = dict.fromkeys(SHEETS, 0)

    def append(name: str, row: Iterable[Any]) -> None:
        cells = []
        for value in row:
            cell = WriteOnlyCell(sheets[name], ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value)
            if isinstance(value, str):
                cell.data_type = "s"  # a text, even one that begins like a formula
            cells.append(cell)
        counts[name] += 1
        if counts[name] > MOST_ROWS:
            raise TooManyRowsError(f"the sheet {name} has more than {MOST_ROWS:,} rows, which Excel does not open; write fewer documents, or CSV")
        sheets[name].append(cells)

    for name, headers in SHEETS.items():
        sheets[name].freeze_panes = "A2"
        append(name, headers)
    for _, response in responses:
        for figure in response["figures"]:
            append("指标", (response["id"] if column == "id" else figure[column] for column in COLUMNS))
        for row in table_rows(response.get("tables") or {}):
            append("表格", (response["id"], *row))
        for check in response.get("checks", ()):
            append("核对", (response["id"], check["rule"], STATUSES[check["status"]], check["message"]))
    book.save(stream)


def table_rows(tables: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """The cells of plain tables: table, row's code and label, column's code and label, value, unit. Blank cells have no value."""
    labels = {(table.within, code): row.labels[0] for table in form().tables for code, row in table.rows.items()}
    columns = {(table.within, column.code): column.labels[0] for table in form().tables for some in table.columns.values() for column in some}
    for within, table in tables.items():
        for code, row in table.get("rows", table).items():
            if code == "columns":
                continue
            cells = row if isinstance(row, dict) else dict(zip(table["columns"], row, strict=True))
            for column, cell in cells.items():
                value, unit = (cell["value"], cell["unit"]) if isinstance(cell, dict) else (cell, "")
                yield TABLES[within], code, labels[within, code], column, columns[within, column], value, unit


WRITERS: Final[dict[str, Callable[[Responses, TextIO], None]]] = {
    "table": write_table, "json": write_json, "jsonl": write_jsonl, "csv": write_csv, "html": write_html}
BINARY_WRITERS: Final[dict[str, Callable[[Responses, BinaryIO], None]]] = {"xlsx": write_xlsx}
ENCODINGS: Final = {"csv": "utf-8-sig"}
