"""Figures to Label Studio and back: the configuration, the round trip, and what is refused."""

from itertools import chain
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibiao import catalogue, label_studio
from zhibiao.errors import AnnotationError

CODES = list(catalogue().indicators)


def figure(text: str, words: str, indicator: str = "website.count", **more: Any) -> dict[str, Any]:
    start = text.index(words)
    return {"start": start, "end": start + len(words), "text": words, "indicator": indicator, "role": "level", "value": 5, "value_max": None,
            "unit": "家", "approx": "exact", "nil": False, **more}


def test_the_configuration_is_the_catalogue() -> None:
    known, root = catalogue(), ElementTree.fromstring(label_studio.config())
    assert [label.get("alias") for label in root.iter("Label")] == list(known.groups)
    leaves = {tree.get("whenLabelValue"): [leaf.get("alias") for leaf in tree] for tree in root.iter("Taxonomy")}
    assert leaves == {group: [code for code in CODES if known.indicators[code].group == group] for group in known.groups}
    listed = {control.get("name"): [choice.get("alias") for choice in control] for control in root.iter("Choices")}
    assert listed == {"role": list(known.roles), "approx": list(known.approximations), "nil": ["nil"]}
    assert next(root.iter("Text")).get("granularity") == "symbol"


def test_every_label_has_a_key_a_colour_and_a_chinese_name_of_its_own() -> None:
    root = ElementTree.fromstring(label_studio.config())
    keyed = [*root.iter("Label"), *chain.from_iterable(root.iter("Choices"))]
    keys = [one.get("hotkey") for one in keyed]
    assert len(set(keys)) == len(keys) == 21 + 11 + 6 + 1
    assert len({label.get("background") for label in root.iter("Label")}) == 21
    assert all("一" <= str(one.get("value"))[0] <= "鿿" for one in keyed)


UNITS = st.sampled_from(["家", "件", "條", "个百分点", "%", "人次", "𠮷"])
NUMBERS = st.one_of(st.integers(0, 10**12), st.decimals(0, 10**6, places=2).map(float))


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, list[dict[str, Any]]]:
    """A text with figures in it, whose words may say nothing of the values."""
    gaps = st.text(st.sampled_from("网站𠮷😀👨‍👩‍👧政府臺灣 \r\n\t\u2028[]|<b>&;12,。"), min_size=1, max_size=8)
    text, figures = draw(gaps), []
    for _ in range(draw(st.integers(0, 5))):
        words = draw(st.text(st.sampled_from("约12万余家𠮷😀條件"), min_size=1, max_size=6))
        nil, code = draw(st.booleans()), draw(st.sampled_from(CODES[:-1]))
        value = draw(NUMBERS)
        higher = draw(st.one_of(st.none(), st.integers(10**12, 10**13)))
        figures.append({
            "start": len(text), "end": len(text) + len(words), "text": words, "indicator": code,
            **({"role": "level", "value": 0, "value_max": None, "unit": "", "approx": "exact"} if nil else
               {"role": draw(st.sampled_from(list(catalogue().roles))), "value": int(value) if value == int(value) else value,
                "value_max": higher, "unit": draw(UNITS), "approx": draw(st.sampled_from(list(catalogue().approximations)))}), "nil": nil})
        text += words + draw(gaps)
    return text, figures


@given(documents())
def test_figures_come_back_as_they_went(document: tuple[str, list[dict[str, Any]]]) -> None:
    text, figures = document
    items = label_studio.results(figures)
    assert all(text[item["value"]["start"]:item["value"]["end"]] == item["value"]["text"] for item in items if item["type"] != "textarea")
    assert label_studio.figures(items, text) == figures


@pytest.mark.parametrize(("words", "unit"), [("12]家", "]家"), ("5家|", "家|")])
def test_a_unit_that_cannot_be_shown_is_read_from_the_text_again(words: str, unit: str) -> None:
    found = [figure(words, words, value=int(words[:-2]), unit=unit)]
    assert label_studio.figures(label_studio.results(found), words) == found


TEXT = "全市网站由67家减至23家,\r\n😀办结𠮷网民留言1.2万余条,多家单位未收到申请。"


def items(words: str = "67家", name: str = "r", text: str = TEXT, at: int | None = None, **controls: Any) -> list[dict[str, Any]]:
    """The items of a region as the page sends them."""
    start = text.index(words) if at is None else at
    place = {"start": start, "end": start + len(words)}
    kinds = {"group": "labels", "role": "choices", "approx": "choices", "nil": "choices", "value": "text"}
    return [{"id": name, "from_name": control, "to_name": "text", "type": "x",
             "value": {**place, **({"text": words} if control == "group" else {}), kinds.get(control, "taxonomy"): chosen}}
            for control, chosen in ({"group": ["website"], "indicator-website": [["website.count"]]} | controls).items() if chosen is not None]


READ = [
    ("defaults", items(), {"role": "level", "value": 67, "unit": "家", "approx": "exact"}),
    ("words say it", items("1.2万余条"), {"value": 12000, "unit": "条", "approx": "more"}),
    ("approximation against the words", items("1.2万余条", approx=["about"]), {"approx": "about"}),
    ("value written", items("多家", value=["30~50 件"]), {"value": 30, "value_max": 50, "unit": "件"}),
    ("thousands marks", items(value=["1,200"]), {"value": 1200, "unit": "家"}),
    ("value erased", items(value=[]), {"value": 67}),
    ("nil beats role and value", items("申请", role=["part"], value=["7 件"], nil=["nil"]), {"nil": True, "role": "level", "value": 0, "unit": ""}),
    ("the only indicator of its group", items(group=["response"], **{"indicator-website": None}), {"indicator": "response.item"}),
    ("blanks trimmed", items(",\r\n😀", at=TEXT.index(","), value=["5 家"]), {"text": ",\r\n😀"}),
    ("blanks around", items("\r\n😀", value=["5 家"]), {"text": "😀", "start": TEXT.index("😀"), "end": TEXT.index("😀") + 1}),
    ("taxonomy of another group left over", items(**{"indicator-hotline": [["hotline.rate"]]}), {"indicator": "website.count"}),
    ("resized, value of the old words", items("67家", "6-8", value=["67 家"]), {"value": 67}),
    ("resized, old value stale", items("23家", f"{TEXT.index('3家')}-{TEXT.index('3家') + 2}", value=["3 家"]), {"value": 23}),
    ("resized, value written by hand", items("23家", f"{TEXT.index('3家')}-{TEXT.index('3家') + 2}", value=["4 家"]), {"value": 4}),
]


@pytest.mark.parametrize(("name", "result", "expected"), READ, ids=[row[0] for row in READ])
def test_a_region_is_read(name: str, result: list[dict[str, Any]], expected: dict[str, Any]) -> None:
    (found,) = label_studio.figures(result, TEXT)
    assert expected.items() <= found.items()
    assert TEXT[found["start"]:found["end"]] == found["text"]


def moved(by: int) -> list[dict[str, Any]]:
    return [{**item, "value": {**item["value"], "start": item["value"]["start"] + by, "end": item["value"]["end"] + by}} for item in items()]


FAULTS: list[tuple[str, list[Any], str]] = [
    ("offsets of UTF-16", moved(1), "the item says '67家', the text has '7家减'"),
    ("outside", moved(999), "within the text of"),
    ("no offsets", [{**items()[0], "value": {"labels": ["website"]}}], "offsets None to None"),
    ("fractions", [{**items()[0], "value": {"start": 1.5, "end": 2, "labels": ["website"]}}], "offsets 1.5"),
    ("two places", [items()[0], moved(1)[1]], "expected one place"),
    ("no group", items(group=None), "'67家' has no group"),
    ("unknown group", items(group=["websites"]), "group is 'websites'"),
    ("two groups", items(group=["website", "message"]), "expected one choice"),
    ("no indicator", items(**{"indicator-website": None}), "'67家' has no indicator; choose one of website"),
    ("two indicators", items(**{"indicator-website": [["website.count"], ["website.user"]]}), "expected one of website.count"),
    ("indicator of another group", items(**{"indicator-website": [["hotline.rate"]]}), "hotline.rate"),
    ("unknown role", items(role=["total"]), "role is 'total'"),
    ("role is no word", items(role=[5]), "role is 5"),
    ("unknown approximation", items(approx=["circa"]), "approx is 'circa'"),
    ("no number", items("多家"), "no number can be read in '多家'"),
    ("value in words", items(value=["many"]), "'many'; expected a number and a unit"),
    ("value not in full", items(value=["1.2万条"]), "write it in full"),
    ("two values", items(value=["1 家", "2 家"]), "expected a number and a unit"),
    ("nil of other", items(group=["other"], nil=["nil"], **{"indicator-website": None}), "needs an indicator of its own"),
    ("blanks only", items("\r\n"), "nothing but blanks"),
    ("overlap", items() + items("67", "s"), "overlap"),
    ("item twice", [*items(), items()[0]], "two items 'group'"),
    ("control of another configuration", [{**items()[0], "from_name": "sentiment"}], "'sentiment' is not in the labelling configuration"),
    ("relation", [{"type": "relation", "from_id": "a", "to_id": "b"}], "type 'relation'"),
    ("no item", ["x"], "is no part of a region"),
]


@pytest.mark.parametrize(("name", "result", "words"), FAULTS, ids=[row[0] for row in FAULTS])
def test_refused(name: str, result: list[Any], words: str) -> None:
    with pytest.raises(AnnotationError) as caught:
        label_studio.figures(result, TEXT)
    assert any(words in fault for fault in caught.value.faults), caught.value.faults


def test_every_fault_is_named() -> None:
    with pytest.raises(AnnotationError) as caught:
        label_studio.figures(items(role=["total"]) + items("23家", "s", group=None), TEXT)
    assert len(caught.value.faults) == 2


LOOSE = st.recursive(st.none() | st.integers(-3, 99) | st.text(max_size=3) | st.sampled_from(["website", "level", "67 家"]),
                     lambda inner: st.lists(inner, max_size=2), max_leaves=4)
ITEMS = st.fixed_dictionaries({}, optional={
    "id": LOOSE, "type": LOOSE, "from_name": LOOSE | st.sampled_from(["group", "role", "value", "indicator-website"]),
    "value": LOOSE | st.fixed_dictionaries({}, optional=dict.fromkeys(("start", "end", "text", "labels", "choices", "taxonomy"), LOOSE))})


@given(st.lists(ITEMS | LOOSE, max_size=3))
def test_nothing_that_comes_raises_anything_else(result: list[Any]) -> None:
    try:
        assert label_studio.figures(result, TEXT) == [] or result
    except AnnotationError as error:
        assert error.faults


def response(confidences: list[float], violated: int = 0, source: str = "prose") -> dict[str, Any]:
    return {"figures": [{"confidence": one, "source": source} for one in confidences],
            "checks": [{"status": "violated"}] * violated + [{"status": "holds"}]}


@pytest.mark.parametrize(("answer", "score"), [
    (response([0.9, 0.5]), 0.7), (response([0.9, 0.5], 1), 0.35), (response([1.0] * 9 + [0.5] * 5), 0.5), (response([]), 1.0),
    (response([0.1], source="table"), 1.0),
])
def test_score(answer: dict[str, Any], score: float) -> None:
    assert label_studio.score(answer) == pytest.approx(score)


def test_cells_of_the_form_are_not_annotated() -> None:
    assert label_studio.results([figure(TEXT, "67家", confidence=0.5, source="table")]) == []
    assert {item["score"] for item in label_studio.results([figure(TEXT, "67家", confidence=0.5, source="prose")])} == {0.5}
