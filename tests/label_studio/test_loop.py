"""The loop on a real server: push, annotate as the page does, pull."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import httpx
import pytest
from label_studio_sdk import LabelStudio

from annotations import inline, project, refresh
from annotations.pull import pull
from annotations.push import push
from annotations.settings import Settings
from service.settings import Settings as ServiceSettings
from tests.browser.serving import running as serving
from tests.label_studio.stage import tasks
from tests.label_studio.texts import ODD, TEXTS
from zhibiao import Extractor, label_studio
from zhibiao.cli import Document

pytestmark = pytest.mark.label_studio

Items = list[dict[str, Any]]


def annotate(client: LabelStudio, task: dict[str, Any], result: Items, **more: Any) -> None:
    """Submit an annotation that was made from the task's prediction."""
    client.annotations.create(id=task["id"], result=result, lead_time=12.0, parent_prediction=task["predictions"][0]["id"], **more)


def shown(task: dict[str, Any]) -> Items:
    """The items that the page fills in from the prediction."""
    return deepcopy(task["predictions"][0]["result"])


def region(items: Items, words: str) -> Items:
    """The items of the region that stands on `words`."""
    name = next(item["id"] for item in items if item["type"] == "labels" and item["value"]["text"] == words)
    return [item for item in items if item["id"] == name]


def drawn(text: str, words: str, indicator: str, **choices: str) -> Items:
    """A region drawn by hand."""
    group, start = indicator.partition(".")[0], text.index(words)
    place = {"start": start, "end": start + len(words), "text": words}
    values: dict[str, Any] = {"group": ("labels", [group]), f"indicator-{group}": ("taxonomy", [[indicator]])}
    values |= {name: ("choices", [code]) for name, code in choices.items()}
    return [{"id": "drawn", "from_name": name, "to_name": "text", "type": kind, "origin": "manual", "value": {**place, kind: chosen}}
            for name, (kind, chosen) in values.items()]


def test_push_gives_tasks_with_predictions(pushed: list[dict[str, Any]]) -> None:
    assert [task["data"]["text"] for task in pushed] == TEXTS
    for task in pushed:
        (prediction,) = task["predictions"]
        assert 0 <= prediction["score"] <= 1
        items = [item for item in prediction["result"] if item["type"] == "labels"]
        assert all(task["data"]["text"][item["value"]["start"]:item["value"]["end"]] == item["value"]["text"] for item in items)
        assert all(0 <= item["score"] <= 1 for item in items)


def test_the_same_text_is_not_pushed_twice(
        client: LabelStudio, desk: Settings, pushed: Any, released: Extractor, capsys: pytest.CaptureFixture[str]) -> None:
    new = "新区收到留言9件。"
    assert push(client, desk, [Document(name, text) for name, text in [("a", TEXTS[0]), ("b", new), ("c", new)]], released) == (1, 0)
    assert capsys.readouterr().err.splitlines()[:2] == ["a: not pushed: the project has it already", "c: not pushed: it is given twice"]
    assert len(tasks(client, desk)) == len(TEXTS) + 1


def test_the_label_stream_serves_the_most_useful_first(client: LabelStudio, desk: Settings, pushed: list[dict[str, Any]]) -> None:
    answer = httpx.get(f"{desk.url}/api/projects/{pushed[0]['project']}/next", headers={"Authorization": f"Token {desk.token}"}, timeout=60)
    assert answer.json()["predictions"][0]["score"] == min(task["predictions"][0]["score"] for task in pushed)


def test_annotations_come_back_as_documents(client: LabelStudio, desk: Settings, pushed: list[dict[str, Any]], tmp_path: Path) -> None:
    accepted, corrected, extended, shortened, skipped = pushed[:5]
    annotate(client, accepted, shown(accepted))
    items = shown(corrected)
    next(item for item in region(items, "512件") if item["from_name"] == "role")["value"]["choices"] = ["target"]
    annotate(client, corrected, items)
    annotate(client, extended, shown(extended) + drawn(ODD[2], "60号", "other", role="part"))
    annotate(client, shortened, [item for item in shown(shortened) if item["id"] != shown(shortened)[0]["id"]])
    annotate(client, skipped, [], was_cancelled=True)

    output = tmp_path / "label-studio.txt"
    pulled = pull(client, desk, output, tmp_path / "report")
    assert pulled.faults == []
    report = json.loads((tmp_path / "report" / "report.json").read_text(encoding="utf-8"))
    found = sum(len(label_studio.figures(task["predictions"][0]["result"], task["data"]["text"])) for task in pushed[:4])
    assert report["changes"] == {"annotations": 4, "figures": found, "accepted": found - 2, "corrected": 1, "added": 1, "deleted": 1,
                                 "corrected_fields": {"role": 1}, "seconds_per_figure": round(48 / found, 1)}
    assert (report["skipped"], report["not_annotated"]) == (1, len(TEXTS) - 5)

    documents = list(inline.read(output))
    assert [document["text"] for document in documents] == [text.strip() for text in ODD]
    assert [document["script"] for document in documents] == ["hant", "hans", "hans", "hant"]
    by_words = [{figure["text"]: figure for figure in document["figures"]} for document in documents]
    assert by_words[1]["512件"]["role"] == "target"
    assert by_words[2]["60号"]["indicator"] == "other"
    assert shown(shortened)[0]["value"]["text"] not in by_words[3]

    before = output.read_bytes()
    pull(client, desk, output, tmp_path / "report")
    assert output.read_bytes() == before


def test_two_annotators(client: LabelStudio, desk: Settings, pushed: list[dict[str, Any]], tmp_path: Path) -> None:
    second = client.users.create(email=f"{desk.project.split()[1]}@example.com", username=desk.project.split()[1], first_name="B", last_name="B")
    agreed, disputed = pushed[0], pushed[1]
    for task in (agreed, disputed):
        annotate(client, task, shown(task))
    annotate(client, agreed, shown(agreed), completed_by=second.id)
    items = shown(disputed)
    next(item for item in region(items, "512件") if item["from_name"] == "role")["value"]["choices"] = ["target"]
    annotate(client, disputed, items, completed_by=second.id)
    pulled = pull(client, desk, tmp_path / "c.txt", tmp_path)
    assert list(pulled.documents) == [agreed["data"]["id"]]
    assert "role 'level' / 'target'" in (tmp_path / "adjudication.md").read_text(encoding="utf-8")
    assert pulled.report()["agreement"]["pairs"] == 2


def test_live_predictions_and_webhooks(client: LabelStudio, desk: Settings, released: Extractor) -> None:
    number, secret = project.opened(client, desk), desk.secret("secret")
    with serving(ServiceSettings.model_validate({"label_studio_secret": secret}), released) as address:
        own = desk.model_copy(update={"backend": address})
        assert project.attach(client, own) == project.attach(client, own) == f"live predictions from {address}/label-studio"
        assert (len(client.ml.list(project=number)), len(client.webhooks.list(project=str(number)))) == (1, 1)
        task = client.tasks.create(project=number, data={"text": ODD[0]}).id
        # The page asks for the task; it has no prediction yet, so the server asks the service.
        (live,) = httpx.get(f"{desk.url}/api/tasks/{task}", headers={"Authorization": f"Token {desk.token}"}, timeout=120).json()["predictions"]
        assert live["result"] == label_studio.results(released(ODD[0]).response()["figures"])
        client.annotations.create(id=task, result=live["result"])
        told = httpx.get(f"{address}/label-studio/training", auth=(label_studio.BACKEND_USER, secret), timeout=60).json()
        assert (told["webhooks"], told["duplicates"]) == (1, 0)


def test_refresh_gives_waiting_tasks_the_predictions_of_another_model(
        client: LabelStudio, desk: Settings, pushed: list[dict[str, Any]], tiny: Extractor) -> None:
    annotate(client, pushed[0], shown(pushed[0]))
    assert refresh.refresh(client, desk, tiny) == len(TEXTS) - 1
    assert refresh.refresh(client, desk, tiny) == 0
    versions = [{prediction["model_version"] for prediction in task["predictions"]} for task in tasks(client, desk)]
    assert ["tiny 0.0.0" in found for found in versions] == [False] + [True] * (len(TEXTS) - 1)
