"""Put texts into Label Studio as tasks with predictions, the most useful first.

    python -m annotations.push REPORT.txt … CORPUS.jsonl [--most N]

Arguments are UTF-8 text files, JSON Lines with `text` and perhaps `id`, or `-` for standard input. A text that the project has
already, that is given twice or that belongs to the evaluation split is not pushed, and each is named. Stopped half-way, run it
again: it goes on where it stopped. Exit codes: 0 done, 1 some texts could not be read, 2 it could not go on.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from label_studio_sdk import ImportApiRequest, LabelStudio
from label_studio_sdk.label_interface import LabelInterface
from tqdm import tqdm

from annotations import project, queue
from annotations.errors import LoopError, explained
from annotations.inline import KINDS
from annotations.settings import Settings
from annotations.texts import digest, evaluated, folded, identifier
from zhibiao import Extractor, ZhibiaoError, label_studio
from zhibiao.cli import Document, documents

BATCH = 20


def texts(client: LabelStudio, number: int) -> list[str]:
    """The texts that the project has."""
    return [str(task.data.get("text", "")) for task in client.tasks.list(project=number, fields="task_only", page_size=500)]


def fresh(given: Iterable[Document], known: Iterable[str]) -> Iterator[tuple[Document, str | None]]:
    """Each document, and why it is not pushed, if so."""
    seen = {digest(text): "the project has it already" for text in known}
    forbidden = evaluated()
    for document in given:
        reason = document.failure
        if reason is None:
            try:
                reason = seen.get(digest(document.text)) or ("it belongs to the evaluation split" if folded(document.text) in forbidden else None)
                reason = reason or (None if document.text.strip() else "it is empty")
            except ZhibiaoError as error:
                document = Document(document.id, document.text, str(error))
                reason = document.failure
            seen.setdefault(digest(document.text), "it is given twice")
        yield document, reason


def predicted(given: Sequence[Document], extractor: Extractor) -> Iterator[tuple[Document, dict[str, Any]]]:
    """Each document with its prediction; where it cannot be read, the document with its failure. Progress on stderr."""
    interface = LabelInterface(label_studio.config())
    for document in tqdm(given, desc="reading", unit=" texts", disable=None):
        try:
            prediction = label_studio.prediction(extractor(document.text).response())
        except ZhibiaoError as error:
            yield replace(document, failure=str(error)), {}
            continue
        if faults := interface.validate_prediction(prediction, return_errors=True):
            raise LoopError(f"{document.id}: the prediction does not fit the labelling configuration: {'; '.join(faults)}")
        yield document, prediction


def send(client: LabelStudio, number: int, ready: Sequence[dict[str, Any]]) -> None:
    """Import tasks a batch at a time. Raises LoopError when the server kept fewer than it was sent."""
    with tqdm(total=len(ready), desc="pushing", unit=" texts", disable=None) as progress:
        for start in range(0, len(ready), BATCH):
            # The client's own types demand the number of a task that is only now being made.
            batch = [ImportApiRequest.model_construct(**task) for task in ready[start:start + BATCH]]
            kept = client.projects.import_tasks(number, request=batch)
            if (kept.task_count, kept.prediction_count) != (len(batch), len(batch)):
                raise LoopError(f"of {len(batch)} tasks with predictions the server kept {kept.task_count} with {kept.prediction_count}; "
                                "look into .label-studio/server.log, then run this again")
            progress.update(len(batch))


def push(client: LabelStudio, settings: Settings, given: Iterable[Document], extractor: Extractor, kind: str = "annual",
         most: int | None = None) -> tuple[int, int]:
    """Push documents. Returns (texts pushed, documents that could not be read). Raises LoopError."""
    number = project.opened(client, settings)
    with explained(settings.url):
        known = texts(client, number)
    wanted, failed = [], 0
    for document, reason in fresh(given, known):
        failed += document.failure is not None
        if reason:
            print(f"{document.id}: not pushed: {reason}", file=sys.stderr)
        else:
            wanted.append(document)
    read = []
    for document, prediction in predicted(wanted, extractor):
        if document.failure is None:
            read.append((document, prediction))
        else:
            failed += 1
            print(f"{document.id}: not pushed: {document.failure}", file=sys.stderr)
    picks = queue.choose([prediction["score"] for _, prediction in read], [document.text for document, _ in read], known, most)
    with explained(settings.url):
        send(client, number, [task(*read[pick.index], kind, pick.score) for pick in picks])
        if picks:
            # Uncertainty sampling looks at the predictions of this version only.
            client.projects.update(id=number, model_version=read[0][1]["model_version"])
    left = len(read) - len(picks)
    print(f"{len(picks)} texts pushed to {settings.url}/projects/{number}" + (f"; {left} of less use not pushed" if left else ""))
    return len(picks), failed


def task(document: Document, prediction: dict[str, Any], kind: str, score: float) -> dict[str, Any]:
    """A task to import, with its place in the queue as score."""
    return {"data": {"text": document.text, "id": identifier(document.id, document.text), "kind": kind},
            "predictions": [{**prediction, "score": score}]}


def count(written: str) -> int:
    if not written.isdigit() or int(written) < 1:
        raise argparse.ArgumentTypeError(f"{written!r} is not a whole number from 1 up")
    return int(written)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", metavar="FILE", help="UTF-8 text, or .jsonl with text and id; - for standard input")
    parser.add_argument("--most", type=count, metavar="N", help="push only the N most useful; default: all")
    parser.add_argument("--kind", choices=KINDS, default="annual", help="what kind of text they are; default: %(default)s")
    parser.add_argument("--model", metavar="FOLDER", help="a model folder; default: the one in use")
    options = parser.parse_args(arguments)
    settings = Settings()
    try:
        with project.connect(settings) as client:
            _, failed = push(client, settings, documents(options.files), Extractor.load(options.model), options.kind, options.most)
    except (LoopError, ZhibiaoError) as error:
        print(f"push: {error}", file=sys.stderr)
        return 2
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
