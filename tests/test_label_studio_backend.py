"""The ML backend of Label Studio over the tiny model: protocol, credentials, webhooks, retraining, hot reload."""

import json
import logging
import shlex
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import anyio
import pytest
from fastapi.testclient import TestClient

from service.app import create
from service.pool import Pool
from service.settings import Settings
from training.promote import promote, rollback
from zhibiao import Extractor, models
from zhibiao.label_studio import BACKEND_USER, SECRET_HEADER

REPORT = "𠮷安县😀收到留言１２件,\r\n办结率98%。全县网站由67家减至23家,收到公开申请1,024件。"
PYTHON = shlex.quote(sys.executable)


@pytest.fixture(scope="module")
def client(tiny: Extractor) -> Iterator[TestClient]:
    with TestClient(create(Settings(limit=1000), Extractor(tiny.tagger, tiny.calibrator, limit=1000))) as opened:
        yield opened


def predict(client: TestClient, texts: list[Any], **more: Any) -> list[dict[str, Any]]:
    tasks = [{"id": number, "data": {"text": text}} for number, text in enumerate(texts)]
    answer = client.post("/label-studio/predict", json={"tasks": tasks, "label_config": "", "params": {}}, **more)
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


@pytest.mark.parametrize(("method", "path", "body", "expected"), [
    ("GET", "health", None, {"status": "UP"}),
    ("POST", "setup", {"project": "1.1", "schema": "", "hostname": "http://127.0.0.1:8080", "access_token": "x"}, {"model_version": "tiny 0.0.0"}),
    ("POST", "setup", {}, {"model_version": "tiny 0.0.0"}),
    ("GET", "versions", None, {"versions": ["tiny 0.0.0"]}),
    ("POST", "predict", {"tasks": []}, {"results": []}),
])
def test_protocol(client: TestClient, method: str, path: str, body: Any, expected: Any) -> None:
    answer = client.request(method, f"/label-studio/{path}", json=body)
    assert (answer.status_code, answer.json()) == (200, expected)


def test_a_prediction_for_each_task_in_order_under_the_version_of_setup(client: TestClient) -> None:
    texts = [REPORT, "没有数字", "收到留言7条。"]
    results = predict(client, texts)
    assert results == [predict(client, [text])[0] for text in texts]
    assert {one["model_version"] for one in results} == {client.post("/label-studio/setup", json={}).json()["model_version"]}
    assert all(0 <= one["score"] <= 1 for one in results)


def test_items_stand_on_code_points_and_say_their_words(client: TestClient) -> None:
    items = predict(client, [REPORT])[0]["result"]
    assert items
    for item in items:
        value = item["value"]
        assert REPORT[value["start"]:value["end"]] == value["text"]  # every number of it stands in the words, so no text area is filled


@pytest.mark.parametrize("task", [
    {"id": 1, "data": {}}, {"id": 1}, {"id": 1, "data": {"text": None}}, {"id": 1, "data": {"text": 5}}, {"id": 1, "data": ["text"]}, 5, None,
    {"id": 1, "data": {"text": "网" * 1001}}, {"id": 1, "data": {"text": "\ud800 5"}}, {"id": "\ud800", "data": {}},
], ids=["no text", "no data", "null", "number", "list", "number as task", "null as task", "too long", "surrogate", "surrogate as id"])
def test_a_task_without_a_text_that_can_be_read_stays_in_its_place(client: TestClient, task: Any, caplog: pytest.LogCaptureFixture) -> None:
    good = {"id": 2, "data": {"text": REPORT}}
    answer = client.post("/label-studio/predict", content=json.dumps({"tasks": [good, task, good]}), headers={"Content-Type": "application/json"})
    first, empty, last = answer.json()["results"]
    assert empty == {"model_version": "tiny 0.0.0", "score": 0.0, "result": []}
    assert first == last
    assert first["result"]
    assert "has no prediction" in caplog.text


@pytest.mark.parametrize(("path", "body", "status", "words"), [
    ("predict", b"{", 400, "no JSON"), ("predict", b"{}", 422, "tasks"), ("predict", b'{"tasks": 5}', 422, "5"), ("predict", b"[]", 422, "body"),
    ("setup", b"5", 422, "5"), ("webhook", b"{", 400, "no JSON"), ("webhook", b"{}", 422, "action"), ("webhook", b'{"action": 5}', 422, "5"),
])
def test_problems(client: TestClient, path: str, body: bytes, status: int, words: str) -> None:
    answer = client.post(f"/label-studio/{path}", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert words in answer.json()["detail"]


def test_many_tasks_may_hold_more_than_one_text_may(tiny: Extractor) -> None:
    with TestClient(create(Settings(limit=100, label_studio_limit=50_000), tiny)) as client:
        assert len(predict(client, ["网" * 90] * 300)) == 300
        assert client.post("/label-studio/predict", json={"tasks": [{"data": {"text": "网" * 250_000}}]}).status_code == 413


RIGHT = (BACKEND_USER, "gate")
NOBODY = None


@pytest.fixture(scope="module")
def locked(tiny: Extractor) -> Iterator[TestClient]:
    with TestClient(create(Settings(label_studio_password="gate"), tiny)) as opened:
        yield opened


@pytest.mark.parametrize(("method", "path"), [("GET", "health"), ("POST", "setup"), ("POST", "predict"), ("GET", "versions"), ("GET", "training")])
@pytest.mark.parametrize(("credentials", "status", "words"), [
    (RIGHT, 200, ""), (NOBODY, 401, "no user and password were sent"), ((BACKEND_USER, "gat"), 401, "is wrong"),
    ((BACKEND_USER, "gate "), 401, "is wrong"), (("root", "gate"), 401, "is wrong"), (("用户", "密码"), 401, ""),
], ids=str)
def test_credentials(locked: TestClient, method: str, path: str, credentials: Any, status: int, words: str) -> None:
    answer = locked.request(method, f"/label-studio/{path}", json={"tasks": []} if method == "POST" else None, auth=credentials)
    assert answer.status_code == status
    if status == 401:
        assert answer.headers["www-authenticate"].startswith("Basic")
        assert words in answer.json()["detail"]


@pytest.mark.parametrize(("settings", "headers", "credentials", "status"), [
    ({}, {}, NOBODY, 202),
    ({"label_studio_secret": "key"}, {SECRET_HEADER: "key"}, NOBODY, 202),
    ({"label_studio_secret": "key"}, {SECRET_HEADER: "kez"}, NOBODY, 401),
    ({"label_studio_secret": "key"}, {SECRET_HEADER: ""}, NOBODY, 401),
    ({"label_studio_secret": "key"}, {}, NOBODY, 401),
    ({"label_studio_secret": "key"}, {}, (BACKEND_USER, "key"), 202),
    ({"label_studio_secret": "key", "label_studio_password": "gate"}, {}, RIGHT, 202),
    ({"label_studio_secret": "key", "label_studio_password": "gate"}, {}, (BACKEND_USER, "key"), 401),
    ({"label_studio_password": "gate"}, {SECRET_HEADER: "gate"}, NOBODY, 401),
    ({"label_studio_password": "gate"}, {}, RIGHT, 202),
])
def test_webhooks_carry_the_secret_or_the_credentials(tiny: Extractor, settings: dict[str, Any], headers: dict[str, str], credentials: Any,
                                                      status: int) -> None:
    with TestClient(create(Settings(**settings), tiny)) as client:
        answer = client.post("/label-studio/webhook", json={"action": "ANNOTATION_CREATED"}, headers=headers, auth=credentials)
    assert answer.status_code == status


def test_a_webhook_delivered_twice_counts_once(tiny: Extractor) -> None:
    created = {"action": "ANNOTATION_CREATED", "annotation": {"id": 5}}
    with TestClient(create(Settings(), tiny)) as client:
        answers = [client.post("/label-studio/webhook", json=event).json()["message"]
                   for event in (created, created, {**created, "annotation": {"id": 6}}, {"action": "ANNOTATIONS_DELETED"})]
        known = client.get("/label-studio/training").json()
    assert answers == ["noted", "seen before; nothing was done", "noted", "noted"]
    assert (known["webhooks"], known["duplicates"]) == (3, 1)


def until(happened: Callable[[], bool]) -> None:
    for _ in range(6000):
        if happened():
            return
        time.sleep(0.02)
    pytest.fail("did not happen")


def start(client: TestClient) -> str:
    answer = client.post("/label-studio/webhook", json={"action": "START_TRAINING", "project": {"id": 1}})
    assert answer.status_code == 202
    return str(answer.json()["message"])


def status(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/label-studio/training").json()
    return found


def test_training_is_off_unless_a_setting_allows_it(client: TestClient) -> None:
    assert "ZHIBIAO_LABEL_STUDIO_TRAIN" in start(client)
    assert status(client)["state"] == "off"


def test_one_training_at_a_time_in_a_process_of_its_own(tiny: Extractor, tmp_path: Path) -> None:
    go = tmp_path / "go"
    script = f"import pathlib, time\nprint('训练', flush=True)\nwhile not pathlib.Path({str(go)!r}).exists(): time.sleep(0.02)\nraise SystemExit(3)"
    settings = Settings(store=tmp_path / "store", label_studio_train=f"{PYTHON} -c {shlex.quote(script)}")
    with TestClient(create(settings, tiny)) as client:
        assert status(client)["state"] == "idle"
        assert "started" in start(client)
        assert "under way" in start(client)
        until(lambda: status(client)["tail"] == ["训练"])
        assert (status(client)["state"], status(client)["exit_code"]) == ("running", None)
        assert predict(client, [REPORT])
        go.touch()
        until(lambda: status(client)["state"] == "finished")
        assert status(client)["exit_code"] == 3
        assert "started" in start(client)  # and the same event again is no duplicate
        until(lambda: status(client)["state"] == "finished")


def test_training_ends_with_the_service(tiny: Extractor, tmp_path: Path) -> None:
    settings = Settings(store=tmp_path / "store", label_studio_train=f"{PYTHON} -c 'import time; time.sleep(600)'")
    app = create(settings, tiny)
    with TestClient(app) as client:
        start(client)
    assert app.state.desk.retraining.status()["state"] == "finished"


@pytest.mark.parametrize("command", ["/no/such/command --now", "unclosed 'quote"])
def test_a_command_that_cannot_be_started_is_named(tiny: Extractor, tmp_path: Path, command: str) -> None:
    with TestClient(create(Settings(store=tmp_path / "store", label_studio_train=command), tiny)) as client:
        assert "cannot be started" in start(client)
        assert (status(client)["state"], status(client)["exit_code"]) == ("failed", None)


@pytest.mark.parametrize(("workers", "queue", "tasks", "allowed"), [(2, 64, 200, {200}), (1, 0, 20, {200, 503})])
def test_bulk_predictions_and_extract_answer_together(tiny: Extractor, workers: int, queue: int, tasks: int, allowed: set[int]) -> None:
    with TestClient(create(Settings(workers=workers, queue=queue), tiny)) as client, ThreadPoolExecutor() as threads:
        bulk = threads.submit(predict, client, [f"收到留言{number}条。" for number in range(tasks)])
        codes = []
        while not bulk.done():
            codes.append(client.post("/extract", json={"text": "收到留言7条。"}).status_code)
        codes.append(client.post("/extract", json={"text": "收到留言7条。"}).status_code)
        assert len(bulk.result()) == tasks
    assert set(codes) <= allowed
    assert codes[-1] == 200


def test_reading_stops_when_label_studio_has_gone(tiny: Extractor) -> None:
    app = create(Settings(), tiny)
    body = json.dumps({"tasks": [{"id": 1, "data": {"text": REPORT}}] * 200}).encode()
    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "path": "/label-studio/predict",
             "raw_path": b"/label-studio/predict", "query_string": b"", "headers": [(b"content-type", b"application/json")], "scheme": "http"}

    sent: list[Any] = []

    async def call() -> None:
        app.state.pool = Pool(tiny, 2, 64, app.state.metrics)
        events = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def receive() -> Any:
            return next(events, {"type": "http.disconnect"})

        async def send(message: Any) -> None:
            sent.append(message)

        await app(scope, receive, send)

    # In a thread of its own: the browser's tests leave a loop in this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(anyio.run, call).result()
    assert sent[0]["status"] == 499


def test_another_model_is_taken_without_dropping_a_request(versioned: Callable[[str], Path], tmp_path: Path) -> None:
    store = tmp_path / "store"
    promote(versioned("0.0.1"), store)
    with TestClient(create(Settings(store=store, threads=1))) as client, ThreadPoolExecutor() as threads:
        seen: list[tuple[int, str]] = []
        done = False

        def hammer() -> None:
            while not done:
                answer = client.post("/extract", json={"text": REPORT})
                seen.append((answer.status_code, answer.json()["model"]["version"]))

        hammering = [threads.submit(hammer) for _ in range(3)]
        try:
            until(lambda: len(seen) > 5)
            promote(versioned("0.0.2"), store)
            until(lambda: seen[-1][1] == "0.0.2")
            assert client.post("/label-studio/setup", json={}).json() == {"model_version": "tiny 0.0.2"}
            assert predict(client, [REPORT])[0]["model_version"] == "tiny 0.0.2"
            rollback(store)
            until(lambda: seen[-1][1] == "0.0.1")
        finally:
            done = True
        for one in hammering:
            one.result()
    assert {code for code, _ in seen} == {200}
    assert {version for _, version in seen} == {"0.0.1", "0.0.2"}


@pytest.mark.parametrize(("spoil", "words"), [
    (lambda folder: (folder / "model.onnx").write_bytes(b"?"), "sha256"), (lambda folder: (folder / "SHA256SUMS").unlink(), "no SHA256SUMS"),
    (lambda folder: folder.rename(folder.with_name("gone")), "there is no folder"),
    (lambda folder: (folder.parent / models.POINTER).write_text("../..\n"), "expected versions such as 0.1.1"),
], ids=["altered", "unsealed", "missing", "pointer"])
def test_a_broken_model_is_refused_and_the_old_one_stays(versioned: Callable[[str], Path], tmp_path: Path, caplog: pytest.LogCaptureFixture,
                                                         spoil: Callable[[Path], object], words: str) -> None:
    store = tmp_path / "store"
    promote(versioned("0.0.1"), store)
    broken = promote(versioned("0.0.2"), store)
    rollback(store)
    with caplog.at_level(logging.INFO), TestClient(create(Settings(store=store, threads=1))) as client:
        spoil(broken)
        pointer = store / models.POINTER
        if pointer.read_text() == "0.0.1\n":
            pointer.write_text("0.0.1\n0.0.2\n")
        until(lambda: "the model stays 0.0.1" in caplog.text)
        assert client.post("/extract", json={"text": REPORT}).json()["model"]["version"] == "0.0.1"
        assert words in caplog.text
        pointer.write_text("0.0.1\n")
        assert client.get("/label-studio/health").status_code == 200


def test_a_model_folder_in_the_settings_is_not_left(versioned: Callable[[str], Path], tmp_path: Path) -> None:
    store = tmp_path / "store"
    promote(versioned("0.0.2"), store)
    with TestClient(create(Settings(store=store, model=versioned("0.0.1"), threads=1))) as client:
        time.sleep(1.5)
        assert client.get("/label-studio/versions").json() == {"versions": ["tiny 0.0.1"]}
