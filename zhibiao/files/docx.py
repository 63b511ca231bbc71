"""DOCX: paragraphs, notes, text boxes and tables in the order of the document; without page headers, comments and deleted words.

mammoth turns the document into plain HTML, merged cells and all, which is read like a page without menus.
"""

import io
import zipfile
from typing import Any, Final

import mammoth
from selectolax.lexbor import LexborHTMLParser

from zhibiao.errors import FileTooLargeError, UnreadableFileError
from zhibiao.files import markup
from zhibiao.files.content import Content

OLE: Final = b"\xd0\xcf\x11\xe0"
# Of the parts in XML, unpacked. A report of a hundred pages has two million.
MOST_BYTES: Final = 64_000_000
# The marks of notes, and the arrows back to them.
NOTE_MARKS: Final = "a[href^='#footnote'], a[href^='#endnote']"


def read(data: bytes) -> Content:
    """A DOCX file. Raises UnreadableFileError, FileTooLargeError."""
    if data.startswith(OLE):
        raise UnreadableFileError("the file is locked by a password, or an old .doc by its content; save it as .docx without one")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(part.file_size for part in archive.infolist() if part.filename.endswith((".xml", ".rels")))
            if size > MOST_BYTES:
                raise FileTooLargeError(f"the document unpacks to {size:,} bytes, at most {MOST_BYTES:,} are read; split it")
            if "word/document.xml" not in archive.namelist():
                raise UnreadableFileError("the file is a ZIP archive without word/document.xml; expected a DOCX document")
        html = mammoth.convert_to_html(io.BytesIO(data), convert_image=without).value
    except zipfile.BadZipFile as error:
        raise UnreadableFileError(f"the file is no DOCX document: {error}; save it again") from error
    tree = LexborHTMLParser(html)
    for mark in tree.css(NOTE_MARKS):
        mark.decompose()
    return Content(markup.text(tree, site=False), "docx")


def without(image: Any) -> list[Any]:
    """No HTML for an image."""
    return []
