"""The normalised view and the way back from it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibiao.errors import InvalidTextError
from zhibiao.view import normalise, script

ROWS = [
    ("由１２家（含％）", "由12家(含%)"), ("政務公開條例", "政务公开条例"), ("甲\r\n乙\r丙\n丁", "甲\n乙\n丙\n丁"), ("网\u200b站\ufeff", "网站"),
    ("5\u00a0家\u30006", "5 家 6"), ("𠮷😀1家", "𠮷😀1家"), ("\0\x01二", "二"), ("", ""), ("甲\u2028乙", "甲\n乙"),
]


@pytest.mark.parametrize(("source", "text"), ROWS)
def test_view(source: str, text: str) -> None:
    assert normalise(source).text == text


@given(st.text(alphabet=st.one_of(st.characters(codec="utf-8"), st.sampled_from("政務１％\r\n\u200b😀𠮷")), max_size=60))
def test_every_character_leads_back(source: str) -> None:
    view = normalise(source)
    assert len(view.origins) == len(view.text)
    assert list(view.origins) == sorted(set(view.origins))
    for place, char in enumerate(view.text):
        start, end = view.to_source(place, place + 1)
        assert end == start + 1
        if char.isascii() and char.isdigit():
            assert source[start] in (char, chr(ord(char) + 0xFEE0))


def test_interval_over_dropped_characters() -> None:
    view = normalise("共1\u200b7\r\n家")
    place = view.text.index("17")
    assert view.source[slice(*view.to_source(place, place + 4))] == "1\u200b7\r\n家"


def test_lone_surrogate_is_refused() -> None:
    with pytest.raises(InvalidTextError, match=r"character 1 is the lone surrogate U\+D800"):
        normalise("a\ud800")


@pytest.mark.parametrize(("text", "expected"), [("政務公開年度報告", "hant"), ("政务公开年度报告", "hans"), ("123", "hans"), ("", "hans")])
def test_script(text: str, expected: str) -> None:
    assert script(text) == expected
