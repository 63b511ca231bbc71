"""Figures: units and approximations from the text around, and what goes with a span."""

from decimal import Decimal

import numpy as np
import pytest

from zhibiao import labels, layout
from zhibiao.decoding import Span
from zhibiao.figures import Figure, assemble
from zhibiao.view import normalise


def figures(text: str, *marks: tuple[str, str, str]) -> list[Figure]:
    """The figures of `text` for marks (words, indicator, role or nil), each looked for behind the one before."""
    view, at, spans = normalise(text), 0, []
    for words, indicator, role in marks:
        start = view.text.index(normalise(words).text, at)
        at = start + len(normalise(words).text)
        chances = np.full(len(labels.indicators()), 0.001)
        chances[labels.indicators().index(indicator)] = 0.9
        roles = np.full(len(labels.roles()), 0.001)
        roles[labels.roles().index("level" if role == "nil" else role)] = 0.95
        spans.append(Span(start, at, role == "nil", 0.99, chances, roles, None))
    return assemble(view, layout.read(view.text), spans)


UNITS = [
    ("网站数量(个):67", ("67", "website.count", "level"), "个"),
    ("信息发布(单位:条) 总数 5 318 概况类信息更新量 96", ("96", "publication.website", "part"), "条"),
    ("独立用户访问量:31 2,904(个)", ("31 2,904", "website.visit", "level"), "个"),
    ("主动公开规范性文件数 条 2 制发规范性文件", ("2", "regulation.normative", "level"), "条"),
    ("单位 收件数 办结数\n住建局 214 212", ("214", "message.received", "part"), "件"),
    ("微博粉丝52.3万。", ("52.3万", "new_media.follower", "level"), ""),
    ("全省排名第4,位居前列。", ("第4", "assessment.rank", "level"), ""),
    ("政府公報發布信息5000多條。", ("5000多條", "gazette.item", "level"), "條"),
]


@pytest.mark.parametrize(("text", "mark", "unit"), UNITS, ids=[row[0] for row in UNITS])
def test_unit(text: str, mark: tuple[str, str, str], unit: str) -> None:
    assert figures(text, mark)[0].unit == unit


def test_unit_of_a_list() -> None:
    codes = [(words, "new_media.count", "part") for words in ("4个", "3", "1")]
    assert [figure.unit for figure in figures("其中微信4个、微博3、抖音1。", *codes)] == ["个", "个", "个"]
    codes = [(words, "new_media.count", "part") for words in ("26", "9", "3个")]
    assert [figure.unit for figure in figures("账号分别为26、9和3个。", *codes)] == ["个", "个", "个"]


def test_scale_of_a_header() -> None:
    figure, = figures("政府采购金额(万元) 412.6", ("412.6", "procurement.amount", "level"))
    assert (figure.value, figure.unit) == (Decimal("4126000"), "元")


def test_percentage_points_shared() -> None:
    marks = [(words, "message.satisfaction", "increase") for words in ("1.6个", "4.2个百分点")]
    found = figures("满意率分别提高1.6个和4.2个百分点。", *marks)
    assert [figure.unit for figure in found] == ["个百分点", "个百分点"]


@pytest.mark.parametrize(("text", "words", "approx"), [
    ("约占总数的48%。", "48%", "about"), ("每季度至少抽查10家单位。", "10家", "at_least"),
    ("大约抽查。共有10家。", "10家", "exact"), ("约10家。", "约10家", "about"),
])
def test_approximation_apart(text: str, words: str, approx: str) -> None:
    assert figures(text, (words, "inspection.checked", "level"))[0].approx == approx


def test_nil_statement() -> None:
    figure, = figures("我局未收到行政复议申请。", ("行政复议", "review.count", "nil"))
    assert (figure.value, figure.unit, figure.nil, figure.role, figure.object) == (0, "", True, "level", "行政复议")


def test_nil_statement_is_never_other() -> None:
    figure, = figures("未收到申请。", ("申请", "other", "nil"))
    assert figure.indicator != "other"


def test_place_section_and_sentence_are_the_sources_own() -> None:
    text = "一、平台建設\r\n(一)網站整合。全縣網站由１２家\r\n減至3家,效果良好。共5家。"
    before, after = figures(text, ("１２家", "website.count", "before"), ("3家", "website.count", "after"))
    assert (text[before.start:before.end], text[after.start:after.end]) == ("１２家", "3家")
    assert before.section == "(一)網站整合"
    assert text[slice(*after.sentence)] == "減至3家,效果良好。"


def test_spans_without_a_number_are_left_out() -> None:
    assert figures("多条信息", ("多条", "publication.total", "level")) == []
