"""Bring annotations back as corpus documents in the inline form.

    python -m annotations.pull [--output annotations/corpus/label-studio.txt] [--report build/label-studio]

Every offset and label is checked; an annotation that fails is named with its task and left out. Where two annotators differ,
the text waits until one annotation is starred as ground truth in Label Studio. The report folder gets `report.json` (how much
annotators changed, how far they agree, what was left out) and `adjudication.md` (where they differ). Run again, it writes the
same again; documents whose task is gone stay. Exit codes: 0 done, 1 some annotations were left out, 2 it could not go on.
"""

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from label_studio_sdk import LabelStudio

from annotations import inline, project
from annotations.errors import LoopError, explained
from annotations.export import CORPUS
from annotations.gathering import Pulled, gather
from annotations.settings import Settings
from zhibiao import ZhibiaoError


def merge(path: Path, documents: Mapping[str, tuple[str, str]]) -> int:
    """Write documents into a corpus file, in place of those of the same id; returns how many others stay in it."""
    kept = {head["id"]: ("# " + " ".join(f"{name}={value}" for name, value in head.items()), marked)
            for head, marked in (inline.documents(path) if path.exists() else ())}
    whole = {**kept, **documents}
    if whole != kept:
        replace(path, "\n".join(f"{head}\n{marked}\n" for head, marked in whole.values()))
    return len(kept.keys() - documents.keys())


def replace(path: Path, content: str) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.write_text(content, encoding="utf-8", newline="\n")
    os.replace(partial, path)


def pull(client: LabelStudio, settings: Settings, output: Path, folder: Path) -> Pulled:
    """Pull the project into a corpus file and a report folder. Raises LoopError."""
    number = project.opened(client, settings)
    url = f"{settings.url}/projects/{number}"
    with explained(settings.url):
        tasks = [task.model_dump(mode="json") for task in client.tasks.list(project=number, fields="all", page_size=100)]
    pulled = gather(tasks, url)
    stayed = merge(output, pulled.documents)
    report = pulled.report()
    replace(folder / "report.json", json.dumps(report, ensure_ascii=False, indent=1) + "\n")
    replace(folder / "adjudication.md", "\n".join(["# To adjudicate", "", "Star the right annotation as ground truth, mended where needed, "
                                                   "and pull again.", "", *pulled.disputed]))
    for fault in pulled.faults:
        print(f"left out: {fault}", file=sys.stderr)
    changes = report["changes"]
    print(f"{len(pulled.documents)} documents in {output}" + (f", beside {stayed} of tasks that are gone or left out" if stayed else ""))
    print(f"{changes['figures']} figures: {changes['accepted']} accepted, {changes['corrected']} corrected, {changes['added']} added, "
          f"{changes['deleted']} deleted; {changes['seconds_per_figure']} s a figure")
    if pulled.pairs:
        print(f"{len(pulled.pairs)} pairs of annotators agree at figure_f1 {report['agreement']['figure_f1']}; "
              f"{len(pulled.disputed)} texts to adjudicate in {folder / 'adjudication.md'}")
    print(f"{pulled.skipped} skipped, {pulled.untouched} not annotated yet; report in {folder / 'report.json'}")
    return pulled


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=CORPUS / "label-studio.txt", help="corpus file; default: %(default)s")
    parser.add_argument("--report", type=Path, default=Path("build/label-studio"), help="folder of the report; default: %(default)s")
    options = parser.parse_args(arguments)
    settings = Settings()
    try:
        with project.connect(settings) as client:
            pulled = pull(client, settings, options.output, options.report)
    except (LoopError, ZhibiaoError, inline.InlineError) as error:
        print(f"pull: {error}", file=sys.stderr)
        return 2
    return 1 if pulled.faults else 0


if __name__ == "__main__":
    sys.exit(main())
