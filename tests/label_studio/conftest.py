"""A real Label Studio for the tests: its migrated data folder is made once and copied for each session."""

import shutil
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("label_studio_sdk", reason="the client is not installed; make test-label-studio sets everything up")

from label_studio_sdk import LabelStudio  # noqa: E402

from annotations import project, server  # noqa: E402
from annotations.push import push  # noqa: E402
from annotations.settings import Settings  # noqa: E402
from tests.label_studio.stage import missing, settings_at, tasks  # noqa: E402
from tests.label_studio.texts import TEXTS  # noqa: E402
from zhibiao import Extractor  # noqa: E402
from zhibiao.cli import Document  # noqa: E402

TEMPLATE = Path("build/label-studio-1.23.2")


@pytest.fixture(scope="session")
def template() -> Path:
    """A data folder after the migrations, with its user and token."""
    if not (server.ENVIRONMENT / "bin" / "label-studio").exists():
        missing(f"no Label Studio in {server.ENVIRONMENT}; make test-label-studio sets it up")
    if not (TEMPLATE / "ready").exists():
        shutil.rmtree(TEMPLATE, ignore_errors=True)
        with server.running(settings_at(TEMPLATE)):
            pass
        (TEMPLATE / "ready").touch()
    return TEMPLATE


@pytest.fixture(scope="session")
def settings(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("label-studio") / "home"
    shutil.copytree(template, folder)
    return settings_at(folder)


@pytest.fixture(scope="session")
def running(settings: Settings) -> Iterator["subprocess.Popen[bytes]"]:
    """The server of the session."""
    with server.running(settings) as process:
        yield process


@pytest.fixture(scope="session")
def client(settings: Settings, running: Any) -> Iterator[LabelStudio]:
    with project.connect(settings) as connected:
        yield connected


@pytest.fixture
def desk(settings: Settings, client: LabelStudio) -> Settings:
    """The settings of a project of the test's own."""
    own = settings.model_copy(update={"project": f"test {uuid.uuid4().hex[:8]}"})
    project.prepare(client, own)
    return own


@pytest.fixture(scope="session")
def released() -> Extractor:
    return Extractor.load()


@pytest.fixture
def pushed(client: LabelStudio, desk: Settings, released: Extractor) -> list[dict[str, Any]]:
    """The tasks of a project that twenty texts were pushed to, in the order of TEXTS."""
    assert push(client, desk, [Document(f"text {i}", text) for i, text in enumerate(TEXTS)], released, "website") == (len(TEXTS), 0)
    return tasks(client, desk)
