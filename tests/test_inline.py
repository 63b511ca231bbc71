"""The inline form: what a mark says, and what is refused."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.export import CORPUS
from annotations.inline import InlineError, documents, escaped, parse, read, write

MARKS = [
    ("由[67家|website.count|before]减", {"text": "67家", "role": "before", "value": 67, "unit": "家", "approx": "exact"}),
    ("更新[5000多条|publication.news]。", {"role": "level", "value": 5000, "unit": "条", "approx": "more"}),
    ("[三百余件|hotline.handled||300|more]", {"value": 300, "unit": "件", "approx": "more"}),
    ("未收到[政府信息公开申请|application.received|nil]。", {"value": 0, "unit": "", "nil": True, "role": "level"}),
    ("[10-15天|message.duration|average]", {"value": 10, "value_max": 15, "unit": "天"}),
    ("总数(个) [67|website.count|||||个]", {"value": 67, "unit": "个"}),
    ("[５，０００條|publication.total]", {"value": 5000, "unit": "條"}),
]


@pytest.mark.parametrize(("marked", "expected"), MARKS, ids=[row[0] for row in MARKS])
def test_marks(marked: str, expected: dict[str, object]) -> None:
    text, (figure,) = parse(marked)
    assert text[figure["start"]:figure["end"]] == figure["text"]
    assert expected.items() <= figure.items()


def test_object_is_the_nearest_to_the_left_or_else_to_the_right() -> None:
    text, (first, second) = parse("网站:关停网站[16家|website.count|decrease|||||网站],开设[2个|website.column|increase|||||专栏]专栏。")
    assert first["object"] == {"start": 5, "end": 7, "text": "网站"}
    assert second["object"]["start"] == text.index("专栏")


@pytest.mark.parametrize(("marked", "words"), [
    ("[5家|no.such]", "'no.such' is not in the catalogue"), ("[5家|website.count|total]", "role 'total'"),
    ("[5家|website.count||||||a|b]", "8 fields"),
    ("[多家|website.count]", "no number can be read"), ("[5 |website.count]", "begins or ends with a blank"), ("a [5家", "an unbalanced '['"),
    ("[5家|website.count||five]", "expected a plain decimal number"), ("[安全|other|nil]", "needs an indicator of its own"),
    ("[5家|website.count||||||平台]", "does not stand in the text"),
])
def test_refused(marked: str, words: str) -> None:
    with pytest.raises(InlineError, match=words.replace("[", r"\[")):
        parse(marked)


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "topic.txt"
    first, second = "# id=a script=hans kind=annual\n\n收到[5件|message.received]。\n\n", "# id=b script=hant kind=nil objects=yes\n無\n"
    path.write_text(first + second, encoding="utf-8")
    assert [(head["id"], marked) for head, marked in documents(path)] == [("a", "收到[5件|message.received]。"), ("b", "無")]
    one, other = read(path)
    assert (one["topic"], one["objects"], other["objects"], other["figures"]) == ("topic", False, True, [])


def test_unknown_kind_is_refused_with_the_document(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    path.write_text("# id=a script=hans kind=poem\nx\n", encoding="utf-8")
    with pytest.raises(InlineError, match=r"t\.txt: a: kind=poem"):
        list(read(path))


def test_the_corpus_is_written_as_it_was_read() -> None:
    for path in sorted(CORPUS.glob("*.txt")):
        for _, marked in list(documents(path))[::8]:
            text, figures = parse(marked)
            for figure in figures:
                figure["object"] = None
            assert parse(write(text, figures)) == (text, figures)


@given(st.text(st.sampled_from("[]|\\r#\r\n\u2028 id=网𠮷😀")))
def test_any_text_can_be_written(text: str) -> None:
    assert parse(escaped(text)) == (text, [])
    assert not any(line.startswith("# id=") for line in escaped(text).split("\n"))


WRITTEN = [
    ({"value": 67, "unit": "家"}, "[67家|website.count]"), ({"value": 67, "unit": "家", "role": "after"}, "[67家|website.count|after]"),
    ({"value": 68, "unit": "家"}, "[67家|website.count|level|68]"), ({"value": 0.00001, "unit": "个"}, "[67家|website.count|level|0.00001|||个]"),
    ({"value": 67, "value_max": 70, "unit": "家", "approx": "about"}, "[67家|website.count|level|67|about|70]"),
    ({"value": 0, "unit": "", "nil": True}, "[67家|website.count|nil]"),
]


@pytest.mark.parametrize(("fields", "marked"), WRITTEN, ids=[row[1] for row in WRITTEN])
def test_only_what_the_text_does_not_say_is_written(fields: dict[str, object], marked: str) -> None:
    figure = {"start": 0, "end": 3, "text": "67家", "indicator": "website.count", "role": "level", "value_max": None, "approx": "exact",
              "nil": False, **fields}
    assert write("67家", [figure]) == marked
    assert parse(marked) == ("67家", [{**figure, "object": None}])


def test_a_backslash_that_means_nothing_is_refused() -> None:
    with pytest.raises(InlineError, match="write a backslash before it"):
        parse("a \\ b")
