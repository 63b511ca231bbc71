"""A small report as a file of each kind."""

import io
import zipfile
from pathlib import Path

from playwright.sync_api import Browser

TEXT = "云溪县2023年政府信息公开工作年度报告\n全县政府网站由67家缩减至23家。\n收到政府信息公开申请46件。"
SAMPLE = Path(__file__).parents[2] / "service/page/sample.txt"

CONTENT_TYPES = ('<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
                 '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
                 '<Override PartName="/word/document.xml" '
                 'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>')
RELATIONS = ('<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
             '<Relationship Id="r" Target="word/document.xml" '
             'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>')


def html() -> str:
    return "<!doctype html><meta charset=utf-8>" + "".join(f"<p>{line}</p>" for line in TEXT.split("\n"))


def docx() -> bytes:
    paragraphs = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in TEXT.split("\n"))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr("[Content_Types].xml", CONTENT_TYPES)
        package.writestr("_rels/.rels", RELATIONS)
        package.writestr("word/document.xml", '<?xml version="1.0" encoding="UTF-8"?><w:document '
                         f'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{paragraphs}</w:body></w:document>')
    return stream.getvalue()


def pdf(browser: Browser) -> bytes:
    """Printed by the browser itself, with its Chinese font inside."""
    page = browser.new_page()
    page.set_content(html())
    printed = page.pdf()
    page.close()
    return printed


def file(kind: str, browser: Browser) -> bytes:
    """The report as a file of a kind, by its ending."""
    return {"txt": TEXT.encode(), "gbk.txt": TEXT.encode("gb18030"), "md": TEXT.replace("\n", "\n\n").encode(), "html": html().encode(),
            "docx": docx(), "pdf": pdf(browser) if kind == "pdf" else b""}[kind]
