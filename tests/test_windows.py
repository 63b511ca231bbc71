"""Layout and windows: nothing lost, nothing doubled, no number cut."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibiao import layout
from zhibiao.windows import Shape, windows

REPORT = """某县2021年政府信息公开工作年度报告
一、总体情况
(一)依申请公开。全年收到申请17件,办结16件。
其中网络申请9件。
二、平台建设
网站由12家减至3家。
"""


@pytest.mark.parametrize(("words", "path"), [
    ("17件", ["一、总体情况", "(一)依申请公开"]), ("9件", ["一、总体情况", "(一)依申请公开"]), ("12家", ["二、平台建设"]), ("2021", []),
])
def test_headings_rule_what_follows(words: str, path: list[str]) -> None:
    arrangement = layout.read(REPORT)
    assert [REPORT[h.start:h.end] for h in arrangement.path(REPORT.index(words))] == path


@pytest.mark.parametrize(("words", "sentence"), [
    ("17件", "(一)依申请公开。全年收到申请17件,办结16件。"), ("9件", "其中网络申请9件。"),
])
def test_sentences_end_within_lines(words: str, sentence: str) -> None:
    at = REPORT.index(words)
    low, high = layout.read(REPORT).sentence(at, at + len(words))
    assert REPORT[low:high] in sentence
    assert words in REPORT[low:high]


def test_mistyped_decimal_point_ends_no_sentence() -> None:
    text = "采购额412。 6万元。节约3万元。"
    low, high = layout.read(text).sentence(3, 9)
    assert text[low:high] == "采购额412。 6万元。"


PIECES = ("收到留言12件", "。", "\n", ",", "3 614", "一、总体情况", "未收到申请", "政务公开工作", " ", "5", "１", "abc")
texts = st.lists(st.sampled_from(PIECES), max_size=150).map("".join)


@given(texts, st.integers(1, 300), st.integers(0, 90), st.integers(0, 40), st.integers(0, 60))
def test_cores_cover_every_numeral_once(text: str, core: int, left: int, right: int, headings: int) -> None:
    found = list(windows(text, layout.read(text), [(0, len(text))], Shape(core, left, right, headings)))
    covered = [place for window in found for place in range(window.core_start, window.core_end)]
    assert len(covered) == len(set(covered))
    assert {match.start() for match in re.finditer(r"\d|未", text)} <= set(covered)
    for window in found:
        assert window.start <= window.core_start < window.core_end <= window.end
        assert window.core_end - window.core_start <= core
        assert window.end - window.start + sum(high - low + 1 for low, high in window.headings) <= 510


def test_numbers_are_not_cut() -> None:
    text = "收到" + "1234567890" * 3 + "件,办结5件。" + "留言" * 100 + "12件"
    for window in windows(text, layout.read(text), [(0, len(text))], Shape(60, 20, 10, 0)):
        assert not (text[window.core_end - 1].isdigit() and window.core_end < len(text) and text[window.core_end].isdigit())


def test_cores_without_cue_need_no_model() -> None:
    text = "政务公开工作扎实推进。" * 40
    assert list(windows(text, layout.read(text), [(0, len(text))], Shape())) == []


def test_shape_stays_within_the_positions() -> None:
    with pytest.raises(ValueError, match="at most 500"):
        Shape(core=400, left=200)
