"""HTML: the text of a page without its menus, its tables as rows of cells in their place.

A menu is told by its links or its name, and what holds a sentence or a number in a cell is none: a line of a menu kept costs
little, one of the report lost is lost. On the corpus set as pages this keeps all of 2,252 lines with figures, where trafilatura
(2.3, favouring recall) loses 33.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from zhibiao.files import plain
from zhibiao.files.content import Content
from zhibiao.files.grid import MOST_ACROSS, MOST_DOWN, Cell, joined, rows

SILENT: Final = "button canvas datalist head iframe noscript object option script select style svg template textarea".split()
BLOCKS: Final = frozenset("address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer form h1 h2 "
                          "h3 h4 h5 h6 header hr legend li main nav ol p pre section summary table tbody td tfoot th thead tr ul".split())
# What may be a menu as a whole.
REGIONS: Final = frozenset("aside center div dl footer form header nav ol p section table td tr ul".split())
FURNITURE: Final = re.compile(r"(?:^|[\s_-])(?:nav(?:bar|igation)?|menu|(?:bread-?)?crumbs?|location|position|foot(?:er)?|copyright|share|tool-?bar|"
                              r"pager|pagination)(?:$|[\s_-])", re.IGNORECASE)
# So many links with so much of the text make a menu; what is one by name is shorter than so many characters.
LINKS, DENSITY, SHORT = 3, 0.6, 300
SENTENCE: Final = re.compile("[。;；!！?？]")
NUMBER: Final = re.compile(r"\s*[\d,.，．]*\d\s*\S{0,2}\s*")
# A longer cell with sentences belongs to the frame of a page, not to a table.
LONGEST_CELL: Final = 400
BREAK: Final = "\0"  # no parsed text holds it
WIDE: Final = r"[\u2e80-\u9fff\uf900-\ufaff\uff01-\uff60]"
# A line break in the source parts words of Latin letters, never Chinese ones.
SOURCE_BREAK: Final = re.compile(rf"(?<={WIDE})[ \t\r\f]*\n[ \t\r\f\n]*(?={WIDE})")


@dataclass(slots=True)
class Measure:
    """What an element holds. text, linked: characters, and those in links; links: their number; report: a sentence, or a number in a cell."""

    text: int = 0
    linked: int = 0
    links: int = 0
    report: bool = False


def walk(root: LexborNode, closed: Collection[int] = ()) -> Iterator[tuple[LexborNode, bool]]:
    """Each node from the root down, as it begins (True) and as it ends; not into those with the ids `closed`.

    Without recursion, since pages may nest without end.
    """
    node, begins = root, True
    while True:
        yield node, begins
        if begins and node.mem_id not in closed and (child := node.child) is not None:
            node = child
        elif begins:
            begins = False
        elif node.mem_id == root.mem_id:
            return
        elif (after := node.next) is not None:
            node, begins = after, True
        elif (parent := node.parent) is not None:
            node = parent


def menus(body: LexborNode) -> Iterator[LexborNode]:
    """The regions that are menus. One within another comes first, and does not count for what is around it."""
    around = [Measure()]
    linking = 0
    for node, begins in walk(body):
        tag, inner = node.tag, around[-1]
        linking += (tag == "a") * (1 if begins else -1)
        if tag == "-text":
            text = (node.text_content or "") if begins else ""
            size = len("".join(text.split()))
            inner.text, inner.linked = inner.text + size, inner.linked + size * (linking > 0)
            inner.report |= not linking and (SENTENCE.search(text) is not None or NUMBER.fullmatch(text) is not None and within_cell(node))
        elif begins:
            around.append(Measure(links=int(tag == "a")))
        else:
            around.pop()
            if tag in REGIONS and menu(node, inner):
                yield node
                continue
            outer = around[-1]
            outer.text, outer.linked, outer.links = outer.text + inner.text, outer.linked + inner.linked, outer.links + inner.links
            outer.report |= inner.report


def menu(node: LexborNode, measure: Measure) -> bool:
    """Whether a region is a menu or other furniture of the site."""
    if measure.report:
        return False
    if measure.links >= LINKS and measure.linked >= DENSITY * measure.text:
        return True
    attributes = node.attributes
    named = node.tag in ("nav", "footer") or attributes.get("role") == "navigation" or any(
        FURNITURE.search(attributes.get(name) or "") for name in ("class", "id"))
    return named and measure.text <= SHORT


def within_cell(node: LexborNode) -> bool:
    """Whether a text stands in a cell by itself, perhaps within inline elements or one paragraph."""
    parent = node.parent
    while parent is not None and parent.tag in ("p", "div", "span", "font", "b", "strong", "o:p", "u"):
        parent = parent.parent
    return parent is not None and parent.tag in ("td", "th")


def spanned(written: str | None, most: int) -> int:
    """A span as browsers read it: the digits it begins with, 1 where there are none."""
    digits = re.match(r"\s*(\d{1,9})", written) if written else None
    return min(max(int(digits[1]), 1), most) if digits else 1


@dataclass(frozen=True, slots=True)
class Page:
    """A parsed page. closed: the ids of its menus and tables; tables: the rows of each table of data, by the id of its node."""

    body: LexborNode
    closed: set[int]
    tables: dict[int, list[str]]

    def lines(self, root: LexborNode) -> list[str]:
        """The lines of an element's text, blank ones left out."""
        pieces: list[str] = []
        preformatted = 0
        for node, begins in walk(root, self.closed):
            tag = node.tag
            if tag == "-text":
                text = (node.text_content or "") if begins else ""
                pieces.append(text.replace("\n", BREAK) if preformatted else text)
                continue
            preformatted += (tag == "pre") * (1 if begins else -1)
            if tag in BLOCKS or tag == "br":
                pieces.append(BREAK)
            if begins:
                pieces.extend(row + BREAK for row in self.tables.get(node.mem_id, ()))
        text = re.sub(r"[ \t\n\r\f]+", " ", SOURCE_BREAK.sub("", "".join(pieces)))
        return [line for part in text.split(BREAK) if (line := part.strip())]

    def read_tables(self) -> None:
        """Set each table of data as rows. One that frames other tables or passages of text, or is a single row or column, is no such table."""
        frames = set()
        # In reverse, so that inner tables come before those around them.
        for table in reversed(self.body.css("table")):
            around = table.parent
            while around is not None and around.tag != "table":
                around = around.parent
            if around is not None:
                frames.add(around.mem_id)
            if table.mem_id not in frames:
                self.read_table(table)

    def read_table(self, table: LexborNode) -> None:
        grid = [[self.cell(node) for node in row.iter() if node.tag in ("td", "th")] for row in table.css("tr")]
        passage = any(len(row) > 1 and len(cell.text) > LONGEST_CELL and SENTENCE.search(cell.text) for row in grid for cell in row)
        if not passage and len(grid) > 1 and any(len(row) > 1 for row in grid):
            self.tables[table.mem_id] = list(rows(grid))
            self.closed.add(table.mem_id)

    def cell(self, node: LexborNode) -> Cell:
        attributes = node.attributes
        return Cell(joined(self.lines(node)), spanned(attributes.get("colspan"), MOST_ACROSS), spanned(attributes.get("rowspan"), MOST_DOWN))


def text(tree: LexborHTMLParser, *, site: bool) -> str:
    """The text of a page; site: it is one of a site, with menus to leave out."""
    body = tree.body
    if body is None:
        return ""
    body.strip_tags(list(SILENT), recursive=True)
    page = Page(body, {node.mem_id for node in menus(body)} if site else set(), {})
    page.read_tables()
    return "\n".join(page.lines(body))


def read(data: bytes) -> Content:
    """An HTML page. Raises UnreadableFileError."""
    html, name, warnings = plain.decode(data)
    return Content(text(LexborHTMLParser(html), site=True), "html", warnings if name == "UTF-8" else (f"read as {name}", *warnings))
