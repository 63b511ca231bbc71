"""Files read as texts: every kind, every encoding, the statutory form in each, and files made to do harm."""

import io
import random
import re
import zipfile
import zlib
from functools import cache
from typing import Any

import docx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from tests.tables import forms, merged
from tests.tables.test_generated_forms import flat, reading
from zhibiao import files
from zhibiao.errors import FileError, FileTooLargeError, MissingExtraError, UnreadableFileError, UnsupportedFileError
from zhibiao.files import docx as docx_reader
from zhibiao.files import grid, markup, pdf

# Of each kind; a form takes as long to make as to read.
FORMS = {"html": 60, "docx": 20, "pdf": 6}
TEXT = "云溪县2023年政府信息公开工作年度报告\n全县政府网站由67家缩减至23家，其中关停44家。\n收到政府信息公开申请46件，办结率100％。"
TRADITIONAL = "雲溪縣2023年政府資訊公開工作年度報告\n全縣政府網站由67家縮減至23家，其中關停44家。\n收到政府資訊公開申請46件，辦結率100％。"
PLAIN = forms.Style("plain", "pipes")


# Plain text


@pytest.mark.parametrize(("text", "encoding", "warnings"), [
    (TEXT, "utf-8", ()), (TEXT, "utf-8-sig", ()), (TRADITIONAL, "utf-8", ()), ("plain 12", "ascii", ()),
    (TEXT, "gb2312", ("read as GB18030",)), (TEXT, "gb18030", ("read as GB18030",)), (TRADITIONAL, "gb18030", ("read as GB18030",)),
    (TRADITIONAL, "big5", ("read as Big5",)), (TRADITIONAL.replace("雲", "邨"), "big5hkscs", ("read as Big5",)),
    ("網站23家", "big5", ("read as Big5",)), ("网站23家", "gb18030", ("read as GB18030",)), (TEXT, "utf-16", ("read as UTF-16",)),
])
@pytest.mark.parametrize("name", ["报告.txt", "REPORT.MD", "page.html"])
def test_encodings(text: str, encoding: str, warnings: tuple[str, ...], name: str) -> None:
    content = files.read(text.encode(encoding), name)
    if name.endswith("html"):
        text = text.replace("\n", "")  # a line break of the source parts no Chinese words
    assert (content.text, content.warnings) == (text, warnings)


@pytest.mark.parametrize(("data", "words"), [
    (TEXT.encode()[:-1], "1 characters are broken in UTF-8 and stand as U+FFFD"), (TEXT.encode("gb18030")[:-1], "broken in GB18030"),
])
def test_a_broken_character_costs_no_text(data: bytes, words: str) -> None:
    content = files.read(data, "a.txt")
    assert words in content.warnings[-1]
    assert content.text.startswith(TEXT[:-1])


# Pages


def page(*parts: str) -> bytes:
    return f"<!doctype html><title>站名</title><body>{''.join(parts)}".encode()


MENU = "<ul><li><a href=/1>首页</a><li><a href=/2>政务公开</a><li><a href=/3>统计数据2018</a></ul>"


@pytest.mark.parametrize(("html", "text"), [
    (page(MENU, "<p>网站23家。"), "网站23家。"),
    (page(f"<table><tr><td>{MENU}<td><p>网站23家。<p>申请5件。</table>"), "网站23家。\n申请5件。"),
    (page("<div class='top nav'>欢迎访问</div><p>网站23家"), "网站23家"),
    (page("<div class=nav><p>网站23家。</p></div>"), "网站23家。"),
    (page("<p>政府网站<a>23家</a>,<a>申请</a><a>5件</a>。"), "政府网站23家,申请5件。"),
    (page("<div>网站23家<br>申请5件<br><br>　　办结</div>"), "网站23家\n申请5件\n办结"),
    (page("<p>政府\n    网站<b>23</b>家 about\n us"), "政府网站23家 about us"),
    (page("<script>document.write('5件')</script><style>p{}</style><p hidden>1<noscript>9家</noscript><p>网站&nbsp;23家"), "1\n网站\xa023家"),
    (page("<table><tr><th>项目<th>数量<tr><td>网站<td>23<tr><td colspan=2>合计 | 23</table>"), "| 项目 | 数量 |\n| 网站 | 23 |\n| 合计 ¦ 23 |"),
    (page("<table><tr><td rowspan=2>网站<td>减少<td>44<tr><td>增加<td></table>"), "| 网站 | 减少 | 44 |\n| | 增加 | |"),
    (page("<table><tr><td rowspan=0 colspan=x>网<br>站<td rowspan=99>a<br>b<tr><td>1<br>024</table>"), "| 网站 | a b |\n| 1024 | |"),
    (page("<table><tr><td>网站23家。<tr><td>申请5件。</table>"), "网站23家。\n申请5件。"),
    (page("<pre>项目\t数量\n网站\t23</pre>"), "项目 数量\n网站 23"),
    (b"\xef\xbb\xbf<p>\xe7\xbd\x91\xe7\xab\x99", "网站"),
])
def test_pages(html: bytes, text: str) -> None:
    assert markup.read(html).text == text


def report(number: int) -> tuple[random.Random, forms.Style, forms.Report]:
    rng = random.Random(number)
    kept = forms.consistent(rng)
    if number % 3 == 0:
        kept = forms.with_blanks(rng, kept)
    if number % 5 == 0:
        kept = forms.without_rows(rng, kept)
    return rng, forms.Style("merged", "pipes", blank=rng.choice(("", "", "\xa0", "/")), units=number % 4 == 0), kept


@cache
def texts(kind: str) -> list[tuple[forms.Report, str]]:
    """Generated reports, each with its text as read from a file of this kind."""
    found = []
    for number in range(FORMS[kind]):
        rng, style, kept = report(number)
        if kind == "html":
            text = markup.read(merged.html_page(rng, kept, style, rng.choice(("utf-8", "gb18030")))).text
        elif kind == "docx":
            text = docx_reader.read(merged.docx_file(rng, kept, style)).text
        else:
            text = pdf.read(merged.pdf_report(kept, style)).text
        found.append((kept, text))
    return found


@pytest.mark.parametrize("kind", ["html", "docx", "pdf"])
def test_forms_are_read_back_cell_for_cell(kind: str) -> None:
    for kept, text in texts(kind):
        tables = reading(text)[1]
        assert flat(tables.plain) == flat(kept.tables())
        assert all(text[figure.start:figure.end] == figure.text for figure in tables.figures)


@pytest.mark.parametrize("kind", ["html", "docx", "pdf"])
def test_prose_around_forms_is_whole(kind: str) -> None:
    for _, text in texts(kind):
        lines = text.split("\n")
        places = [lines.index(line) for line in [merged.TITLE, *"\n".join(forms.AROUND.values()).split("\n")]]
        assert places == sorted(places)
        assert not [words for words in (*merged.MENUS, "第1页", "— 1 —") if words in text]


# Documents


def document(*paragraphs: str) -> bytes:
    made = docx.Document()
    for paragraph in paragraphs:
        made.add_paragraph(paragraph)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def rewritten(data: bytes, change: dict[str, Any]) -> bytes:
    """A document with parts of it replaced by what a function makes of them, or added."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, change[part](old.read(part)) if part in change else old.read(part))
    return stream.getvalue()


def body(xml: str) -> bytes:
    """A document with this behind its first paragraph."""
    return rewritten(document("网站23家。"), {"word/document.xml": lambda old: old.replace(b"</w:p>", f"</w:p>{xml}".encode(), 1)})


RUN = "<w:r><w:t>{}</w:t></w:r>"
ROW = f"<w:tr><w:tc><w:p>{RUN}</w:p><w:p>{RUN}</w:p></w:tc><w:tc><w:p>{RUN}</w:p></w:tc></w:tr>"


@pytest.mark.parametrize(("xml", "text"), [
    (f"<w:p><w:ins>{RUN.format('增加5件')}</w:ins><w:del><w:r><w:delText>删去6件</w:delText></w:r></w:del></w:p>", "增加5件"),
    (f"<w:sdt><w:sdtContent><w:p>{RUN.format('控件内7件')}</w:p></w:sdtContent></w:sdt>", "控件内7件"),
    (f"<w:p>{RUN.format('甲')}<w:r><w:br/></w:r>{RUN.format('乙')}</w:p>", "甲\n乙"),
    (f"<w:tbl>{ROW.format('网', '站', '3')}{ROW.format('账', '号', '4')}</w:tbl>", "| 网站 | 3 |\n| 账号 | 4 |"),
])
def test_documents(xml: str, text: str) -> None:
    assert docx_reader.read(body(xml)).text == f"网站23家。\n{text}"


# PDF


def drawn(*pages: str, picture: bool = False) -> bytes:
    """A PDF with a line of text on each page, and a picture over it."""
    stream = io.BytesIO()
    canvas = Canvas(stream, A4)
    for text in pages:
        canvas.setFont("STSong-Light", 12)
        canvas.drawString(80, 700, text)
        if picture:
            canvas.drawInlineImage(blank(), 0, 0, *A4)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def blank() -> Image.Image:
    return Image.new("L", (8, 8), 255)


LONG = "全县各级行政机关主动公开政府信息1024条，其中通过政府网站公开967条，通过政务微博公开57条，同比增长12.5％。" * 6


def test_lines_of_a_pdf_are_rejoined() -> None:
    assert pdf.read(merged.pdf_file(["一、总体情况", *[LONG] * 9, "（一）主动公开。", LONG[:30]])).text.split("\n") == [
        "一、总体情况", *[LONG] * 9, "（一）主动公开。", LONG[:30]]


def test_short_lines_of_a_pdf_stay_lines() -> None:
    made = io.BytesIO()
    canvas = Canvas(made, A4)
    canvas.setFont("STSong-Light", 12)
    for number, line in enumerate(TEXT.split("\n")):
        canvas.drawString(80, 700 - 20 * number, line)
    canvas.save()
    assert pdf.read(made.getvalue()).text == TEXT


@pytest.mark.parametrize("pages", [1, 5])
def test_margins_of_a_pdf(pages: int) -> None:
    """A number alone is a page's number where most pages have one; on a single page it may be a cell."""
    made = io.BytesIO()
    canvas = Canvas(made, A4)
    for number in range(pages):
        canvas.setFont("STSong-Light", 12)
        canvas.drawString(200, 800, f"云溪县年度报告 第{number + 1}部分")
        canvas.drawString(80, 700, f"网站{number + 1}家")
        canvas.drawString(300, 30, str(number + 1))
        canvas.showPage()
    canvas.save()
    wanted = [f"网站{number + 1}家" for number in range(pages)] if pages > 1 else ["云溪县年度报告 第1部分", "网站1家", "1"]
    assert pdf.read(made.getvalue()).text.split("\n") == wanted


def test_radicals_of_a_pdf_are_characters() -> None:
    assert pdf.read(drawn("⾏政许可⻚⻓")).text == "行政许可页长"


def test_a_page_that_is_scanned_is_named() -> None:
    made = io.BytesIO()
    canvas = Canvas(made, A4)
    canvas.setFont("STSong-Light", 12)
    canvas.drawString(80, 700, "全县政府网站由67家缩减至23家。")
    canvas.showPage()
    canvas.drawInlineImage(blank(), 0, 0, *A4)
    canvas.save()
    content = pdf.read(made.getvalue())
    assert (content.text, content.warnings) == ("全县政府网站由67家缩减至23家。", ("pages 2 are scanned; their text was not read",))


# Refused files


def archive(**parts: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in parts.items():
            made.writestr(name.replace("__", "/") + ".xml", data)
    return stream.getvalue()


def laughs(old: bytes) -> bytes:
    names = "abcdefghijkl"
    entities = "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip(names, names[1:], strict=False))
    doctype = f'<!DOCTYPE x [<!ENTITY a "10件">{entities}]>'.encode()
    return re.sub(rb"(\?>)", lambda match: match[0] + doctype, old, count=1).replace("网站".encode(), f"&{names[-1]};".encode())


def endless() -> bytes:
    """A PDF whose tree of pages comes back to itself."""
    return (b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[2 0 R 2 0 R]/Count 1000000000>>endobj\n"
            b"trailer<</Root 1 0 R>>\n%%EOF")


def bomb() -> bytes:
    """A PDF whose page unpacks to far more than it is, twice over."""
    stream = zlib.compress(zlib.compress(b"BT (5) Tj ET\n" * 5_000_000))
    return (b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
            b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R>>endobj\n4 0 obj<</Filter[/FlateDecode/FlateDecode]/Length "
            + str(len(stream)).encode() + b">>stream\n" + stream + b"\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF")


@cache
def hostile() -> dict[str, bytes]:
    written, printed = document("网站23家。"), drawn("网站23家。")
    rng = random.Random(0)
    return {
        "noise": rng.randbytes(5000), "written": written, "printed": printed, "cut document": written[:len(written) // 2],
        "cut pdf": printed[:120], "archive": archive(other=b"<x/>"), "zip bomb": archive(word__document=b" " * 100_000_000),
        "entities": rewritten(written, {"word/document.xml": laughs}), "nested": b"<div>" * 400_000 + "网站23家".encode(),
        "cyclic": endless(), "pdf bomb": bomb(), "scanned": drawn("", "", picture=True), "empty pdf": drawn(""),
        "locked": merged.pdf_file([TEXT], encrypt="secret"), "old word": docx_reader.OLE + bytes(1000), "menu only": page(MENU), "nothing": b"",
        "deep document": rewritten(written, {"word/document.xml": lambda old: old.replace(b"<w:p>", b"<w:p>" + b"<w:smartTag>" * 20_000, 1).replace(
            b"</w:p>", b"</w:smartTag>" * 20_000 + b"</w:p>", 1)}),
        "long document": rewritten(written, {"word/document.xml": lambda old: old.replace(b"<w:p>", b"<w:p/>" * 300_000 + b"<w:p>", 1)}),
    }


@pytest.mark.parametrize(("file", "name", "error", "words"), [
    ("nothing", "a.txt", UnreadableFileError, "holds no text"), ("nothing", "a.pdf", UnreadableFileError, "does not begin like a PDF"),
    ("noise", "a.txt", UnreadableFileError, "byte"), ("noise", "a.html", UnreadableFileError, "byte"),
    ("noise", "a.docx", UnreadableFileError, "no DOCX document"), ("noise", "a.pdf", UnreadableFileError, "does not begin like a PDF"),
    ("written", "a.txt", UnreadableFileError, "which no text holds"), ("written", "a.pdf", UnreadableFileError, "does not begin like a PDF"),
    ("printed", "a.docx", UnreadableFileError, "no DOCX document"), ("cut document", "a.docx", UnreadableFileError, "no DOCX document"),
    ("cut pdf", "a.pdf", UnreadableFileError, "PDF"), ("archive", "a.docx", UnreadableFileError, "without word/document.xml"),
    ("old word", "a.docx", UnreadableFileError, "old .doc"), ("zip bomb", "a.docx", FileTooLargeError, "unpacks to 100,000,000 bytes"),
    ("entities", "a.docx", UnreadableFileError, "damaged"), ("deep document", "a.docx", UnreadableFileError, "nests its parts too deeply"),
    ("nested", "a.html", UnreadableFileError, "took more than 5 seconds"), ("cyclic", "a.pdf", UnreadableFileError, "no pages"),
    ("pdf bomb", "a.pdf", UnreadableFileError, "reading the file took more than"),
    ("scanned", "a.pdf", UnreadableFileError, "is scanned: its 2 pages hold pictures and no text"),
    ("empty pdf", "a.pdf", UnreadableFileError, "holds no text"), ("locked", "a.pdf", UnreadableFileError, "locked by a password"),
    ("menu only", "a.html", UnreadableFileError, "holds no text"),
    ("written", "a.doc", UnsupportedFileError, "save it as .docx"), ("written", "a.xlsx", UnsupportedFileError, "copy the tables"),
    ("written", "a", UnsupportedFileError, "expected one of .txt .md"), ("written", "docx", UnsupportedFileError, "ends in ''"),
])
def test_refused(file: str, name: str, error: type[FileError], words: str) -> None:
    with pytest.raises(error, match=re.escape(words)):
        files.read(hostile()[file], name, limits=files.Limits(seconds=5, memory=600_000_000))


def test_a_file_over_the_limit_is_refused_whole() -> None:
    assert files.read(b"12345", "a.txt", limit=5).text == "12345"
    with pytest.raises(FileTooLargeError, match="more than 4 bytes"):
        files.read(b"12345", "a.txt", limit=4)


def test_an_absent_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(files.PACKAGES, "pdf", "a_package_that_is_not_installed")
    with pytest.raises(MissingExtraError, match=re.escape("pip install 'zhibiao[files]'")):
        files.read(drawn(TEXT), "a.pdf")


def test_memory_is_bounded() -> None:
    with pytest.raises(FileTooLargeError, match="more than 150,000,000 bytes of memory"):
        files.read(hostile()["long document"], "a.docx", limits=files.Limits(memory=150_000_000))


def mutated(data: bytes, changes: list[tuple[int, int]], cut: int) -> bytes:
    made = bytearray(data)
    for at, value in changes:
        made[at % len(made)] = value
    return bytes(made[:len(made) - cut % (len(made) // 2)])


@pytest.mark.parametrize("name", ["a.txt", "a.html", "a.docx", "a.pdf"])
def test_changed_bytes(name: str) -> None:
    """Whatever becomes of a file, it is read or refused for a reason."""
    rng = random.Random(3)
    kept = forms.consistent(rng)
    data = {"a.txt": TEXT.encode("gb18030"), "a.html": merged.html_page(rng, kept, PLAIN), "a.docx": document(TEXT), "a.pdf": drawn(TEXT)}[name]

    @given(st.lists(st.tuples(st.integers(0, len(data)), st.integers(0, 255)), max_size=20), st.integers(0, len(data)))
    @settings(max_examples=200 if name == "a.txt" else 20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
    def changed(changes: list[tuple[int, int]], cut: int) -> None:
        try:
            content = files.read(mutated(data, changes, cut), name)
        except FileError as error:
            assert len(str(error)) > 20
        else:
            assert content.text.strip()
            content.text.encode()

    changed()


@given(st.lists(st.lists(st.builds(grid.Cell, st.text("ab|", max_size=3), st.integers(1, 4), st.integers(1, 4)), max_size=5), max_size=6))
def test_rows_of_any_grid(cells: list[list[grid.Cell]]) -> None:
    """Each cell stands in its own row, in order; whatever else is in a row is blank."""
    made = list(grid.rows(cells))
    assert len(made) == len(cells)
    for row, line in zip(cells, made, strict=True):
        texts = [text for text in line.strip("|").split("|") if text.strip()]
        assert [text.strip() for text in texts] == [cell.text.replace("|", "¦") for cell in row if cell.text]
