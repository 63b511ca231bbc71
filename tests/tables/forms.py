"""A generator of annual reports with the statutory form: random numbers that agree, every layout and rendering, known cells.

The printed words are the form's own, written here once more and not taken from the reader's declaration, so that a slip
there is found here.
"""

import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import opencc

Cells = dict[tuple[str, str, str], int | None]
COLUMNS = ("natural_person", "business", "research", "charity", "legal_service", "other_organization", "total")
RESULTS = ("upheld", "corrected", "other", "pending", "total")
BLOCKS = ("review", "litigation_direct", "litigation_after_review")

ARTICLE20 = {
    "2019": (
        ("第二十条第（一）项", ("信息内容", "本年新制作数量", "本年新公开数量", "对外公开总数量"), ("made", "published", "in_force"),
         (("regulation.rule", "规章"), ("regulation.normative", "规范性文件"))),
        ("第二十条第（五）项", ("信息内容", "上一年项目数量", "本年增/减", "处理决定数量"), ("previous", "change", "decisions"),
         (("administration.license", "行政许可"), ("administration.other_service", "其他对外管理服务事项"))),
        ("第二十条第（六）项", ("信息内容", "上一年项目数量", "本年增/减", "处理决定数量"), ("previous", "change", "decisions"),
         (("administration.penalty", "行政处罚"), ("administration.coercion", "行政强制"))),
        ("第二十条第（八）项", ("信息内容", "上一年项目数量", "本年增/减"), ("previous", "change"), (("administration.fee", "行政事业性收费"),)),
        ("第二十条第（九）项", ("信息内容", "采购项目数量", "采购总金额"), ("item", "amount"), (("procurement", "政府集中采购"),)),
    ),
    "2021": (
        ("第二十条第（一）项", ("信息内容", "本年制发件数", "本年废止件数", "现行有效件数"), ("made", "repealed", "in_force"),
         (("regulation.rule", "规章"), ("regulation.normative", "行政规范性文件"))),
        ("第二十条第（五）项", ("信息内容", "本年处理决定数量"), ("decisions",), (("administration.license", "行政许可"),)),
        ("第二十条第（六）项", ("信息内容", "本年处理决定数量"), ("decisions",),
         (("administration.penalty", "行政处罚"), ("administration.coercion", "行政强制"))),
        ("第二十条第（八）项", ("信息内容", "本年收费金额（单位：万元）"), ("amount",), (("administration.fee", "行政事业性收费"),)),
    ),
}
APPLICATIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("received", ("一、本年新收政府信息公开申请数量",)),
    ("carried_in", ("二、上年结转政府信息公开申请数量",)),
    ("granted", ("三、本年度办理结果", "（一）予以公开")),
    ("partial", ("（二）部分公开（区分处理的，只计这一情形，不计其他情形）",)),
    ("denied.state_secret", ("（三）不予公开", "1.属于国家秘密")),
    ("denied.law_forbids", ("2.其他法律行政法规禁止公开",)),
    ("denied.three_securities", ("3.危及“三安全一稳定”",)),
    ("denied.third_party", ("4.保护第三方合法权益",)),
    ("denied.internal_affairs", ("5.属于三类内部事务信息",)),
    ("denied.process", ("6.属于四类过程性信息",)),
    ("denied.enforcement_file", ("7.属于行政执法案卷",)),
    ("denied.administrative_inquiry", ("8.属于行政查询事项",)),
    ("unavailable.not_held", ("（四）无法提供", "1.本机关不掌握相关政府信息")),
    ("unavailable.must_be_made", ("2.没有现成信息需要另行制作",)),
    ("unavailable.unclear", ("3.补正后申请内容仍不明确",)),
    ("not_processed.petition", ("（五）不予处理", "1.信访举报投诉类申请")),
    ("not_processed.repeated", ("2.重复申请",)),
    ("not_processed.publication", ("3.要求提供公开出版物",)),
    ("not_processed.excessive", ("4.无正当理由大量反复申请",)),
    ("not_processed.reconfirm", ("5.要求行政机关确认或重新出具已获取信息",)),
    ("other", ("（六）其他处理",)),
    ("other.overdue_correction", ("（六）其他处理", "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请")),
    ("other.overdue_fee", ("2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请",)),
    ("other.rest", ("3.其他",)),
    ("total", ("（七）总计",)),
    ("carried_out", ("四、结转下年度继续办理",)),
)
ONLY = {"2019": ("other",), "2021": ("other.overdue_correction", "other.overdue_fee", "other.rest")}
AROUND = {
    "before": "一、总体情况\n全市政府网站由67家缩减至23家，其中关停44家。",
    "between": "上表之外需要说明的是：培训会共举办3场，参训120人次。",
    "after": "五、存在的主要问题及改进情况\n2020年计划举办培训5场，信息更新率达到95%。\n六、其他需要报告的事项\n无。",
}


def application_rows(layout: str) -> list[tuple[str, tuple[str, ...]]]:
    other = ONLY["2021" if layout == "2019" else "2019"]
    return [row for row in APPLICATIONS if row[0] not in other]


def outcomes(layout: str) -> list[str]:
    return [code for code, _ in application_rows(layout) if code not in ("received", "carried_in", "total", "carried_out")]


@dataclass
class Report:
    """A report: its cells by (table, row, column), money in 元; gone: rows that were left out of the text."""

    layout: str
    cells: Cells
    gone: set[tuple[str, str]] = field(default_factory=set)

    def tables(self) -> dict[str, Any]:
        """What reading it should give."""
        article20: dict[str, dict[str, Any]] = {}
        for _, _, columns, rows in ARTICLE20[self.layout]:
            for code, _ in rows:
                if ("article20", code) not in self.gone:
                    article20[code] = {column: self.plain(code, column) for column in columns}
        return {
            "article20": article20,
            "applications": {"columns": list(COLUMNS), "rows": {
                code: [self.cells["applications", code, column] for column in COLUMNS]
                for code, _ in application_rows(self.layout) if ("applications", code) not in self.gone}},
            "disputes": {"columns": list(RESULTS),
                         **{block: [self.cells["disputes", block, column] for column in RESULTS] for block in BLOCKS}},
        }

    def plain(self, code: str, column: str) -> Any:
        value = self.cells["article20", code, column]
        return {"value": value, "unit": "元"} if column == "amount" and value is not None else value


def consistent(rng: random.Random, layout: str | None = None) -> Report:
    """A report in which everything agrees."""
    layout = layout or rng.choice(("2019", "2021"))
    cells: Cells = {}
    large = rng.choice((3, 30, 2000))
    for _, _, columns, rows in ARTICLE20[layout]:
        for code, _ in rows:
            for column in columns:
                cells["article20", code, column] = rng.randrange(-9, 10) if column == "change" else rng.randrange(large)
            if "amount" in columns:
                cells["article20", code, "amount"] = rng.randrange(10_000_000) // 100 * 100
    listed = outcomes(layout)
    for column in COLUMNS[:-1]:
        busy = rng.random() < 0.6
        for code in listed:
            cells["applications", code, column] = rng.randrange(large) if busy and rng.random() < 0.4 else 0
        total = sum(cells["applications", code, column] or 0 for code in listed)
        out = rng.randrange(5) if busy else 0
        carried = rng.randint(0, min(total + out, 5))
        cells |= {("applications", "total", column): total, ("applications", "carried_out", column): out,
                  ("applications", "carried_in", column): carried, ("applications", "received", column): total + out - carried}
    for code, _ in application_rows(layout):
        cells["applications", code, "total"] = sum(cells["applications", code, column] or 0 for column in COLUMNS[:-1])
    for block in BLOCKS:
        for result in RESULTS[:-1]:
            cells["disputes", block, result] = rng.randrange(large) if rng.random() < 0.4 else 0
        cells["disputes", block, "total"] = sum(cells["disputes", block, result] or 0 for result in RESULTS[:-1])
    return Report(layout, cells)


def customer() -> Report:
    """The numbers of the report of 2019 that this project began with."""
    cells: Cells = {("article20", code, column): 0 for _, _, columns, rows in ARTICLE20["2019"] for code, _ in rows for column in columns}
    cells |= {("article20", "regulation.rule", column): value for column, value in (("made", 1), ("published", 1), ("in_force", 5))}
    cells |= {("article20", "regulation.normative", column): value for column, value in (("made", 10), ("published", 10), ("in_force", 30))}
    cells |= {("article20", "procurement", "item"): 40, ("article20", "procurement", "amount"): 4_493_300}
    filled = {"received": 17, "granted": 5, "partial": 1, "denied.process": 1, "unavailable.not_held": 9, "total": 16, "carried_out": 1}
    for code, _ in application_rows("2019"):
        value = filled.get(code, 0)
        cells |= {("applications", code, column): value if column in ("natural_person", "total") else 0 for column in COLUMNS}
    cells |= {("disputes", block, result): 0 for block in BLOCKS for result in RESULTS}
    cells |= {("disputes", "litigation_direct", result): value for result, value in (("upheld", 1), ("pending", 1), ("total", 2))}
    return Report("2019", cells)


def contradicted(rng: random.Random, report: Report) -> tuple[Report, list[tuple[str, str, str]]]:
    """The report with one contradiction in it, and the cells that were changed for it."""
    changed = deepcopy(report)
    amount = rng.randint(1, 9)
    if rng.random() < 0.3:
        places = [("disputes", rng.choice(BLOCKS), rng.choice(RESULTS))]
    else:
        code = rng.choice([code for code, _ in application_rows(report.layout)])
        column = rng.choice(COLUMNS[:-1])
        places = [("applications", code, column)]
        if rng.random() < 0.5:  # the row still adds up, only its column does not
            places.append(("applications", code, "total"))
    for place in places:
        changed.cells[place] = (changed.cells[place] or 0) + amount
    return changed, places


def with_blanks(rng: random.Random, report: Report, share: float = 0.05) -> Report:
    """The report with some cells left blank."""
    changed = deepcopy(report)
    for place in changed.cells:
        if place[2] not in ("amount",) and rng.random() < share:
            changed.cells[place] = None
    return changed


def without_rows(rng: random.Random, report: Report) -> Report:
    """The report with some rows left out."""
    changed = deepcopy(report)
    listed = [("applications", code) for code, _ in application_rows(report.layout) if not code.startswith("other")]
    listed += [("article20", code) for *_, rows in ARTICLE20[report.layout] for code, _ in rows]
    changed.gone.update(rng.sample(listed, rng.randint(1, 3)))
    return changed


Rows = list[list[str]]


@dataclass(frozen=True)
class Style:
    """How a report is set: cells parted in which way, and what is done to its characters."""

    name: str
    rendering: str
    blank: str = ""
    broken: bool = False
    full_width: bool = False
    script: str = ""
    units: bool = False


def written(report: Report, style: Style, place: tuple[str, str, str]) -> str:
    """A cell as printed."""
    value = report.cells[place]
    if value is None:
        return style.blank
    if place[2] == "amount":
        if report.layout == "2021" and not style.units:
            return f"{value / 10_000:.2f}".rstrip("0").rstrip(".")
        return f"{value}元" if style.units and value % 3 else f"{value / 10_000:.2f}万元"
    if style.units and place[0] == "article20":
        return f"{value}{'项' if place[2] in ('item', 'previous') else '件'}" if place[2] != "change" else f"{value:+d}"
    return str(value)


def tables(report: Report, style: Style) -> Iterator[tuple[str, Rows]]:
    """The tables as rows of cells, each with the lines that stand above it; merged cells leave blank ones."""
    for index, (item, header, columns, rows) in enumerate(ARTICLE20[report.layout]):
        above = "二、主动公开政府信息情况\n" if index == 0 else ""
        body = [[label, *(written(report, style, ("article20", code, column)) for column in columns)]
                for code, label in rows if ("article20", code) not in report.gone]
        yield above, [[item, *[""] * len(columns)], list(header), *body]
    body = []
    for code, labels in application_rows(report.layout):
        if ("applications", code) in report.gone:
            continue
        padded = [*[""] * (3 - len(labels)), *labels] if len(labels) > 1 else [*labels, "", ""] if style.rendering in SEPARATED else list(labels)
        body.append([*padded, *(written(report, style, ("applications", code, column)) for column in COLUMNS)])
    yield ("三、收到和处理政府信息公开申请情况\n（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）\n", [
        ["申请人情况", "", "", "自然人", "法人或其他组织", "", "", "", "", "总计"],
        ["", "", "", "", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", ""], *body])
    results = ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"]
    yield ("四、政府信息公开行政复议、行政诉讼情况\n", [
        ["行政复议", "", "", "", "", "行政诉讼", *[""] * 9],
        ["", "", "", "", "", "未经复议直接起诉", "", "", "", "", "复议后起诉", "", "", "", ""],
        results * 3,
        [written(report, style, ("disputes", block, result)) for block in BLOCKS for result in RESULTS]])


SEPARATED = ("pipes", "markdown", "tabs", "framed lines")


def parted(rows: Rows, mark: str) -> str:
    return "\n".join(mark.join(row) for row in rows)


def values_from(row: list[str]) -> int:
    """Where the values of a row begin: behind its last label, or at once where it has none."""
    labels = [i for i, cell in enumerate(row) if any("一" <= char <= "龥" for char in cell) and not cell[:1].isdigit() or cell[1:2] in (".", "．")]
    return labels[-1] + 1 if labels else 0


def flowing(rows: Rows, mark: str) -> str:
    """Lines parted by blanks: only blank cells among values leave a gap."""
    lines = []
    for row in rows:
        start = values_from(row)
        words = [cell for cell in row[:start] if cell]
        header = start > 1 and not any(cell for cell in row[start:]) or start == len(row)
        lines.append(mark.join(words if header else [*words, *row[start:]]))
    return "\n".join(lines)


def one_a_line(rows: Rows, indent: str = "  ") -> str:
    lines = []
    for row in rows:
        start = values_from(row)
        lines += [indent + cell for cell in row[:start] if cell]
        if start < len(row) and any(row[start:]) or start == 1:
            lines += [indent + cell if cell else "" for cell in row[start:]]
    return "\n".join(lines)


def markdown(rows: Rows) -> str:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    lines.insert(1, "|" + " --- |" * len(rows[0]))
    return "\n".join(lines)


RENDERINGS: dict[str, Callable[[Rows], str]] = {
    "lines": one_a_line,
    "bare lines": lambda rows: one_a_line(rows, ""),
    "pipes": lambda rows: "\n".join(" | ".join(row) + " |" for row in rows),
    "framed lines": lambda rows: "\n".join("\n| ".join(row) + "\n|" for row in rows),
    "markdown": markdown,
    "tabs": lambda rows: parted(rows, "\t"),
    "blanks": lambda rows: flowing(rows, " "),
    "wide blanks": lambda rows: flowing(rows, "  "),
}
STYLES = (
    *(Style(name, name) for name in RENDERINGS),
    *(Style(f"{name}, broken headers", name, broken=True) for name in RENDERINGS),
    *(Style(f"{name}, full width", name, full_width=True) for name in RENDERINGS),
    *(Style(f"{name}, traditional", name, script="s2t") for name in RENDERINGS),
    *(Style(f"{name}, Taiwan's words", name, script="s2twp") for name in RENDERINGS),
    *(Style(f"{name}, units", name, units=True) for name in RENDERINGS),
    *(Style(f"{name}, nbsp", name, blank="\xa0") for name in RENDERINGS),
    *(Style(f"{name}, &nbsp;", name, blank="&nbsp;") for name in RENDERINGS),
    *(Style(f"{name}, slash", name, blank="/") for name in RENDERINGS),
)


@cache
def converter(script: str) -> opencc.OpenCC:
    return opencc.OpenCC(script)


def broken(rng: random.Random, rows: Rows) -> Rows:
    """Some labels broken over two lines, as narrow columns break them."""
    def breaking(cell: str) -> str:
        if len(cell) < 5 or not all("一" <= char <= "龥" for char in cell) or rng.random() < 0.5:
            return cell
        at = rng.randint(2, len(cell) - 2)
        return f"{cell[:at]}\n{cell[at:]}"
    return [[breaking(cell) for cell in row] for row in rows]


def render(rng: random.Random, report: Report, style: Style, prose: bool = True) -> str:
    """The whole text of a report."""
    parts = [f"某市2019年政府信息公开工作年度报告\n{AROUND['before']}\n" if prose else ""]
    for index, (above, rows) in enumerate(tables(report, style)):
        if style.broken:
            rows = broken(rng, rows)
        parts.append(f"{above}{RENDERINGS[style.rendering](rows)}\n")
        if prose and index == len(ARTICLE20[report.layout]) - 1:
            parts.append(AROUND["between"] + "\n")
    text = "".join(parts) + (AROUND["after"] if prose else "")
    if style.script:
        text = converter(style.script).convert(text)
    if style.full_width:
        text = text.translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)})
    return text
