"""From a project's tasks to checked corpus documents, with what annotators changed and where two of them differ."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from annotations import inline
from annotations.agreement import MEASURES
from annotations.changes import Changes, differences, disputes
from annotations.texts import evaluated, folded, identifier
from zhibiao import label_studio
from zhibiao.errors import AnnotationError
from zhibiao.scoring import score
from zhibiao.view import script

Figure = dict[str, Any]
Task = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Annotation:
    """One annotator's figures of a task's text."""

    annotator: str
    figures: list[Figure]
    starred: bool


@dataclass
class Pulled:
    """What the tasks of a project hold.

    documents: id to head line and marked text; faults: annotations and tasks left out, each with its reason; pairs: the
    figures of two annotators of one text; disputed: Markdown, an entry a text; skipped, untouched: tasks without annotation.
    """

    documents: dict[str, tuple[str, str]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes)
    pairs: list[tuple[list[Figure], list[Figure]]] = field(default_factory=list)
    disputed: list[str] = field(default_factory=list)
    skipped: int = 0
    untouched: int = 0

    def report(self) -> dict[str, Any]:
        """The counts as JSON."""
        measured = score([(one, [{**figure, "confidence": 1.0} for figure in other]) for one, other in self.pairs]) if self.pairs else {}
        return {"documents": len(self.documents), "changes": self.changes.report(),
                "agreement": {"pairs": len(self.pairs), **{name: round(measured[name], 3) for name in MEASURES if name in measured}},
                "waiting_for_adjudication": len(self.disputed), "skipped": self.skipped, "not_annotated": self.untouched, "left_out": self.faults}


def gather(tasks: Iterable[Task], url: str) -> Pulled:
    """Read tasks with their annotations and predictions; `url` is the project's, for links."""
    pulled, forbidden = Pulled(), evaluated()
    for task in tasks:
        finished = [one for one in task["annotations"] if not one["was_cancelled"]]
        if not finished:
            pulled.skipped += bool(task["annotations"])
            pulled.untouched += not task["annotations"]
            continue
        text = task["data"].get(label_studio.TEXT)
        if not isinstance(text, str):
            pulled.faults.append(f"task {task['id']}: its data has no {label_studio.TEXT!r}, expected a string")
        elif folded(text) in forbidden:
            pulled.faults.append(f"task {task['id']}: its text belongs to the evaluation split")
        else:
            take(pulled, task, text, finished, url)
    return pulled


def take(pulled: Pulled, task: Task, text: str, finished: Sequence[Mapping[str, Any]], url: str) -> None:
    """Add one annotated task."""
    # An annotator's last word counts.
    latest = {str(one["completed_by"]): one for one in sorted(finished, key=lambda one: str(one["updated_at"]))}
    good = []
    for annotator, one in sorted(latest.items()):
        try:
            figures = label_studio.figures(one["result"], text)
        except AnnotationError as error:
            pulled.faults += [f"task {task['id']}, annotation {one['id']}: {fault}" for fault in error.faults]
            continue
        pulled.changes.add(predicted(one, task, text), figures, one["lead_time"] or 0.0)
        good.append(Annotation(annotator, figures, bool(one["ground_truth"])))
    pulled.pairs += [(one.figures, other.figures) for one, other in combinations(good, 2)]
    starred = [one for one in good if one.starred]
    if good and all(one.figures == good[0].figures for one in good[1:]):
        add(pulled, task, text, good[0].figures, [one.annotator for one in good])
    elif len(starred) == 1:
        add(pulled, task, text, starred[0].figures, [starred[0].annotator])
    elif good:
        pulled.disputed.append(dispute(task, good, url))


def predicted(annotation: Mapping[str, Any], task: Task, text: str) -> list[Figure]:
    """The figures that the annotator was shown; none where the annotation was not made from a prediction."""
    parent = next((one for one in task["predictions"] if one["id"] == annotation.get("parent_prediction")), None)
    shown = parent or annotation.get("prediction") or {}
    try:
        return label_studio.figures(shown.get("result") or [], text)
    except AnnotationError:
        return []


def add(pulled: Pulled, task: Task, text: str, figures: Sequence[Figure], annotators: Sequence[str]) -> None:
    """Add a document, unless it does not read back as it was."""
    data = task["data"]
    name = str(data.get("id") or identifier(f"task-{task['id']}", text))
    kind = data.get("kind") if data.get("kind") in inline.KINDS else inline.KINDS[0]
    start = len(text) - len(text.lstrip())
    moved = [{**figure, "start": figure["start"] - start, "end": figure["end"] - start} for figure in figures]
    marked = inline.write(text.strip(), moved)
    if not reads_back(marked, text.strip(), moved):
        pulled.faults.append(f"task {task['id']}: its text or one of its figures cannot be written in the inline form")
    elif name in pulled.documents or name.split() != [name]:
        pulled.faults.append(f"task {task['id']}: its id {name!r} is not one word or that of another task")
    else:
        head = f"{inline.HEAD}{name} script={script(text)} kind={kind} annotator=label-studio:{','.join(annotators)}"
        pulled.documents[name] = (head, marked)


def reads_back(marked: str, text: str, figures: Sequence[Figure]) -> bool:
    """Whether the inline form says what it was written from."""
    try:
        again, read = inline.parse(marked)
    except inline.InlineError:
        return False
    return again == text and len(read) == len(figures) and not any(differences(*pair) for pair in zip(figures, read, strict=True))


def dispute(task: Task, annotations: Sequence[Annotation], url: str) -> str:
    """An entry of the adjudication list."""
    lines = [f"## [Task {task['id']}]({url}/data?task={task['id']}) {task['data'].get('id', '')}", ""]
    for one, other in combinations(annotations, 2):
        lines += [f"Annotators {one.annotator} / {other.annotator}:", "", *(f"- {line}" for line in disputes(one.figures, other.figures)), ""]
    return "\n".join(lines)
