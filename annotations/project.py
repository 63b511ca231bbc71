"""The project in Label Studio: made, or mended where it was changed by hand, and connected to the service.

    python -m annotations.project

The labelling configuration comes from the catalogue, the instructions from the guideline.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from label_studio_sdk import LabelStudio
from label_studio_sdk.label_interface import LabelInterface
from label_studio_sdk.types import Project
from markdown_it import MarkdownIt

from annotations.errors import LoopError, explained
from annotations.settings import Settings
from zhibiao import label_studio

ROOM = Path(__file__).parent
TIMEOUT = 120  # seconds that the server may take over one answer
ACTIONS = ("ANNOTATION_CREATED", "ANNOTATION_UPDATED", "ANNOTATIONS_DELETED")


@contextmanager
def connect(settings: Settings) -> Iterator[LabelStudio]:
    """A client of the server while the block runs. Raises LoopError when the server does not answer or refuses the token."""
    if settings.token is None:
        raise LoopError("there is no token for Label Studio; run make label-studio once, or set LABEL_STUDIO_API_KEY")
    with httpx.Client(timeout=TIMEOUT, follow_redirects=True) as transport:
        client = LabelStudio(base_url=settings.url, api_key=settings.token, httpx_client=transport)
        with explained(settings.url):
            client.users.whoami()
        yield client


def instructions() -> str:
    """How to work with the page, then the guideline, as HTML."""
    markdown = MarkdownIt()
    return "\n".join(markdown.render((ROOM / name).read_text(encoding="utf-8")) for name in ("PAGE.md", "GUIDELINE.md"))


def find(client: LabelStudio, settings: Settings) -> Project | None:
    """The project of the settings' title; None where there is none."""
    with explained(settings.url):
        found = [project for project in client.projects.list() if project.title == settings.project]
    if len(found) > 1:
        raise LoopError(f"{len(found)} projects are called {settings.project!r} (numbers {', '.join(str(one.id) for one in found)}); "
                        "rename all but one, or set LABEL_STUDIO_PROJECT")
    return found[0] if found else None


def opened(client: LabelStudio, settings: Settings) -> int:
    """The number of the project, whose labelling configuration is ours. Raises LoopError when it is not there or was changed."""
    project = find(client, settings)
    if project is None:
        raise LoopError(f"Label Studio at {settings.url} has no project {settings.project!r}; make it with: python -m annotations.project")
    if lacking := lacks(project.label_config or ""):
        raise LoopError(f"the labelling configuration of project {project.id} was changed: {'; '.join(lacking)}; "
                        "mend it with: python -m annotations.project")
    return int(project.id)


def lacks(config: str) -> list[str]:
    """What a labelling configuration lacks of ours, control by control; its looks are free."""
    ours = LabelInterface(label_studio.config())
    try:
        theirs = LabelInterface(config)
        controls = {control.name: control for control in theirs.controls}
    except Exception as error:  # noqa: BLE001 - the client raises whatever its parser meets
        return [f"it cannot be read ({error})"]
    faults = []
    for control in ours.controls:
        other = controls.get(control.name)
        if other is None or other.tag != control.tag:
            faults.append(f"the control {control.name!r} is missing")
        elif missing := set(control.labels) - set(other.labels):
            faults.append(f"{control.name!r} lacks {', '.join(sorted(missing))}")
    return faults


def prepare(client: LabelStudio, settings: Settings) -> str:
    """Make the project, or mend what of it is not as it should be. Returns what was done, in words. Raises LoopError."""
    wanted: dict[str, Any] = {"title": settings.project, "expert_instruction": instructions(), "show_instruction": True, "show_skip_button": True,
              "enable_empty_annotation": True, "sampling": "Uncertainty sampling"}
    with explained(settings.url):
        project = find(client, settings)
        if project is None:
            number = client.projects.create(**wanted, maximum_annotations=1, label_config=label_studio.config()).id
            return f"project {number} {settings.project!r} made"
        changed = lacks(project.label_config or "")
        if project.label_config != label_studio.config():
            wanted["label_config"] = label_studio.config()
        client.projects.update(id=project.id, **wanted)
    return f"project {project.id} {settings.project!r} " + ("mended: " + "; ".join(changed) if changed else "is there")


def attach(client: LabelStudio, settings: Settings) -> str:
    """Connect the project to the service: live predictions, and webhooks with the secret header. Once is enough; again does no harm.

    Returns what was done, in words. Raises LoopError when the service does not answer or does not know our secret.
    """
    base, secret = f"{settings.backend.rstrip('/')}/label-studio", settings.secret("secret")
    greet(base, secret)
    number = opened(client, settings)
    backend = {"url": base, "project": number, "title": "Zhibiao", "auth_method": "BASIC_AUTH",
               "basic_auth_user": label_studio.BACKEND_USER, "basic_auth_pass": secret}
    hook = {"url": f"{base}/webhook", "headers": {label_studio.SECRET_HEADER: secret}, "send_payload": True,
            "send_for_all_actions": False, "actions": list(ACTIONS), "is_active": True}
    with explained(settings.url):
        backends = [one.id for one in client.ml.list(project=number) if one.url == base]
        if backends:
            client.ml.update(id=backends[0], **backend)
        else:
            client.ml.create(**backend)
        # Connecting a backend makes a webhook without our header, which the service refuses.
        hooks = [one for one in client.webhooks.list(project=str(number)) if one.url == hook["url"]]
        for one in hooks[1:]:
            client.webhooks.delete(id=one.id)
        if hooks:
            client.webhooks.update(id=hooks[0].id, **hook)
        else:
            client.webhooks.create(project=number, **hook)
    return f"live predictions from {base}"


def greet(base: str, secret: str) -> None:
    """Ask the service whether it is up and knows us. Raises LoopError."""
    try:
        answer = httpx.post(f"{base}/setup", json={}, auth=(label_studio.BACKEND_USER, secret), timeout=5)
    except httpx.HTTPError as error:
        raise LoopError(f"no live predictions: the service at {base} does not answer ({type(error).__name__}); start it with make serve") from error
    if answer.status_code == 401:
        raise LoopError(f"no live predictions: the service at {base} knows another secret; start it again with make serve, "
                        "which sets ZHIBIAO_LABEL_STUDIO_SECRET to that of .label-studio/secret")
    if not answer.is_success:
        raise LoopError(f"no live predictions: the service at {base} answered {answer.status_code}: {answer.text[:200]}")


def main() -> int:
    settings = Settings()
    try:
        with connect(settings) as client:
            print(prepare(client, settings))
            print(attach(client, settings))
    except LoopError as error:
        print(f"project: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
