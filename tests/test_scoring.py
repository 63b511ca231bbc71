"""Scoring, by hand-counted cases."""

from typing import Any

import pytest

from zhibiao.scoring import calibration, judge, score


def figure(start: int, end: int, **fields: Any) -> dict[str, Any]:
    return {"start": start, "end": end, "indicator": "website.count", "role": "level", "value": 5, "value_max": None, "unit": "家", "approx": "exact",
            "nil": False, "confidence": 0.9, **fields}


CASES = [
    ("all right", [figure(0, 2)], [figure(0, 2)], {"span_f1": 1, "figure_f1": 1, "indicator_f1": 1}),
    ("nothing found", [figure(0, 2)], [], {"span_f1": 0, "figure_f1": 0}),
    ("one invented", [figure(0, 2)], [figure(0, 2), figure(5, 7)], {"span_f1": 2 / 3, "figure_f1": 2 / 3}),
    ("wrong role", [figure(0, 2)], [figure(0, 2, role="part")], {"figure_f1": 0, "indicator_f1": 1, "role_acc": 0}),
    ("border off", [figure(0, 3)], [figure(0, 2)], {"span_f1": 0, "figure_f1": 1}),
    ("second annotator", [figure(0, 2, also=[{"role": "part"}])], [figure(0, 2, role="part")], {"figure_f1": 1}),
    ("mixed readings", [figure(0, 2, also=[{"role": "part", "indicator": "other"}])], [figure(0, 2, role="part")], {"figure_f1": 0, "role_acc": 1}),
    ("optional found", [figure(0, 2), figure(5, 7, optional=True)], [figure(0, 2), figure(5, 7)], {"figure_f1": 1, "predicted": 1, "gold": 1}),
    ("optional missed", [figure(0, 2), figure(5, 7, optional=True)], [figure(0, 2)], {"figure_f1": 1}),
    ("traditional unit", [figure(0, 2, unit="條")], [figure(0, 2, unit="条")], {"unit_acc": 1, "figure_f1": 1}),
    ("nil's unit is free", [figure(0, 2, nil=True, unit="")], [figure(0, 2, nil=True, unit="件")], {"figure_f1": 1}),
]


@pytest.mark.parametrize(("name", "gold", "found", "expected"), CASES, ids=[case[0] for case in CASES])
def test_score(name: str, gold: list[dict[str, Any]], found: list[dict[str, Any]], expected: dict[str, float]) -> None:
    report = score([(gold, found)])
    assert {key: report[key] for key in expected} == pytest.approx(expected)


def test_missed_figures_are_listed() -> None:
    judged, missed = judge([figure(0, 2), figure(5, 7)], [figure(0, 2)])
    assert [item.right for item in judged] == [True]
    assert [item["start"] for item in missed] == [5]


def test_perfect_and_useless_confidence() -> None:
    sure = calibration([(1.0, True)] * 30 + [(0.0, False)] * 30)
    assert (sure["ece"], sure["brier"], sure["precision_at_0.9"], sure["kept_at_0.9"], sure["coverage_at_99"]) == (0, 0, 1, 0.5, 0.5)
    assert calibration([(1.0, False)] * 20)["ece"] == 1
