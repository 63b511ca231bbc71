"""The upload of files to the service: shapes, offsets, refusals."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from service.app import create
from service.schema import FileResponse
from service.settings import Settings
from tests.test_files import TEXT, document, drawn, page
from zhibiao import Extractor

BOUNDARY = {"Content-Type": "multipart/form-data; boundary=x"}


@pytest.fixture(scope="module")
def client(tiny: Extractor) -> Iterator[TestClient]:
    with TestClient(create(Settings(limit=1000, file_limit=100_000), Extractor(tiny.tagger, tiny.calibrator, limit=1000))) as opened:
        yield opened


@pytest.mark.parametrize(("name", "data", "warnings"), [
    ("a.txt", TEXT.encode(), []), ("a.txt", TEXT.encode("gb18030"), ["read as GB18030"]), ("报告.md", TEXT.encode(), []),
    ("a.html", page(*(f"<p>{line}" for line in TEXT.split("\n"))), []), ("A.DOCX", document(*TEXT.split("\n")), []),
])
def test_files(client: TestClient, name: str, data: bytes, warnings: list[str]) -> None:
    answer = client.post("/extract/file", files={"file": (name, data)}, data={"id": "7", "min_confidence": "0.1"})
    response = FileResponse.model_validate(answer.json())
    assert (answer.status_code, response.id, response.text, response.warnings[:len(warnings)]) == (200, "7", TEXT, warnings)
    assert all(figure.text == TEXT[figure.start:figure.end] for figure in response.figures)
    plain = client.post("/extract", json={"text": TEXT, "id": "7", "min_confidence": 0.1}).json()
    assert answer.json()["figures"] == plain["figures"]


@pytest.mark.parametrize(("name", "data", "status", "words"), [
    ("a.doc", b"x", 415, "save it as .docx"), ("a.pdf", b"x", 422, "does not begin like a PDF"),
    ("a.pdf", drawn("", picture=True), 422, "is scanned"), ("a.docx", b"PK", 422, "no DOCX document"), ("a.txt", b"", 422, "holds no text"),
    ("a.txt", b"1" * 100_001, 413, "more than 100,000 bytes"), ("a.txt", b"1" * 400_000, 413, "at most 165,536"),
    ("a.txt", b"1" * 1001, 413, "1,001"),
])
def test_refused_files(client: TestClient, name: str, data: bytes, status: int, words: str) -> None:
    answer = client.post("/extract/file", files={"file": (name, data)})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert words in answer.json()["detail"]


@pytest.mark.parametrize(("headers", "body", "status", "words"), [
    ({"Content-Type": "application/json"}, b'{"text": "5"}', 415, "expected multipart/form-data"), ({}, b"", 415, "not given"),
    (BOUNDARY, b"", 422, "no file"), (BOUNDARY, b"--y\r\n", 400, "no multipart/form-data"),
    ({"Content-Type": "multipart/form-data"}, b"--x\r\n", 400, "boundary"),
    (BOUNDARY, b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n5\r\n--x--\r\n', 422, "no file"),
    (BOUNDARY, b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n5\r\n'
               b'--x\r\nContent-Disposition: form-data; name="min_confidence"\r\n\r\nnan\r\n--x--\r\n', 422, "min_confidence"),
    (BOUNDARY, b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n5\r\n'
               b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n5\r\n--x--\r\n', 422, "text"),
])
def test_refused_bodies(client: TestClient, headers: dict[str, str], body: bytes, status: int, words: str) -> None:
    answer = client.post("/extract/file", content=body, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert words in answer.text


def test_a_body_without_a_length_is_cut_short(client: TestClient) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
        while sent < 10_000_000:
            sent += 50_000
            yield b"1" * 50_000

    assert client.post("/extract/file", content=endless(), headers=BOUNDARY).status_code == 413
