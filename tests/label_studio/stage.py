"""What the tests on a real server share beside the fixtures."""

import os
import socket
from pathlib import Path
from typing import Any

import pytest
from label_studio_sdk import LabelStudio

from annotations import project
from annotations.settings import Settings
from tests.label_studio.texts import TEXTS


def missing(reason: str) -> None:
    """Skip, and where all must be there, fail."""
    pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)


def settings_at(folder: Path) -> Settings:
    """Settings of a server on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return Settings(url=f"http://127.0.0.1:{free.getsockname()[1]}", folder=folder, api_key=None)


def tasks(client: LabelStudio, desk: Settings) -> list[dict[str, Any]]:
    """All tasks of the project, those of TEXTS in their order."""
    found = [task.model_dump(mode="json") for task in client.tasks.list(project=project.opened(client, desk), fields="all")]
    return sorted(found, key=lambda task: TEXTS.index(task["data"]["text"]) if task["data"]["text"] in TEXTS else len(TEXTS))
