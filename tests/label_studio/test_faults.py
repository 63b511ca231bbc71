"""What goes wrong on a real server: each gives a clear message, and a second run finishes the work."""

import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
from label_studio_sdk import LabelStudio
from label_studio_sdk.label_interface import LabelInterface

from annotations import inline, project, server
from annotations import push as pushing
from annotations.errors import LoopError
from annotations.pull import pull
from annotations.push import push
from annotations.settings import Settings
from tests.label_studio.stage import settings_at, tasks
from tests.label_studio.texts import TEXTS
from zhibiao import Extractor, label_studio
from zhibiao.cli import Document

pytestmark = pytest.mark.label_studio


def test_server_down(tmp_path: Path) -> None:
    nowhere = settings_at(tmp_path).model_copy(update={"api_key": "0" * 40})
    with pytest.raises(LoopError, match="does not answer .* start it with make label-studio"), project.connect(nowhere):
        pass


def test_no_token_yet(tmp_path: Path) -> None:
    with pytest.raises(LoopError, match="there is no token"), project.connect(settings_at(tmp_path)):
        pass


def test_token_wrong(settings: Settings, client: LabelStudio) -> None:
    with pytest.raises(LoopError, match="refuses the token"), project.connect(settings.model_copy(update={"api_key": "0" * 40})):
        pass


def test_no_project(settings: Settings, client: LabelStudio) -> None:
    with pytest.raises(LoopError, match="has no project 'elsewhere'; make it with: python -m annotations.project"):
        project.opened(client, settings.model_copy(update={"project": "elsewhere"}))


def test_port_in_use(settings: Settings, running: Any) -> None:
    with pytest.raises(LoopError, match="is in use"), server.running(settings):
        pass


def test_server_that_cannot_start(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the data folder should be")
    with pytest.raises(LoopError, match="ended with code .*server.log"), server.running(settings_at(tmp_path)):
        pass


def test_signup_is_closed(settings: Settings, running: Any) -> None:
    page = f"{settings.url}/user/signup/"
    with httpx.Client(timeout=60) as stranger:
        stranger.get(page)
        form = {"email": "stranger@example.com", "password": "0123456789", "csrfmiddlewaretoken": stranger.cookies["csrftoken"]}
        assert stranger.post(page, data=form).status_code == 403


def test_server_restarted_in_the_middle_of_a_push(template: Path, tmp_path: Path, released: Extractor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pushing, "BATCH", 2)
    shutil.copytree(template, tmp_path / "home")
    own = settings_at(tmp_path / "home")
    given = [Document(str(i), text) for i, text in enumerate(TEXTS[:6])]
    with server.running(own) as process, project.connect(own) as client:
        project.prepare(client, own)
        stop_behind(client, process, batches=1)
        with pytest.raises(LoopError, match="does not answer .* it goes on where it stopped"):
            push(client, own, given, released)
    with server.running(own), project.connect(own) as client:
        assert len(tasks(client, own)) == 2
        assert push(client, own, given, released) == (4, 0)
        assert sorted(task["data"]["text"] for task in tasks(client, own)) == sorted(TEXTS[:6])


def stop_behind(client: LabelStudio, process: "subprocess.Popen[bytes]", batches: int) -> None:
    """End the server when it has taken so many batches."""
    send, sent = client.projects.import_tasks, []

    def send_and_stop(*arguments: Any, **named: Any) -> Any:
        answer = send(*arguments, **named)
        sent.append(answer)
        if len(sent) == batches:
            server.stop(process)
        return answer

    client.projects.import_tasks = send_and_stop  # type: ignore[method-assign]


def test_a_deleted_task_takes_nothing_from_the_corpus(
        client: LabelStudio, desk: Settings, pushed: list[dict[str, Any]], released: Extractor, tmp_path: Path) -> None:
    for task in pushed[:2]:
        client.annotations.create(id=task["id"], result=task["predictions"][0]["result"])
    output = tmp_path / "c.txt"
    pull(client, desk, output, tmp_path)
    before = output.read_bytes()
    client.tasks.delete(id=str(pushed[0]["id"]))
    assert list(pull(client, desk, output, tmp_path).documents) == [pushed[1]["data"]["id"]]
    assert output.read_bytes() == before
    assert len(list(inline.read(output))) == 2
    assert push(client, desk, [Document("text 0", TEXTS[0])], released) == (1, 0)


@pytest.mark.parametrize(("config", "words"), [
    ('<Labels name="group" toName="text"><Label value="x"/></Labels>', "'group' lacks"),
    ('<Choices name="mood" toName="text"><Choice value="x"/></Choices>', "the control 'group' is missing"),
])
def test_labelling_configuration_changed_by_hand(client: LabelStudio, desk: Settings, released: Extractor, config: str, words: str) -> None:
    found = project.find(client, desk)
    assert found is not None
    client.projects.update(id=found.id, label_config=f'<View><Text name="text" value="$text"/>{config}</View>')
    with pytest.raises(LoopError, match=f"was changed: .*{words}.*mend it with: python -m annotations.project"):
        push(client, desk, [Document("a", TEXTS[0])], released)
    assert f"project {found.id} {desk.project!r} mended" in project.prepare(client, desk)
    assert push(client, desk, [Document("a", TEXTS[0])], released) == (1, 0)


def test_a_service_that_does_not_answer(client: LabelStudio, desk: Settings) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        silent = desk.model_copy(update={"backend": f"http://127.0.0.1:{free.getsockname()[1]}"})
        with pytest.raises(LoopError, match="does not answer .*; start it with make serve"):
            project.attach(client, silent)


@pytest.mark.parametrize(("name", "change", "words"), [
    ("offsets of UTF-16", {"start": 1}, "the item says"), ("outside", {"end": 9999}, "expected whole numbers within the text"),
    ("unknown label", {"labels": ["nothing"]}, "group is 'nothing'"),
])
def test_what_the_server_takes_unchecked_is_left_out(
        client: LabelStudio, desk: Settings, pushed: list[dict[str, Any]], tmp_path: Path, name: str, change: dict[str, Any], words: str) -> None:
    good, bad = pushed[0], pushed[4]
    client.annotations.create(id=good["id"], result=good["predictions"][0]["result"])
    result = bad["predictions"][0]["result"]
    first = next(item for item in result if item["type"] == "labels")
    client.annotations.create(id=bad["id"], result=[{**item, "value": {**item["value"], **change}} if item is first else item for item in result])
    pulled = pull(client, desk, tmp_path / "c.txt", tmp_path)
    assert list(pulled.documents) == [good["data"]["id"]]
    assert pulled.faults
    assert all(fault.startswith(f"task {bad['id']}, annotation ") for fault in pulled.faults)


def test_a_prediction_of_ours_fits_the_labelling_configuration(released: Extractor) -> None:
    interface = LabelInterface(label_studio.config())
    for text in TEXTS:
        assert interface.validate_prediction(label_studio.prediction(released(text).response()), return_errors=True) == []
