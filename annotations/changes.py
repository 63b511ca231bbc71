"""How much annotators changed of what was predicted, and how far two of them agree."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from zhibiao.scoring import pair

Figure = Mapping[str, Any]
FIELDS = ("indicator", "role", "value", "value_max", "unit", "approx", "nil")


def differences(one: Figure, other: Figure) -> list[str]:
    """The fields in which two readings of a figure differ, `span` among them."""
    spans = [] if (one["start"], one["end"]) == (other["start"], other["end"]) else ["span"]
    return spans + [name for name in FIELDS if one[name] != other[name]]


@dataclass
class Changes:
    """What became of predicted figures under the hands of annotators, over any number of annotations.

    corrected: found by both but different; fields: how often each field was; seconds: spent, where the page told.
    """

    annotations: int = 0
    figures: int = 0
    accepted: int = 0
    corrected: int = 0
    added: int = 0
    deleted: int = 0
    seconds: float = 0.0
    fields: Counter[str] = field(default_factory=Counter)

    def add(self, predicted: Sequence[Figure], annotated: Sequence[Figure], seconds: float) -> None:
        """Count one annotation."""
        pairs = pair(predicted, annotated)
        changed = [names for i, j in pairs if (names := differences(predicted[i], annotated[j]))]
        self.annotations += 1
        self.figures += len(annotated)
        self.accepted += len(pairs) - len(changed)
        self.corrected += len(changed)
        self.added += len(annotated) - len(pairs)
        self.deleted += len(predicted) - len(pairs)
        self.seconds += seconds
        for names in changed:
            self.fields.update(names)

    def report(self) -> dict[str, Any]:
        """The counts as JSON, with seconds per figure; null where there is no figure."""
        return {"annotations": self.annotations, "figures": self.figures, "accepted": self.accepted, "corrected": self.corrected,
                "added": self.added, "deleted": self.deleted, "corrected_fields": dict(self.fields.most_common()),
                "seconds_per_figure": round(self.seconds / self.figures, 1) if self.figures else None}


def disputes(one: Sequence[Figure], other: Sequence[Figure]) -> list[str]:
    """What two annotators of one text see differently, a line each, in the order of the text."""
    pairs = pair(one, other)
    lines = [(one[i]["start"], f"{one[i]['text']} at {one[i]['start']}: "
              + "; ".join(f"{name} {one[i].get(name, one[i]['text'])!r} / {other[j].get(name, other[j]['text'])!r}" for name in names))
             for i, j in pairs if (names := differences(one[i], other[j]))]
    for figures, matched, words in ((one, {i for i, _ in pairs}, "the first"), (other, {j for _, j in pairs}, "the second")):
        lines += [(figure["start"], f"{figure['text']} at {figure['start']}: only {words} has it, as {figure['indicator']} {figure['role']}")
                  for k, figure in enumerate(figures) if k not in matched]
    return [line for _, line in sorted(lines)]
