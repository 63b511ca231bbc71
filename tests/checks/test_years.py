"""Two years of one office."""

import json
import random
from pathlib import Path

import pytest

from tests.checks.said import evidence
from tests.tables import forms
from zhibiao import cli
from zhibiao.checks import across


def year(layout: str = "2021", **cells: int) -> forms.Report:
    """The customer's numbers in a layout, some cells of the total column and of documents set."""
    places = forms.consistent(random.Random(0), layout).cells
    report = forms.Report(layout, {**dict.fromkeys(places, 0), **forms.customer().cells})
    for name, value in cells.items():
        place = ("article20", "regulation.normative", name) if name in ("made", "repealed", "in_force") else ("applications", name, "total")
        report.cells[place] = value
    return report


@pytest.mark.parametrize(("earlier", "later", "statuses", "message"), [
    (year(carried_out=4, in_force=30), year(carried_in=4, made=3, repealed=1, in_force=32), ["violated", "holds", "holds"],
     "natural_person: 1 carried out, 0 carried in"),
    (year(in_force=30), year(carried_in=1, made=3, repealed=1, in_force=33), ["violated", "holds", "violated"], "30 + 3 - 1 = 32, but 33 in force"),
    (year("2019"), year("2019"), ["violated", "not_assessable", "not_assessable"], "total: 1 carried out, 0 carried in"),
])
def test_across(earlier: forms.Report, later: forms.Report, statuses: list[str], message: str) -> None:
    earlier.cells["article20", "regulation.rule", "in_force"] = later.cells["article20", "regulation.rule", "in_force"] = 5
    later.cells["article20", "regulation.rule", "made"] = later.cells["article20", "regulation.rule", "repealed"] = 1
    first, second = evidence("", earlier)[0], evidence("", later)[0]
    found = list(across(first, second))
    assert [one.status for one in found] == statuses
    assert message in " ".join(one.message for one in found)
    for one in found:
        assert all(index < len(first.figures) for index in one.earlier)
        assert all(index < len(second.figures) for index in one.later)


def test_prose_stands_in_where_there_is_no_table() -> None:
    first = evidence("新收[17件|application.received]，结转下年[3件|application.carried_out]。")[0]
    second = evidence("上年结转[2件|application.carried_in]。")[0]
    found = next(across(first, second))
    assert (found.status, found.message, found.earlier, found.later) == ("violated", "total: 3 carried out, 2 carried in", (1,), (0,))


def test_silence_cannot_be_assessed() -> None:
    nothing = evidence("新收[17件|application.received]。")[0]
    assert {one.status for one in across(nothing, nothing)} == {"not_assessable"}


def test_command(capsys: pytest.CaptureFixture[str], model_folder: Path, tmp_path: Path) -> None:
    paths = []
    for name, carried in ((2020, {"carried_in": 1}), (2019, {"carried_out": 1})):
        report = forms.Report("2019", forms.customer().cells)
        for row, value in carried.items():
            report.cells["applications", row, "natural_person"] = report.cells["applications", row, "total"] = value
        rows = "".join(f"{above}{forms.one_a_line(rows)}\n" for above, rows in forms.tables(report, forms.STYLES[0]))
        path = tmp_path / f"{name}.txt"
        path.write_text(f"某县人民政府{name}年政府信息公开工作年度报告\n{rows}", encoding="utf-8")
        paths.append(str(path))
    assert cli.main(["check", *paths, "--model", str(model_folder), "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["earlier"], answer["later"]) == ("2019", "2020")
    assert [one["status"] for one in answer["checks"]] == ["holds", "not_assessable", "not_assessable"]
    assert cli.main(["check", *paths, "--model", str(model_folder)]) == 0
    assert capsys.readouterr().out.startswith("2019, then 2020\n")
    assert cli.main(["check", paths[0], str(tmp_path / "none.txt"), "--model", str(model_folder)]) == 1
    assert "cannot be read" in capsys.readouterr().err
