"""The command line: arguments, output, exit code."""

import csv
import io
import json
import random
import sys
from pathlib import Path

import openpyxl
import pytest

from tests.tables import forms
from zhibiao import catalogue, cli, formats
from zhibiao.formats import COLUMNS

LINE = "\n"
TEXT = f"某县2021年工作报告{LINE}网站由12家减至3家,收到留言1,024条。"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    try:
        code = cli.main(arguments)
    except SystemExit as stop:
        code = int(stop.code or 0)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "某县.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv", "html"])
def test_formats(capsys: pytest.CaptureFixture[str], model_folder: Path, report: Path, form: str) -> None:
    code, out, err = run(capsys, "extract", str(report), "--format", form, "--model", str(model_folder))
    assert (code, err) == (0, "")
    if form in ("json", "jsonl"):
        response = json.loads(out)
        assert response["id"] == "某县"
        assert all(TEXT[f["start"]:f["end"]] == f["text"] for f in response["figures"])
    elif form == "csv":
        assert next(csv.reader(io.StringIO(out))) == list(COLUMNS)
    elif form == "html":
        assert "网站" in out
    else:
        assert out.startswith("某县 某县2021年工作报告\n")


def test_json_lines_input(capsys: pytest.CaptureFixture[str], model_folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    path.write_text('{"id": "a", "text": "5家"}\n{broken\n\n{"id": "b"}\n{"id": 7, "text": "网站\u2028"}\n', encoding="utf-8")
    code, out, err = run(capsys, "extract", str(path), "--format", "jsonl", "--model", str(model_folder))
    assert code == 1
    assert [json.loads(line)["id"] for line in out.split("\n") if line] == ["a", "7"]
    assert "many:2: line 2 is no JSON" in err
    assert 'many:4: line 4: expected an object with a string "text"' in err


def test_failures_are_named_and_the_rest_goes_on(capsys: pytest.CaptureFixture[str], model_folder: Path, report: Path, tmp_path: Path) -> None:
    (tmp_path / "noise.txt").write_bytes(bytes(range(256)))
    (tmp_path / "old.doc").write_bytes(b"")
    paths = [str(tmp_path / "none.txt"), str(tmp_path / "noise.txt"), str(tmp_path / "old.doc"), str(report)]
    code, out, err = run(capsys, "extract", *paths, "--format", "jsonl", "--model", str(model_folder))
    assert code == 1
    assert json.loads(out)["id"] == "某县"
    assert "none.txt: cannot be read" in err
    assert "noise: byte 0 is 0, which no text holds" in err
    assert "old: the file's name ends in '.doc', expected one of .txt .md .html .htm .docx .pdf; save it as .docx" in err


@pytest.mark.parametrize(("name", "data", "warning"), [
    ("某县.md", TEXT.encode(), ""), ("某县.html", f"<p>{TEXT.replace(LINE, '<p>')}".encode(), ""),
    ("某县.txt", TEXT.encode("gb18030"), "zhibiao: 某县: read as GB18030\n"),
    ("某县.txt", "網站由12家減至3家".encode("big5"), "zhibiao: 某县: read as Big5\n"),
])
def test_files(capsys: pytest.CaptureFixture[str], model_folder: Path, tmp_path: Path, name: str, data: bytes, warning: str) -> None:
    (tmp_path / name).write_bytes(data)
    code, out, err = run(capsys, "extract", str(tmp_path / name), "--format", "json", "--model", str(model_folder))
    assert (code, err) == (0, warning)
    assert json.loads(out)["id"] == "某县"


def test_csv_to_a_file_opens_in_excel(capsys: pytest.CaptureFixture[str], model_folder: Path, report: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    assert run(capsys, "extract", str(report), "--format", "csv", "--output", str(target), "--model", str(model_folder))[0] == 0
    assert target.read_bytes().startswith(b"\xef\xbb\xbfid,indicator")


def test_a_workbook(capsys: pytest.CaptureFixture[str], model_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "某县.txt").write_text(forms.render(random.Random(0), forms.customer(), forms.STYLES[0]), encoding="utf-8")
    target = tmp_path / "out.xlsx"
    assert run(capsys, "extract", str(tmp_path / "某县.txt"), "--format", "xlsx", "--output", str(target), "--model", str(model_folder))[0] == 0
    figures, tables, checks = (list(sheet.iter_rows(values_only=True)) for sheet in openpyxl.load_workbook(target))
    assert [rows[0] for rows in (figures, tables, checks)] == list(formats.SHEETS.values())
    assert all(row[0] == "某县" for rows in (figures, tables, checks) for row in rows[1:])
    assert ("某县", "收到和处理申请情况", "received", "本年新收政府信息公开申请数量", "natural_person", "自然人", 17, None) in tables
    assert ("某县", "第二十条", "procurement", "政府集中采购", "amount", "采购总金额", 4493300, "元") in tables
    assert {row[2] for row in checks[1:]} == {"一致"}


def figure(**other: object) -> dict[str, object]:
    return dict.fromkeys(COLUMNS, None) | {"value": 3, "approx": "exact"} | other


def test_a_workbook_holds_no_formulas() -> None:
    stream = io.BytesIO()
    formats.write_xlsx([("", {"id": "=1+1", "figures": [figure(text="=HYPERLINK(\"http://x\")", object="a\x01b", unit="+家")]})], stream)
    row = openpyxl.load_workbook(stream).worksheets[0][2]
    assert {cell.data_type for cell in row} <= {"s", "n"}
    found = dict(zip(COLUMNS, (cell.value for cell in row), strict=True))
    assert {name: found[name] for name in ("id", "text", "object", "unit", "value")} == {
        "id": "=1+1", "text": "=HYPERLINK(\"http://x\")", "object": "ab", "unit": "+家", "value": 3}


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("documents", "shown"), [(1, False), (3, True)])
def test_progress(monkeypatch: pytest.MonkeyPatch, model_folder: Path, report: Path, tmp_path: Path, documents: int, shown: bool) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    target = tmp_path / "out.jsonl"
    assert cli.main(["extract", *[str(report)] * documents, "--format", "jsonl", "--output", str(target), "--model", str(model_folder)]) == 0
    assert (f"{documents}/{documents}" in terminal.getvalue()) == shown
    assert len(target.read_text(encoding="utf-8").splitlines()) == documents


@pytest.mark.parametrize(("arguments", "words"), [
    (["extract", "--format", "xlsx"], "--format xlsx needs --output PATH"),
    (["extract", "--format", "xml"], "invalid choice"), (["extract", "--min-confidence", "2"], "not between 0 and 1"), ([], "required"),
    (["extract", "x.txt", "--model", "/nowhere"], "holds no SHA256SUMS"),
])
def test_wrong_use(capsys: pytest.CaptureFixture[str], arguments: list[str], words: str) -> None:
    code, _, err = run(capsys, *arguments)
    assert code == 2
    assert words in err


def test_indicators(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "indicators")
    assert code == 0
    assert [line.split("\t")[0] for line in out.splitlines()] == list(catalogue().indicators)
