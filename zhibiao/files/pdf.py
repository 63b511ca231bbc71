"""PDF: its lines rejoined to paragraphs, its ruled tables as rows of cells in their place; no page numbers and running titles.

A page knows only where each character stands. A line that reaches the right margin goes on in the next one, unless that is indented
or stands apart.
"""

import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any, Final

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfminer.psexceptions import PSException
from pdfplumber.page import Page
from pdfplumber.utils.exceptions import PdfminerException

from zhibiao.errors import FileTooLargeError, UnreadableFileError
from zhibiao.files.content import Content
from zhibiao.files.grid import Cell, joined, rows

MOST_PAGES: Final = 1000
# Chinese is often set wide: a gap is a blank from half the size of a character on.
SPACING: Final[dict[str, Any]] = {"x_tolerance_ratio": 0.5}
# In points. In a large heading digits of another font stand so much lower.
ONE_LINE: Final = 6
# In sizes of a character: how far from the margin a full line may end, and how far in an indented one begins.
FULL, INDENTED = 2.0, 0.8
# The right margin is no further left than this share of the page; where every line ends before, none is full.
RIGHTMOST: Final = 0.75
# A paragraph begins where a gap is so much wider than gaps between lines are.
APART: Final = 1.5
PAGE_NUMBER: Final = re.compile(r"[-—–·]\s*\d{1,4}\s*[-—–·]|第\s*\d{1,4}\s*页.{0,12}|\d{1,4}\s*[/／]\s*\d{1,4}")
# A line of a table without rules.
ROW: Final = re.compile(r"(?:^|.*\s)\d[\d,.%]*(?:\s+\d[\d,.%]*){2,}\s*")
HEADING: Final = re.compile(r"(?:第[一二三四五六七八九十]+[章节部条]|[一二三四五六七八九十]{1,3}\s*[、.．]|[(（][一二三四五六七八九十]{1,3}[)）])")
# What pdfminer writes for a glyph whose character the font does not say.
UNNAMED: Final = re.compile(r"\(cid:\d+\)")
LOST: Final = "\ufffd"
# Fonts name a character by the radical that looks the same, as browsers print them: U+2F00 for U+4E00.
RADICALS: Final = {point: unicodedata.normalize("NFKC", chr(point)) for point in range(0x2F00, 0x2FD6)} | str.maketrans(
    "⺠⻁⻄⻅⻆⻉⻋⻑⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳", "民虎西见角贝车長长门青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙龟")
# A page is scanned when a picture takes so much of it and its characters are fewer than so many.
SCANNED_SHARE, SCANNED_CHARACTERS = 0.5, 20


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page, or a row of a table. size: of its characters, in points, 0 for a row; full: it ends at the right margin; begins: it is
    indented or apart from the line above."""

    text: str
    size: float = 0.0
    full: bool = False
    begins: bool = True

    def goes_on(self, other: "Line") -> bool:
        """Whether the next line continues this one."""
        return (self.full and not other.begins and abs(self.size - other.size) < 0.1 * self.size
                and not ROW.fullmatch(self.text) and not HEADING.match(other.text))


def read(data: bytes) -> Content:
    """A PDF file. Raises UnreadableFileError, FileTooLargeError."""
    if b"%PDF-" not in data[:1024]:
        raise UnreadableFileError("the file does not begin like a PDF (%PDF-); save it again, or name it for what it is")
    try:
        with pdfplumber.open(io.BytesIO(data)) as document:
            return content(document.pages)
    except (PdfminerException, PSException) as error:
        cause = error.args[0] if error.args and isinstance(error.args[0], Exception) else error
        if isinstance(cause, PDFPasswordIncorrect):
            raise UnreadableFileError("the PDF is locked by a password; save it without one") from error
        raise UnreadableFileError(f"the PDF is damaged ({cause}); save it again") from error


def content(pages: Sequence[Page]) -> Content:
    if not pages:
        raise UnreadableFileError("the PDF has no pages that can be found; save it again")
    if len(pages) > MOST_PAGES:
        raise FileTooLargeError(f"the PDF has {len(pages):,} pages, at most {MOST_PAGES:,} are read; split it")
    scanned, sheets = [], []
    for page in pages:
        if picture(page):
            scanned.append(page.page_number)
        sheets.append(list(lines(page)))
        page.close()
    text = "\n".join(paragraphs(without_margins(sheets)))
    # Fonts may name halves of surrogate pairs, which no text holds alone.
    text = text.translate(RADICALS).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if not text.strip():
        what = f"is scanned: its {len(scanned)} pages hold pictures and no text" if scanned else "holds no text"
        raise UnreadableFileError(f"the PDF {what}; let a program recognise the text (OCR), or send the document that it was made from")
    text, unnamed = UNNAMED.subn(LOST, text)
    if unnamed > len(text) / 10:
        raise UnreadableFileError("the fonts of the PDF do not say which characters they draw; print it to a new PDF, or send the document "
                                  "that it was made from")
    warnings = [f"pages {', '.join(map(str, scanned))} are scanned; their text was not read"] if scanned else []
    if unnamed:
        warnings.append(f"{unnamed} characters are not named by their fonts and stand as U+FFFD")
    return Content(text, "pdf", tuple(warnings))


def picture(page: Page) -> bool:
    """Whether the page is a scan."""
    most = max((image["width"] * image["height"] for image in page.images), default=0)
    return most > SCANNED_SHARE * page.width * page.height and len(page.chars) < SCANNED_CHARACTERS


def lines(page: Page) -> Iterator[Line]:
    """The lines of a page from top to bottom, those of its tables as rows."""
    tables = [table for table in page.find_tables() if len(table.rows) > 1 and any(len(row.cells) > 1 for row in table.rows)]

    def outside(thing: dict[str, Any]) -> bool:
        x, y = (thing["x0"] + thing["x1"]) / 2, (thing["top"] + thing["bottom"]) / 2
        return not any(left <= x <= right and top <= y <= bottom for left, top, right, bottom in (table.bbox for table in tables))

    rest = page.filter(lambda thing: thing["object_type"] != "char" or outside(thing)) if tables else page
    found = rest.extract_text_lines(y_tolerance=ONE_LINE, **SPACING)
    left = min((line["x0"] for line in found), default=0)
    right = max(RIGHTMOST * page.width, *(line["x1"] for line in found), 0)
    gaps = [0.0, *(below["top"] - line["bottom"] for line, below in pairwise(found))]
    apart = APART * median(gaps[1:]) if len(found) > 1 else 0
    placed = []
    for line, gap in zip(found, gaps, strict=False):
        size = line["chars"][0]["size"]
        begins = line["x0"] > left + INDENTED * size or gap > max(apart, size / 2)
        placed.append((line["top"], [Line(line["text"], size, line["x1"] > right - FULL * size, begins)]))
    for table in tables:
        grid = ([Cell(joined((text or "").split("\n") if text else ())) for text in row] for row in table.extract(**SPACING))
        placed.append((table.bbox[1], [Line(row) for row in rows(grid)]))
    for _, some in sorted(placed, key=lambda pair: pair[0]):
        yield from some


def without_margins(sheets: Sequence[Sequence[Line]]) -> Iterator[Sequence[Line]]:
    """The pages without their page numbers, and without what most of them have at the top or the bottom, numbers aside."""
    edges = Counter(unnumbered(line) for sheet in sheets if sheet for line in {sheet[0], sheet[-1]} if line.size)
    repeated = {text for text, count in edges.items() if count > 2 and count > len(sheets) / 2}

    def margin(line: Line) -> bool:
        return line.size > 0 and (PAGE_NUMBER.fullmatch(line.text) is not None or unnumbered(line) in repeated)

    for sheet in sheets:
        yield [line for i, line in enumerate(sheet) if 0 < i < len(sheet) - 1 or not margin(line)]


def unnumbered(line: Line) -> str:
    return re.sub(r"\d+", "", line.text)


def paragraphs(sheets: Iterable[Sequence[Line]]) -> Iterator[str]:
    """The paragraphs, over the ends of pages too."""
    text = ""
    last: Line | None = None
    for line in (line for sheet in sheets for line in sheet):
        if last is not None and last.goes_on(line):
            text = joined((text, line.text))
        else:
            if last is not None:
                yield text
            text = line.text
        last = line
    yield text
