"""Prose against tables, on the numbers of the customer's report."""

from collections.abc import Callable

import pytest

from tests.checks.said import checks
from tests.tables import forms

SAID = ("全年新收到政府信息公开申请[17件|application.received]，办结[16件|application.completed]，结转下年办理[1件|application.carried_out]。"
        "行政诉讼[2件|litigation.count]，其中[1件|litigation.upheld]维持，[1件|litigation.pending]尚未审结。")


def test_the_customers_report() -> None:
    found = checks(SAID, forms.customer())
    assert {one.status for one in found} == {"holds"}
    assert [one.rule.removeprefix("prose = table: ") for one in found if one.rule.startswith("prose = table")] == [
        "application.received", "application.completed", "application.carried_out", "litigation.count", "litigation.upheld", "litigation.pending"]


@pytest.mark.parametrize(("marked", "message"), [
    ("全年新收申请[18件|application.received]。", "the prose says 18, the table 17"),
    ("未收到[政府信息公开申请|application.received|nil]。", "the prose says 0, the table 17"),
    ("无法提供[8件|application.unavailable]。", "the prose says 8, the table 9"),
    ("行政诉讼[3件|litigation.count]。", "the prose says 3, the table 2"),
    ("本年制定规范性文件[9件|regulation.normative]。", "the prose says 9, the table 10 (made)"),
    ("现行有效规章[6件|regulation.rule]。", "the prose says 6, the table 5 (in_force)"),
])
def test_contradiction(marked: str, message: str) -> None:
    violated = [one for one in checks(marked, forms.customer()) if one.status == "violated"]
    assert [one.message for one in violated] == [message]
    assert violated[0].figures[0] == 0
    assert len(violated[0].figures) > 1


@pytest.mark.parametrize("marked", [
    pytest.param("2018年收到申请[30件|application.received]。", id="another year"),
    pytest.param("全市各级行政机关收到申请[300件|application.received]。", id="a wider circle"),
    pytest.param("收到申请[17件|application.received]，网站收到申请[12件|application.received]。", id="one agrees"),
    pytest.param("市本级收到[8件|application.received]，乡镇收到[5件|application.received]。", id="several"),
    pytest.param("收到申请[近20件|application.received]。", id="no exact number"),
    pytest.param("收到申请[10件|application.received|part]。", id="a part"),
    pytest.param("对[7件|regulation.normative]规范性文件作了解读。", id="documents, of which kind nobody says"),
])
def test_no_alarm_in_doubt(marked: str) -> None:
    assert [one.message for one in checks(marked, forms.customer()) if one.status == "violated"] == []


def blanked(report: forms.Report) -> None:
    for column in forms.COLUMNS:
        report.cells["applications", "granted", column] = None


def without(report: forms.Report) -> None:
    report.gone.add(("applications", "carried_in"))


@pytest.mark.parametrize(("change", "rules"), [
    (blanked, {"outcomes sum to total"}), (without, {"received + carried_in = total + carried_out"}),
])
def test_what_misses_a_part_cannot_be_assessed(change: Callable[[forms.Report], None], rules: set[str]) -> None:
    report = forms.customer()
    change(report)
    found = checks("", report)
    assert {one.rule for one in found if one.status == "not_assessable"} == rules
    assert len(found) == len({one.rule for one in found}) == 4
    assert not [one for one in found if one.status == "violated"]


def test_parts_that_are_there_already_exceed_their_total() -> None:
    report = forms.customer()
    blanked(report)
    report.cells["applications", "unavailable.not_held", "natural_person"] = 99
    report.cells["applications", "unavailable.not_held", "total"] = 99
    violated = [one for one in checks("", report) if one.status == "violated"]
    assert {one.message for one in violated} == {f"{column}: 1 + 1 + 99 = 101, but 16" for column in ("natural_person", "total")}
