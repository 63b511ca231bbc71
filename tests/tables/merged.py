"""The generated forms with the merged cells that the printed form has, as grids, and as HTML, DOCX and PDF.

A grid is a list of rows, each of the cells that begin in it; a cell says how many columns it goes across and how many rows down.
"""

import html
import io
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import docx
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Table

from tests.tables import forms

RELATIONS = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
RESULTS = ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")
TITLE = "某市2019年政府信息公开工作年度报告"


@dataclass(frozen=True)
class Cell:
    text: str
    across: int = 1
    down: int = 1


Grid = list[list[Cell]]


def grids(report: forms.Report, style: forms.Style) -> Iterator[tuple[str, Grid]]:
    """The three tables, each with the heading above it."""
    yield "二、主动公开政府信息情况", list(article20(report, style))
    yield "三、收到和处理政府信息公开申请情况", list(applications(report, style))
    yield "四、政府信息公开行政复议、行政诉讼情况", disputes(report, style)


def article20(report: forms.Report, style: forms.Style) -> Iterator[list[Cell]]:
    """All items in one table, as wide as the widest; narrower rows have their last cell merged across the rest."""
    width = 4
    for item, header, columns, rows in forms.ARTICLE20[report.layout]:
        rest = width - len(columns)
        yield [Cell(item, across=width)]
        yield [*map(Cell, header[:-1]), Cell(header[-1], across=rest)]
        for code, label in rows:
            if ("article20", code) not in report.gone:
                values = [forms.written(report, style, ("article20", code, column)) for column in columns]
                yield [Cell(label), *map(Cell, values[:-1]), Cell(values[-1], across=rest)]


def applications(report: forms.Report, style: forms.Style) -> Iterator[list[Cell]]:
    yield [Cell(RELATIONS, 3, 3), Cell("申请人情况", 7)]
    yield [Cell("自然人", down=2), Cell("法人或其他组织", 5), Cell("总计", down=2)]
    yield [Cell(label) for label in ("商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他")]
    rows = [code for code, _ in forms.application_rows(report.layout) if ("applications", code) not in report.gone]
    named: set[str] = set()
    for code in rows:
        labels = [Cell(label) for label in dict(forms.APPLICATIONS)[code]]
        values = [Cell(forms.written(report, style, ("applications", code, column))) for column in forms.COLUMNS]
        yield [*leading(code, labels, rows, named), *values]


def outcome(code: str) -> bool:
    return code not in ("received", "carried_in", "carried_out")


def leading(code: str, labels: list[Cell], rows: list[str], named: set[str]) -> Iterator[Cell]:
    """The labels in front of a row; those that reach down over several rows stand in the first of them alone."""
    if not outcome(code):
        yield Cell(labels[0].text, across=3)
        return
    if "outcomes" not in named:
        named.add("outcomes")
        yield Cell("三、本年度办理结果", down=sum(map(outcome, rows)))
    group = code.partition(".")[0]
    if "." not in code:
        yield Cell(labels[-1].text, across=2)
        return
    if group not in named:
        named.add(group)
        first = next(labels for code, labels in forms.APPLICATIONS if code.startswith(f"{group}."))
        yield Cell(first[0], down=sum(row.startswith(f"{group}.") for row in rows))
    yield Cell(labels[-1].text)


def disputes(report: forms.Report, style: forms.Style) -> Grid:
    return [
        [Cell("行政复议", 5), Cell("行政诉讼", 10)],
        [*(Cell(result, down=2) for result in RESULTS), Cell("未经复议直接起诉", 5), Cell("复议后起诉", 5)],
        [Cell(result) for _ in range(2) for result in RESULTS],
        [Cell(forms.written(report, style, ("disputes", block, result))) for block in forms.BLOCKS for result in forms.RESULTS],
    ]


PAGE = """<!DOCTYPE html>
<html><head><meta charset="{charset}"><title>{title}_某市人民政府门户网站</title>
<style>.nav li {{ float: left }}</style><script>var 访问量 = 98765; document.write("今日访问3万次");</script></head>
<body>
<div class="header"><a href="/"><img src="logo.png"></a><form><input name="q" value="搜索"><button>搜索</button></form></div>
<div class="nav"><ul><li><a href="/1">首页</a></li><li><a href="/2">政务公开</a></li><li><a href="/3">政务服务12345</a></li></ul></div>
{before}
<div class="location">当前位置：<a href="/">首页</a> &gt; <a href="/gk">政务公开</a> &gt; <a href="/nb">政府信息公开年报</a></div>
<div class="article"><h1>{title}</h1>
{body}
</div>
{after}
<div class="links"><a href="/a">国务院部门网站</a> | <a href="/b">省政府网站</a> | <a href="/c">36个乡镇网站</a></div>
<footer>主办：某市人民政府办公室 网站标识码：4414000001 粤ICP备05077782号</footer>
</body></html>
"""
FRAMES = (
    ("<div class=\"main\">", "</div>"),
    ("<table><tr><td class=\"left\"><a href=\"/x\">领导之窗</a><br><a href=\"/y\">机构设置</a><br><a href=\"/z\">统计数据2018</a></td><td>",
     "</td></tr></table>"),
    ("<div><div><div>", "</div></div></div>"),
)
MENUS = ("政务服务12345", "领导之窗", "统计数据2018", "36个乡镇网站", "今日访问", "98765", "搜索")
CELLS = ("{}", "<p>{}</p>", "<p align=\"center\"><span style=\"font-size:10.5pt\">{}</span></p>", "\n   <font>{}</font>\n  ", "<p>{}<br></p>")


def html_table(rng: random.Random, grid: Grid) -> str:
    form, closing, blank = rng.choice(CELLS), rng.choice(("</td>", "")), rng.choice(("", "&nbsp;"))
    lines = []
    for row in grid:
        cells = []
        for cell in row:
            spans = (f" colspan=\"{cell.across}\"" if cell.across > 1 else "") + (f" rowspan={cell.down}" if cell.down > 1 else "")
            text = html.escape(cell.text).replace("\n", "<br>")
            cells.append(f"<td{spans}>{form.format(text or blank)}{closing}")
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table border=1><tbody>{chr(10).join(lines)}</tbody></table>"


def html_page(rng: random.Random, report: forms.Report, style: forms.Style, charset: str = "utf-8") -> bytes:
    """A page of a government portal: the report in the middle, menus around it."""
    parts = [paragraphs(forms.AROUND["before"])]
    for index, (above, grid) in enumerate(grids(report, style)):
        parts += [paragraphs(above), html_table(rng, grid), paragraphs(forms.AROUND["between"]) if index == 0 else ""]
    before, after = rng.choice(FRAMES)
    page = PAGE.format(charset=charset, title=TITLE, before=before, after=after, body="\n".join([*parts, paragraphs(forms.AROUND["after"])]))
    return page.encode(charset)


def paragraphs(text: str) -> str:
    return "".join(f"<p style=\"text-indent: 2em\">　　{html.escape(line)}</p>\n" for line in text.split("\n"))


def docx_file(rng: random.Random, report: forms.Report, style: forms.Style) -> bytes:
    """The report as Word writes it."""
    document = docx.Document()
    document.add_heading(TITLE, 0)
    document.sections[0].header.paragraphs[0].text = "某市人民政府 第1页"
    add_paragraphs(document, forms.AROUND["before"])
    for index, (above, grid) in enumerate(grids(report, style)):
        add_paragraphs(document, above)
        add_table(document, grid)
        if index == 0:
            add_paragraphs(document, forms.AROUND["between"])
    add_paragraphs(document, forms.AROUND["after"])
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def add_paragraphs(document: Document, text: str) -> None:
    for line in text.split("\n"):
        document.add_paragraph(line)


def add_table(document: Document, grid: Grid) -> None:
    rows: list[list[tuple[int, str]]] = [[] for _ in grid]
    for (row, column), cell in placed(grid):
        for down in range(cell.down):
            merge = "" if cell.down == 1 else "<w:vMerge/>" if down else '<w:vMerge w:val="restart"/>'
            paragraphs = [f"<w:p><w:r><w:t>{html.escape(line)}</w:t></w:r></w:p>" for line in cell.text.split("\n")] if not down else ["<w:p/>"]
            rows[row + down].append((column, f'<w:tc><w:tcPr><w:gridSpan w:val="{cell.across}"/>{merge}</w:tcPr>{"".join(paragraphs)}</w:tc>'))
    table = "".join(f"<w:tr>{''.join(xml for _, xml in sorted(row))}</w:tr>" for row in rows)
    document.element.body.insert_element_before(parse_xml(f"<w:tbl {nsdecls('w')}>{table}</w:tbl>"), "w:sectPr")


def placed(grid: Grid) -> Iterator[tuple[tuple[int, int], Cell]]:
    """Each cell with its row and column."""
    taken: set[tuple[int, int]] = set()
    for row, cells in enumerate(grid):
        column = 0
        for cell in cells:
            while (row, column) in taken:
                column += 1
            yield (row, column), cell
            taken |= {(row + down, column + across) for down in range(cell.down) for across in range(cell.across)}
            column += cell.across


pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
PROSE = ParagraphStyle("prose", fontName="STSong-Light", fontSize=14, leading=24, wordWrap="CJK", firstLineIndent=28)
IN_CELL = ParagraphStyle("cell", fontName="STSong-Light", fontSize=6, leading=7, wordWrap="CJK")


def pdf_file(parts: list[str | Grid], encrypt: str | None = None) -> bytes:
    """Paragraphs and ruled tables on numbered pages, set in a Chinese font that readers bring."""
    story: list[Flowable] = []
    for part in parts:
        story += [Paragraph(html.escape(line), PROSE) for line in part.split("\n")] if isinstance(part, str) else [pdf_table(part)]
    stream = io.BytesIO()

    def numbered(canvas: Any, document: Any) -> None:
        canvas.setFont("STSong-Light", 9)
        canvas.drawCentredString(A4[0] / 2, 40, f"— {document.page} —")

    SimpleDocTemplate(stream, pagesize=A4, encrypt=encrypt).build(story, numbered, numbered)
    return stream.getvalue()


def pdf_table(grid: Grid) -> Table:
    width = sum(cell.across for cell in grid[0])
    texts: list[list[Any]] = [[""] * width for _ in grid]
    rules: list[tuple[Any, ...]] = [("GRID", (0, 0), (-1, -1), 0.5, "black")]
    for (row, column), cell in placed(grid):
        texts[row][column] = Paragraph(html.escape(cell.text), IN_CELL)
        if cell.across * cell.down > 1:
            rules.append(("SPAN", (column, row), (column + cell.across - 1, row + cell.down - 1)))
    return Table(texts, [435 / width] * width, style=rules)


def pdf_report(report: forms.Report, style: forms.Style) -> bytes:
    parts: list[str | Grid] = [TITLE, forms.AROUND["before"]]
    for index, (above, grid) in enumerate(grids(report, style)):
        parts += [above, grid, *([forms.AROUND["between"]] if index == 0 else [])]
    return pdf_file([*parts, forms.AROUND["after"]])
