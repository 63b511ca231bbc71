"""The command line: arguments, output, exit code."""

import csv
import io
import json
from pathlib import Path

import pytest

from zhibiao import catalogue, cli
from zhibiao.formats import COLUMNS

TEXT = "某县2021年工作报告\n网站由12家减至3家,收到留言1,024条。"


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
    (tmp_path / "gb.txt").write_bytes("网站".encode("gb18030"))
    paths = [str(tmp_path / "none.txt"), str(tmp_path / "gb.txt"), str(report)]
    code, out, err = run(capsys, "extract", *paths, "--format", "jsonl", "--model", str(model_folder))
    assert code == 1
    assert json.loads(out)["id"] == "某县"
    assert "none.txt: cannot be read" in err
    assert "gb: is not UTF-8" in err


def test_csv_to_a_file_opens_in_excel(capsys: pytest.CaptureFixture[str], model_folder: Path, report: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    assert run(capsys, "extract", str(report), "--format", "csv", "--output", str(target), "--model", str(model_folder))[0] == 0
    assert target.read_bytes().startswith(b"\xef\xbb\xbfid,indicator")


@pytest.mark.parametrize(("arguments", "words"), [
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
