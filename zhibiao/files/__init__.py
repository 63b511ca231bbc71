"""Files as texts: plain text, Markdown, HTML, DOCX and PDF.

    >>> from zhibiao import files
    >>> files.read("全市政府网站23家。".encode("gb18030"), "报告.txt")
    Content(text='全市政府网站23家。', kind='txt', warnings=('read as GB18030',))
"""

from importlib.util import find_spec
from pathlib import PurePath
from typing import Final

from zhibiao.errors import FileTooLargeError, MissingExtraError, UnreadableFileError, UnsupportedFileError
from zhibiao.files import isolation, plain
from zhibiao.files.content import Content
from zhibiao.files.isolation import LIMITS, Limits

__all__ = ["KINDS", "LIMIT", "LIMITS", "Content", "Limits", "read"]

LIMIT: Final = 20_000_000
KINDS: Final = {".txt": "txt", ".md": "md", ".html": "html", ".htm": "html", ".docx": "docx", ".pdf": "pdf"}
PACKAGES: Final = {"html": "selectolax", "docx": "mammoth", "pdf": "pdfplumber"}
ADVICE: Final = {".doc": "; save it as .docx", ".wps": "; save it as .docx", ".rtf": "; save it as .docx", ".xls": "; copy the tables into a .docx",
                 ".xlsx": "; copy the tables into a .docx"}


def kind(name: str) -> str:
    """The kind of a file by its name. Raises UnsupportedFileError."""
    ending = PurePath(name).suffix.lower()
    if ending not in KINDS:
        raise UnsupportedFileError(f"the file's name ends in {ending[:20]!r}, expected one of {' '.join(KINDS)}{ADVICE.get(ending, '')}")
    return KINDS[ending]


def read(data: bytes, name: str, *, limit: int = LIMIT, limits: Limits = LIMITS) -> Content:
    """The text of a file.

    limit: its most bytes; limits: what reading it may take.
    Raises UnsupportedFileError, FileTooLargeError, UnreadableFileError, and MissingExtraError where the packages for its kind are absent.
    """
    known = kind(name)
    if len(data) > limit:
        raise FileTooLargeError(f"the file has more than {limit:,} bytes; split it, or save it without its pictures")
    if known in PACKAGES:
        if find_spec(PACKAGES[known]) is None:
            raise MissingExtraError(f"a .{known} file", "files")
        found = isolation.read(data, known, limits)
    else:
        found = plain.read(data, known)
    if not found.text.strip():
        raise UnreadableFileError("the file holds no text; send one that does")
    return found
