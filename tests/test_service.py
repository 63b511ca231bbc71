"""The service over the tiny model: routes, shapes, errors."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.app import create
from service.schema import ExtractResponse
from service.settings import Settings
from zhibiao import Extractor, catalogue


@pytest.fixture(scope="module")
def client(tiny: Extractor) -> Iterator[TestClient]:
    with TestClient(create(Settings(limit=1000), Extractor(tiny.tagger, tiny.calibrator, limit=1000))) as opened:
        yield opened


def test_extract_has_the_promised_shape(client: TestClient) -> None:
    text = "某县2021年工作报告\n收到留言１２件,办结率98%。"
    answer = client.post("/extract", json={"text": text, "id": "a"})
    assert answer.status_code == 200
    body = answer.json()
    ExtractResponse.model_validate(body, strict=True)
    assert (body["id"], body["report"]["year"]["value"], body["script"]) == ("a", 2021, "hans")


PROBLEMS: list[tuple[str, Any, int, str]] = [
    ("malformed JSON", b"{", 400, "no JSON"), ("empty body", b"", 422, "body"), ("not UTF-8", b'{"text": "\xff"}', 400, "parsing"),
    ("no text", {}, 422, "text"), ("null text", {"text": None}, 422, "None"), ("number", {"text": 5}, 422, "5"), ("list", ["a"], 422, "body"),
    ("confidence over 1", {"text": "a", "min_confidence": 2}, 422, "min_confidence"), ("unknown field", {"text": "a", "x": 1}, 422, "x"),
    ("number as id", {"text": "a", "id": 5}, 422, "id"), ("too long", {"text": "网" * 1001}, 413, "1,001 characters, the limit is 1,000"),
    ("lone surrogate", b'{"text": "\\ud800 5"}', 422, "U+D800"), ("deep nesting", b"[" * 20000, 400, ""),
    ("far too long", {"text": "网" * 100_000}, 413, "bytes"),
]


@pytest.mark.parametrize(("name", "body", "status", "words"), PROBLEMS, ids=[row[0] for row in PROBLEMS])
def test_problem(client: TestClient, name: str, body: Any, status: int, words: str) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = client.post("/extract", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert words in problem["detail"]


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/extract", 405), ("GET", "/nothing-here", 404), ("POST", "/indicators", 405)])
def test_routes_that_are_not_there(client: TestClient, method: str, path: str, status: int) -> None:
    answer = client.request(method, path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_indicators_are_the_catalogue(client: TestClient) -> None:
    listed = client.get("/indicators").json()
    assert [item["code"] for item in listed["indicators"]] == list(catalogue().indicators)
    assert listed["roles"] == dict(catalogue().roles)


@pytest.mark.parametrize("path", ["/model", "/health/live", "/health/ready", "/metrics", "/openapi.json", "/docs", "/assets/swagger/swagger-ui.css"])
def test_answers(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 200


def test_docs_ask_nothing_of_other_hosts(client: TestClient) -> None:
    assert "https://" not in client.get("/docs").text


def test_requests_are_counted(client: TestClient) -> None:
    def count() -> float:
        lines = client.get("/metrics").text.splitlines()
        return next((float(line.split()[-1]) for line in lines if line.startswith('zhibiao_requests_total{route="/extract",status="200"}')), 0.0)

    before = count()
    client.post("/extract", json={"text": "5家"})
    assert count() == before + 1


def test_metrics_never_hold_text(client: TestClient) -> None:
    client.post("/extract", json={"text": "绝密网站5家"})
    assert "绝密" not in client.get("/metrics").text


def test_not_ready_before_the_model_is_there(tiny: Extractor) -> None:
    cold = TestClient(create(Settings(), tiny))  # not entered: its start has not run
    for answer in (cold.get("/health/ready"), cold.post("/extract", json={"text": "5"}), cold.get("/model")):
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
    assert cold.get("/health/live").status_code == 200


def test_full_queue_is_refused(tiny: Extractor) -> None:
    with TestClient(create(Settings(workers=1, queue=0), tiny)) as client:
        client.app.state.pool.inside = 1  # type: ignore[attr-defined]
        answer = client.post("/extract", json={"text": "5家"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
