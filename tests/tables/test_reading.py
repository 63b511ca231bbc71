"""The tables of particular texts: what a crawl, a PDF or a hurried clerk makes of them."""

from typing import Any

import pytest

from zhibiao import layout, regions
from zhibiao.catalogue import catalogue
from zhibiao.tables import NONE, Tables, form, read
from zhibiao.view import normalise

RECEIVED = "一、本年新收政府信息公开申请数量"
HEADER = "申请人情况 自然人 法人或其他组织 总计 商业企业 科研机构 社会公益组织 法律服务机构 其他\n"


def reading(text: str) -> Tables:
    view = normalise(text)
    return read(view, layout.read(view.text))


def cells(tables: Tables) -> dict[str, Any]:
    """The values read, by `row.column`, with their texts."""
    return {".".join(tables.address[figure.start][1:]): figure.text for figure in tables.figures}


@pytest.mark.parametrize(("text", "row", "values"), [
    pytest.param(f"{RECEIVED} 17 0 0 0 0 0 17", "received", [17, 0, 0, 0, 0, 0, 17], id="no header"),
    pytest.param(f"{HEADER}{RECEIVED}\n17\n0\n0\n0\n0\n0\n17\n", "received", [17, 0, 0, 0, 0, 0, 17], id="one cell a line"),
    pytest.param(f"{HEADER}{RECEIVED}\n2 1\n4\n0\n0\n1\n0\n2 6\n", "received", [21, 4, 0, 0, 1, 0, 26], id="blanks within numbers"),
    pytest.param(f"{HEADER}{RECEIVED}  1,204  0  0  0  0  0  1,204", "received", [1204, 0, 0, 0, 0, 0, 1204], id="thousands marks"),
    pytest.param(f"{HEADER}| {RECEIVED} | １７件 | 0件 | | / | — | &nbsp; | 17件 |", "received", [17, 0, None, None, None, None, 17],
                 id="blank cells"),
    pytest.param(f"{HEADER}{RECEIVED}\n17\n\n0\n\n0\n\n0\n\n0\n\n0\n\n17\n\n", "received", [17, 0, 0, 0, 0, 0, 17], id="lines parted by empty ones"),
    pytest.param(f"{HEADER}{RECEIVED}\n17\n \n0\n0\n0\n0\n17\n", "received", [17, None, 0, 0, 0, 0, 17], id="a blank line is a cell"),
    pytest.param(f"{HEADER}一、本年新收政\n府信息公开\n申请数量 17 0 0 0 0 0 17", "received", [17, 0, 0, 0, 0, 0, 17], id="broken label"),
    pytest.param(f"{HEADER}5.要求行政机关确认或重新出 0 0 0 0 1 0 1\n具已获取信息\n", "not_processed.reconfirm", [0, 0, 0, 0, 1, 0, 1],
                 id="label broken around its cells"),
    pytest.param(f"{HEADER}一、本年新收到政府信息公开申请数量 3 0 0 0 0 0 3", "received", [3, 0, 0, 0, 0, 0, 3], id="label a little different"),
    pytest.param(f"{HEADER}{RECEIVED} 3 0 0 0 0 0 3\n第 5 页\n二、上年结转政府信息公开申请数量 1 0 0 0 0 0 1", "carried_in", [1, 0, 0, 0, 0, 0, 1],
                 id="page number between rows"),
    pytest.param(f"{HEADER}{RECEIVED} 3 0 0 0 3\n二、上年结转政府信息公开申请数量 1 0 0 0 0 0 1", "received", [None] * 7, id="cells too few"),
    pytest.param("申請人情況|自然人|法人或其他組織|總計\n一、本年新收政府信息公開申請數量|9|0|0|0|0|0|9", "received", [9, 0, 0, 0, 0, 0, 9],
                 id="traditional"),
])
def test_applications(text: str, row: str, values: list[int | None]) -> None:
    plain = reading(text).plain
    if not any(value is not None for value in values):
        assert plain is None or plain["applications"]["rows"][row] == values
    else:
        assert plain is not None
        assert plain["applications"]["rows"][row] == values


@pytest.mark.parametrize(("text", "wanted"), [
    ("第二十条第（一）项 信息内容 本年制发件数 本年废止件数 现行有\n效件数\n规章 0 0 0\n行政规范性文件 4 1 37\n",
     {"regulation.rule": {"made": 0, "repealed": 0, "in_force": 0}, "regulation.normative": {"made": 4, "repealed": 1, "in_force": 37}}),
    ("第二十条第(五)项 信息内容 本年处理决定数量 行政许可 12 308\n第二十条第(六)项 信息内容 本年处理决定数量 行政处罚 6,4 75 行政强制 63\n",
     {"administration.license": {"decisions": 12308}, "administration.penalty": {"decisions": 6475}, "administration.coercion": {"decisions": 63}}),
    ("第二十条第(八)项 信息内容 本年收费金额(单位:万元)\n行政事业性收费 1 086.3\n",
     {"administration.fee": {"amount": {"value": 10863000, "unit": "元"}}}),
    ("第二十条第(八)项|本年收费金额(单位:元)\n行政事业性收费|251000\n", {"administration.fee": {"amount": {"value": 251000, "unit": "元"}}}),
    ("第二十条第(八)项|本年收费金额(单位:万元)\n行政事业性收费|251000元\n", {"administration.fee": {"amount": {"value": 251000, "unit": "元"}}}),
    ("第二十條第（五）項 信息內容 上一年項目數量 本年增/減 處理決定數量\n行政許可 18 -2 345",
     {"administration.license": {"previous": 18, "change": -2, "decisions": 345}}),
    ("第二十条第(九)项\n采购项目数量\n采购总金额\n政府集中采购\n40项\n449.33万元",
     {"procurement": {"item": 40, "amount": {"value": 4493300, "unit": "元"}}}),
    ("第二十条第(九)项 信息内容 采购项目数量 采购总金额\n政府集中采购 14 862。5万元",
     {"procurement": {"item": 14, "amount": {"value": 8625000, "unit": "元"}}}),
    ("第二十条第(一)项\n规章\n1\n2\n3\n", {"regulation.rule": {"made": 1, "in_force": 3}}),
])
def test_article20(text: str, wanted: dict[str, Any]) -> None:
    plain = reading(text).plain
    assert plain is not None
    assert plain["article20"] == wanted


UPRIGHT = ("行政复议 行政诉讼\n未经复议直接起诉 复议后起诉\n结 结 其 尚\n结 结 其 尚 结 结 其 尚\n果 果 他 未\n总计 果 果 他 未 总 果 果 他 未 总\n"
           "维 纠 结 审\n维 纠 结 审 计 维 纠 结 审 计\n持 正 果 结\n持 正 果 结 持 正 果 结\n")


@pytest.mark.parametrize("text", [
    pytest.param(UPRIGHT + "1 0 0 0 1 2 0 0 1 3 0 0 0 0 0", id="headers set upright in a PDF"),
    pytest.param("行政复议行政诉讼\n结果维持\n| 1 | 0 | 0 | 0 | 1 | 2 | 0 | 0 | 1 | 3 | 0 | 0 | 0 | 0 | 0 |", id="flattened headers"),
    pytest.param("行政复议 结果维持 结果纠正 其他结果 尚未审结 总计\n1 0 0 0 1\n行政诉讼 未经复议直接起诉 结果维持 结果纠正 其他结果 尚未审结 总计\n"
                 "2 0 0 1 3\n复议后起诉 结果维持 结果纠正 其他结果 尚未审结 总计\n0 0 0 0 0", id="block by block"),
])
def test_disputes(text: str) -> None:
    plain = reading(text).plain
    assert plain is not None
    assert {key: plain["disputes"][key] for key in ("review", "litigation_direct", "litigation_after_review")} == {
        "review": [1, 0, 0, 0, 1], "litigation_direct": [2, 0, 0, 1, 3], "litigation_after_review": [0, 0, 0, 0, 0]}


@pytest.mark.parametrize("text", [
    "", "没有任何数字的一句话。", "9" * 20000, "\0" * 50 + "收到留言5条",
    "今年全县作出行政处罚 31 件、行政强制 2 件。",
    "行政许可\n12\n行政处罚\n7\n",
    "三、收到和处理政府信息公开申请情况\n本年新收政府信息公开申请17件，予以公开5件。",
    "三、收到和处理政府信息公开申请情况\n予以公开 5\n部分公开 3\n总计 8\n",
    "收到来信 126 件\n答复 126 件\n总计 252",
    "因政府信息公开工作被申请行政复议、提起行政诉讼情况\n2020 年,我单位未出现行政复议 1 件以上的情况。",
])
def test_no_tables(text: str) -> None:
    """Sentences and lists about the same things stay with the tagger."""
    tables = reading(text)
    assert tables.plain is None
    assert tables.figures == ()
    view = normalise(text)
    assert regions.prose(view.text, tables.occupied) == ([(0, len(view.text))] if view.text.strip() else [])


def test_words_within_tables_are_prose() -> None:
    text = f"{HEADER}{RECEIVED} 3 0 0 0 0 0 3\n说明：其中2件为网络申请。\n二、上年结转政府信息公开申请数量 1 0 0 0 0 0 1\n全年办培训班5期。"
    view, tables = normalise(text), reading(text)
    words = [view.text[low:high].strip() for low, high in regions.prose(view.text, tables.occupied)]
    assert words == ["说明:其中2件为网络申请。\n二、", "全年办培训班5期。"]
    assert len(tables.figures) == 14


@pytest.mark.parametrize(("text", "warning"), [
    (f"{HEADER}{RECEIVED}\n17\n0\n0", "applications: the text ends in the row 本年新收政府信息公开申请数量, after 3 of 7 cells"),
    (f"{HEADER}{RECEIVED} 17 0 0 0 0 0 17", "disputes: the table was not found"),
    (f"{HEADER}{RECEIVED} 17 0 0 0 0 0 17", "article20: the table was not found"),
    (f"{HEADER}{RECEIVED} 3 0 0 0 3\n二、上年结转政府信息公开申请数量 1 0 0 0 0 0 1",
     "applications: the row 本年新收政府信息公开申请数量 has 5 cells where the form has 7; it was read as prose"),
    (f"{HEADER}{RECEIVED}\n3\n0\n0\n0\n3\n二、上年结转政府信息公开申请数量 1 0 0 0 0 0 1",
     "applications: the row 本年新收政府信息公开申请数量 has 5 cells where the form has 7; none was read"),
    ("第二十条第(五)项 上一年项目数量 本年增/减 处理决定数量 行政许可 18 -2 34 5",
     "article20: the row 行政许可 has 4 cells where the form has 3; it was read as prose"),
    ("第二十条第(五)项 上一年项目数量 本年增/减 处理决定数量 行政许可 18 -2 345 第二十条第(六)项 行政处罚 1 12 5 29",
     "article20: the row 行政处罚 has 4 cells where the form has 3; it was read as prose"),
    (f"{HEADER}{RECEIVED} 3 0 0 0 0 0 3\n9.属于工作秘密 1 0 0 0 0 0 1", "applications: the form has no row 属于工作秘密; its cells were not read"),
    (f"{HEADER}{RECEIVED} 3 0 0 0 0 0 3\n{RECEIVED} 4 0 0 0 0 0 4",
     "applications: the row 本年新收政府信息公开申请数量 comes again; its first cells were kept"),
    ("第二十条第(一)项\n规章\n1\n2\n3\n", "article20: nothing says which layout the row 规章 has; cells in doubt were not read"),
    ("结果维持 结果纠正 其他结果 尚未审结 总计\n1 0 0", "disputes: the text ends after 3 of 15 cells"),
])
def test_warnings(text: str, warning: str) -> None:
    assert warning in reading(text).warnings


@pytest.mark.parametrize(("text", "confidence"), [
    (f"{HEADER}{RECEIVED} 17 0 0 0 0 0 17", 0.99), (f"{RECEIVED} 17 0 0 0 0 0 17", 0.97), (f"{HEADER}{RECEIVED}\n17\n0\n0", 0.9),
])
def test_confidence_says_how_a_cell_was_placed(text: str, confidence: float) -> None:
    assert {parts["figure"] for parts in reading(text).confidences} == {confidence}


def test_figures() -> None:
    text = ("第二十条第（一）项 信息内容 本年制发件数 本年废止件数 现行有效件数\n规章 0 2 5\n"
            "第二十条第(六)项 信息内容 上一年项目数量 本年增/减 处理决定数量\n行政处罚 112 -5 29\n"
            f"{HEADER}{RECEIVED} 17 0 0 0 0 0 17\n1.属于国家秘密 1 0 0 0 0 0 1\n"
            "行政复议 行政诉讼 未经复议直接起诉 复议后起诉" + " 结果维持 结果纠正 其他结果 尚未审结 总计" * 3 + "\n1 0 0 0 1 2 0 0 1 3 0 0 0 0 0\n")
    tables = reading(text)
    found = {tables.address[figure.start]: (figure.indicator, figure.role, int(figure.value), figure.unit) for figure in tables.figures}
    assert found["article20", "regulation.rule", "made"] == ("regulation.rule", "level", 0, "件")
    assert found["article20", "regulation.rule", "repealed"] == ("regulation.repealed", "level", 2, "件")
    assert found["article20", "administration.penalty", "previous"] == ("administration.penalty", "before", 112, "")
    assert found["article20", "administration.penalty", "change"] == ("administration.penalty", "decrease", 5, "")
    assert found["applications", "received", "natural_person"] == ("application.received", "part", 17, "")
    assert found["applications", "received", "total"] == ("application.received", "level", 17, "")
    assert found["applications", "denied.state_secret", "total"] == ("application.denied.state_secret", "level", 1, "")
    assert found["disputes", "review", "total"] == ("review.count", "level", 1, "")
    assert found["disputes", "litigation_direct", "pending"] == ("litigation.pending", "level", 1, "")
    first = tables.figures[0]
    assert (first.object, text[slice(*first.sentence)]) == ("规章", "规章 0 2 5")
    assert tables.plain and tables.plain["article20"]["administration.penalty"]["change"] == -5


def test_codes_fit_the_catalogue_where_one_fits() -> None:
    declared = form()
    codes = {table.indicator(row, column) for table in declared.tables for row in table.rows.values()
             for columns in table.columns.values() for column in columns}
    own = codes - catalogue().indicators.keys()
    assert own == set(declared.names)
    assert all(code.partition(".")[0] in catalogue().groups for code in own)
    roles = {column.role for table in declared.tables for columns in table.columns.values() for column in columns}
    assert roles - {"change"} <= catalogue().roles.keys()


def test_nothing_is_the_same_nothing() -> None:
    assert reading("全市政府网站由67家缩减至23家。") is NONE
