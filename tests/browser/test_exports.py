"""What the page posts to get its spreadsheets, and what else may be posted there."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest
from fastapi.testclient import TestClient

from service.app import create
from service.settings import Settings
from zhibiao import Extractor

FIGURE = {
    "indicator": "website.count", "name": "政府网站数量", "group": "website", "role": "before", "value": 67, "value_max": None, "unit": "家",
    "approx": "exact", "nil": False, "text": "67家", "start": 7, "end": 10, "object": "市政府网站", "section": None,
    "sentence": {"start": 0, "end": 17}, "source": "prose", "confidence": 0.949,
    "confidences": {"span": 0.99, "indicator": 0.98, "role": 0.97, "value": 0.99},
}


@pytest.fixture(scope="module")
def client(tiny: Extractor) -> Iterator[TestClient]:
    with TestClient(create(Settings(limit=1000), tiny)) as opened:
        yield opened


def post(client: TestClient, body: Any, form: str = "csv") -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body)
    return client.post(f"/export/{form}", content=content, headers={"Content-Type": "application/json"})


ROWS: list[tuple[dict[str, Any], str, str]] = [
    ({}, "value", "67"), ({"value": 12.5}, "value", "12.5"), ({"value": None}, "value", ""), ({}, "name", "政府网站数量"),
    ({"object": "=HYPERLINK(1)"}, "object", "'=HYPERLINK(1)"), ({"text": "67\n家"}, "text", "67\n家"),
    ({"object": "甲,\"乙\""}, "object", "甲,\"乙\""),
]


@pytest.mark.parametrize(("changes", "column", "cell"), ROWS)
def test_cell(client: TestClient, changes: dict[str, Any], column: str, cell: str) -> None:
    answer = post(client, {"id": "甲县", "figures": [FIGURE | changes]})
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert [(row["id"], row[column]) for row in rows] == [("甲县", cell)]


DISPUTES = {"columns": ["upheld", "total"], "review": [1, None]}


def test_workbook(client: TestClient) -> None:
    check = {"rule": "parts sum to their total", "status": "violated", "message": "1 + 2 = 3, total 4", "figures": [0]}
    answer = post(client, {"figures": [FIGURE | {"object": "=1+1"}], "checks": [check], "tables": {
        "article20": {"administration.fee": {"amount": {"value": 5.5, "unit": "元"}}}, "disputes": DISPUTES}}, "xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    figures, tables, checks = (list(sheet.iter_rows(values_only=True))[1:] for sheet in book)
    assert [(row[4], row[12]) for row in figures] == [(67, "=1+1")]
    assert book.worksheets[0]["M2"].data_type == "s"
    assert [row[-2:] for row in tables] == [(5.5, "元"), (1, None), (None, None)]
    assert [row[-1] for row in checks] == ["1 + 2 = 3, total 4"]


def changed(**changes: Any) -> dict[str, Any]:
    return {"figures": [FIGURE | changes]}


def tabled(tables: Any) -> dict[str, Any]:
    return {"figures": [], "tables": tables}


PROBLEMS: list[tuple[str, Any, int, str]] = [
    ("malformed", b"{", 400, "no JSON"), ("no figures", {}, 422, "figures"), ("unknown field", {"figures": [], "x": 1}, 422, "x"),
    ("no figure", {"figures": [1]}, 422, "figures"), ("half a figure", {"figures": [{"text": "67家"}]}, 422, "indicator"),
    ("no number", changed(value=float("nan")), 422, "value"), ("infinite", changed(value=1e999), 422, "value"),
    ("number as text", changed(value="67"), 422, "value"),
    ("surrogate", changed(text="\ud800"), 422, "surrogate"), ("surrogate id", {"id": "\ud800", "figures": []}, 422, "surrogate"),
    ("confidence over 1", changed(confidence=2), 422, "confidence"), ("too large", b" " * 100_000, 413, "bytes"),
    ("list for tables", tabled([]), 422, "tables"), ("unknown table", tabled({"x": {"y": {"z": 1}}}), 422, "not the tables"),
    ("unknown row", tabled({"disputes": DISPUTES | {"x": [1, 2]}}), 422, "not the tables"),
    ("too few cells", tabled({"disputes": DISPUTES | {"review": [1]}}), 422, "not the tables"),
    ("no cells", tabled({"disputes": DISPUTES | {"review": 5}}), 422, "not the tables"),
    ("text for a cell", tabled({"disputes": DISPUTES | {"review": [[], "x"]}}), 422, "not the tables"),
    ("no columns", tabled({"disputes": {"review": [1]}}), 422, "not the tables"), ("no rows", tabled({"disputes": 5}), 422, "not the tables"),
    ("surrogate in a table", tabled({"disputes": DISPUTES, "article20": {"\ud800": {}}}), 422, "surrogate"),
    ("unknown status", {"figures": [], "checks": [{"rule": "", "status": "x", "message": "", "figures": []}]}, 422, "status"),
]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize(("name", "body", "status", "words"), PROBLEMS, ids=[row[0] for row in PROBLEMS])
def test_problem(client: TestClient, form: str, name: str, body: Any, status: int, words: str) -> None:
    answer = post(client, body, form)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert words in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/page/nothing.js", "/page/..%2Fpage.py", "/page/%2e%2e/page.py"])
def test_only_the_parts_of_the_page_are_served(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(("path", "kind"), [("/", "text/html"), ("/page/page.js", "text/javascript"), ("/page/style.css", "text/css"),
                                            ("/page/icon.svg", "image/svg+xml"), ("/page/sample.txt", "text/plain")])
def test_parts_have_their_kinds(client: TestClient, path: str, kind: str) -> None:
    answer = client.get(path)
    assert answer.headers["content-type"].startswith(kind)
    assert "script-src 'self'" in answer.headers["content-security-policy"]
