"""The service over the tiny model: routes, shapes, errors."""

import json
import logging
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from fastapi.testclient import TestClient

from service import logs, settings
from service.app import create
from service.schema import ExtractResponse
from service.settings import Settings, table
from zhibiao import Extraction, Extractor, catalogue


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
        client.app.state.pool._inside = 1  # type: ignore[attr-defined]
        answer = client.post("/extract", json={"text": "5家"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


GOOD = {"text": "网站5家"}
LINES = [
    (json.dumps({**GOOD, "id": "a"}), {"id": "a"}), ("{broken", {"line": 2, "status": 400}), ('{"id": "b"}', {"line": 3, "status": 422}),
    ("[1]", {"line": 4, "status": 422}), ('{"text": "\\ud800"}', {"line": 5, "status": 400}),
    (json.dumps({"text": "网" * 1001, "id": "long"}), {"line": 6, "status": 413, "id": "long"}),
    (json.dumps({"text": "网" * 100_000}), {"line": 7, "status": 413}), (json.dumps({**GOOD, "id": "z"}), {"id": "z"}),
]


@pytest.mark.parametrize("end", ["", "\n", "\r\n\n \n"])
def test_batch_answers_line_by_line_in_order(client: TestClient, end: str) -> None:
    answer = client.post("/extract/batch", content="\n".join(line for line, _ in LINES).encode() + end.encode())
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-ndjson")
    got = [json.loads(line) for line in answer.text.splitlines()]
    assert [{key: item[key] for key in wanted} for item, (_, wanted) in zip(got, LINES, strict=True)] == [wanted for _, wanted in LINES]
    for item, (_, wanted) in zip(got, LINES, strict=True):
        assert ("figures" in item) == ("status" not in wanted)


def test_batch_reads_each_line_as_extract_does(client: TestClient) -> None:
    body = {"text": "收到留言12件,办结率98%。", "min_confidence": 0.1}
    assert client.post("/extract/batch", content=json.dumps(body)).json() == client.post("/extract", json=body).json()


def test_empty_batch(client: TestClient) -> None:
    answer = client.post("/extract/batch", content=b"")
    assert (answer.status_code, answer.content) == (200, b"")


KEYED = ("/extract", "/extract/batch", "/label-studio/setup")


@pytest.mark.parametrize(("headers", "status"), [
    ({}, 401), ({"X-API-Key": "second"}, 200), ({"Authorization": "Bearer first"}, 200), ({"Authorization": "Bearer "}, 401),
    ({"Authorization": "Basic " + b64encode(b"any:first").decode()}, 200), ({"X-API-Key": "firs"}, 401), ({"X-API-Key": "first,second"}, 401),
    ({"X-API-Key": "ключ".encode()}, 401),
])
def test_keys(tiny: Extractor, headers: dict[str, str], status: int) -> None:
    with TestClient(create(Settings(api_keys="first, second"), tiny)) as client:
        for path in KEYED:
            answer = client.post(path, json=GOOD, headers=headers)
            assert answer.status_code == status
            if status == 401:
                assert answer.headers["www-authenticate"]
                assert answer.headers["content-type"] == "application/problem+json"
        for path in ("/health/live", "/health/ready", "/metrics", "/", "/docs", "/openapi.json"):
            assert client.get(path).status_code == 200


@pytest.mark.parametrize("keys", [",", "first,", " "])
def test_empty_keys_are_refused(keys: str) -> None:
    with pytest.raises(ValueError, match="one of the keys is empty"):
        Settings(api_keys=keys)


def test_callers_that_ask_too_often(tiny: Extractor) -> None:
    with TestClient(create(Settings(rate="2/hour", api_keys="a,b"), tiny)) as client:
        statuses = [client.post("/extract", json=GOOD, headers={"X-API-Key": key}) for key in "aaaba"]
        assert [answer.status_code for answer in statuses] == [200, 200, 429, 200, 429]
        assert 0 < int(statuses[2].headers["retry-after"]) <= 3600
        assert client.get("/health/ready").status_code == 200


@pytest.mark.parametrize(("sent", "kept"), [("run-7:a.b_c", True), ("", False), ("x" * 65, False), ("绝密".encode(), False), ('"}', False)])
def test_request_ids(client: TestClient, sent: str | bytes, kept: bool) -> None:
    answers = [client.get("/health/live", headers={"X-Request-ID": sent}) for _ in range(2)]
    ids = [answer.headers["x-request-id"] for answer in answers]
    assert (ids == [sent, sent]) == kept
    assert (ids[0] == ids[1]) == kept


class Failing(Extractor):
    def __call__(self, text: str, proceed: Callable[[], None] = lambda: None) -> Extraction:
        raise ValueError(text)


def test_logs_tell_of_requests_and_never_hold_text(tiny: Extractor, capsys: pytest.CaptureFixture[str]) -> None:
    handlers, level = logging.root.handlers[:], logging.root.level
    logs.configure()
    try:
        with TestClient(create(Settings(), tiny), raise_server_exceptions=False) as client:
            client.post("/extract?text=绝密", json={"text": "绝密网站5家"}, headers={"X-Request-ID": "r1"})
            client.post("/extract", json={"text": 5, "绝密": "绝密"})
            client.post("/绝密", content="绝密")
            client.app.state.pool.replace(Failing(tiny.tagger, tiny.calibrator))  # type: ignore[attr-defined]
            failed = client.post("/extract", json={"text": "绝密网站5家"})
            failed_line = client.post("/extract/batch", json={"text": "绝密网站5家"})
    finally:
        logging.root.handlers[:] = handlers
        logging.root.setLevel(level)
        structlog.reset_defaults()
    assert (failed.status_code, failed_line.json()["status"]) == (500, 500)
    written = capsys.readouterr()
    assert "绝密" not in written.err + written.out
    assert "\\u7edd" not in written.err + written.out
    events = [json.loads(line) for line in written.err.splitlines()]
    answered = [(event["route"], event["status"]) for event in events if event["event"] == "answered"]
    assert answered == [("/extract", 200), ("/extract", 422), ("other", 404), ("/extract", 500), ("/extract/batch", 200)]
    assert next(event for event in events if event["event"] == "answered")["request"] == "r1"
    assert [event["error"]["type"] for event in events if "error" in event] == ["ValueError", "ValueError"]


def test_metrics_count_runs_and_figures(client: TestClient) -> None:
    found = client.post("/extract", json={"text": "收到留言12件,办结率98%。" * 20}).json()["figures"]
    metrics = client.get("/metrics").text
    assert found
    assert f'zhibiao_figures_total{{indicator="{found[0]["indicator"]}"}}' in metrics
    for name in ("zhibiao_queue", "zhibiao_run_tokens_bucket", "zhibiao_network_seconds_total", "zhibiao_confidence_bucket"):
        assert name in metrics


def test_another_model_takes_over(tiny: Extractor) -> None:
    other = Extractor(tiny.tagger, tiny.calibrator, limit=3)
    with TestClient(create(Settings(), tiny)) as client:
        assert client.post("/extract", json=GOOD).status_code == 200
        client.app.state.pool.replace(other)  # type: ignore[attr-defined]
        assert client.post("/extract", json=GOOD).status_code == 413


def test_settings_are_documented() -> None:
    assert "\n".join(table()) + "\n" == (Path(settings.__file__).parent / "SETTINGS.md").read_text(encoding="utf-8")
