"""Tables and checks in the response of an extractor whose tagger only notes what it is given to read."""

import random
from collections.abc import Iterable

import pytest

from tests.tables import forms
from zhibiao import Extractor
from zhibiao.calibration import Calibrator
from zhibiao.windows import Shape, Window


class Noting:
    """Stands in for the tagger: finds nothing, notes the text of every core."""

    name, version, shape = "noting", "0", Shape()

    def __init__(self) -> None:
        self.read: list[str] = []

    def __call__(self, text: str, windows: Iterable[Window]) -> list[object]:
        self.read += [text[window.core_start:window.core_end] for window in windows]
        return []


@pytest.mark.parametrize("style", forms.STYLES[:8], ids=lambda style: style.name)
def test_response(style: forms.Style, even: Calibrator) -> None:
    report, tagger = forms.customer(), Noting()
    text = forms.render(random.Random(1), report, style)
    response = Extractor(tagger, even)(text).response("x")  # type: ignore[arg-type]
    assert response["tables"] == report.tables()
    assert response["warnings"] == []
    starts = [figure["start"] for figure in response["figures"]]
    assert starts == sorted(starts)
    assert all(text[figure["start"]:figure["end"]] == figure["text"] for figure in response["figures"])
    assert all(figure["name"] != figure["indicator"] for figure in response["figures"])
    for check in response["checks"]:
        assert check["status"] == "holds"
        assert all(0 <= index < len(response["figures"]) for index in check["figures"])
    balance = response["checks"][0]
    assert {response["figures"][index]["indicator"] for index in balance["figures"]} == {
        "application.received", "application.carried_in", "application.completed", "application.carried_out"}
    words = "".join(tagger.read)
    assert all(line in words for line in ("缩减至23家", "培训会共举办3场", "更新率达到95%"))
    assert "449.33" not in words


def test_min_confidence_leaves_out_checks_over_what_it_leaves_out(even: Calibrator) -> None:
    text = forms.render(random.Random(1), forms.customer(), forms.STYLES[0])
    response = Extractor(Noting(), even)(text).response(min_confidence=0.995)  # type: ignore[arg-type]
    assert response["figures"] == []
    assert all(not check["figures"] for check in response["checks"])
