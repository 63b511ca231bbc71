"""How well extracted figures agree with gold, and how well the confidences say which do.

A predicted figure is paired with the gold figure that it overlaps most. It is right when indicator, role, value, unit and
nil agree with either annotator: a gold figure's `also` holds the readings of the second one where they differ, and a figure
that only one of them marked (`optional`) counts neither when found nor when missed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zhibiao.view import normalise

Figure = Mapping[str, Any]
FIELDS = ("indicator", "role", "value", "unit", "approx")


def readings(gold: Figure) -> list[Figure]:
    """The gold figure as each annotator reads it."""
    return [gold, *({**gold, **other} for other in gold.get("also") or ())]


def near(a: float | None, b: float | None) -> bool:
    if a is None or b is None:
        return a is b
    return abs(a - b) <= 1e-4 * max(1.0, abs(a))


def folded(unit: str | None) -> str:
    return normalise(unit or "").text.replace("个工作日", "工作日").strip()


def agrees(gold: Figure, found: Figure, field: str) -> bool:
    """Whether one field of a found figure is as one reading of the gold has it."""
    if field == "value":
        return near(gold["value"], found["value"]) and near(gold.get("value_max"), found.get("value_max"))
    if field == "unit":
        return bool(gold["nil"]) or folded(gold["unit"]) == folded(found["unit"])
    return bool(gold[field] == found[field])


def right(gold: Figure, found: Figure) -> bool:
    return any(all(agrees(reading, found, field) for field in ("indicator", "role", "nil", "value", "unit")) for reading in readings(gold))


def pair(gold: Sequence[Figure], found: Sequence[Figure]) -> list[tuple[int, int]]:
    """Indices (gold, found) of figures that overlap, the greatest overlap first, each used once."""
    overlaps = sorted(
        ((min(g["end"], f["end"]) - max(g["start"], f["start"]), -abs(g["start"] - f["start"]), i, j)
         for i, g in enumerate(gold) for j, f in enumerate(found) if g["start"] < f["end"] and f["start"] < g["end"]), reverse=True)
    pairs: dict[int, int] = {}
    for *_, i, j in overlaps:
        if i not in pairs and j not in pairs.values():
            pairs[i] = j
    return list(pairs.items())


@dataclass(frozen=True, slots=True)
class Judged:
    """One found figure that counts: its gold figure if it has one, and whether each field and the whole agree."""

    found: Figure
    gold: Figure | None
    fields: Mapping[str, bool]
    exact: bool
    right: bool


def judge(gold: Sequence[Figure], found: Sequence[Figure]) -> tuple[list[Judged], list[Figure]]:
    """(found figures judged, gold figures missed) of one document, optional ones left out of both."""
    partner = {j: gold[i] for i, j in pair(gold, found)}
    judged = []
    for j, figure in enumerate(found):
        match = partner.get(j)
        if match is not None and match.get("optional"):
            continue
        fields = {field: any(agrees(r, figure, field) for r in readings(match)) for field in FIELDS} if match is not None else {}
        spans = {(g["start"], g["end"]) for g in gold if not g.get("optional")}
        judged.append(Judged(figure, match, fields, (figure["start"], figure["end"]) in spans, match is not None and right(match, figure)))
    matched = {id(figure) for figure in partner.values()}
    return judged, [g for g in gold if not g.get("optional") and id(g) not in matched]


def f1(hits: int, gold: int, found: int) -> float:
    return 2 * hits / (gold + found) if gold + found else 1.0


def score(documents: Sequence[tuple[Sequence[Figure], Sequence[Figure]]]) -> dict[str, Any]:
    """The figures of merit over (gold, found) of each document, the calibration of the confidences among them."""
    judged: list[Judged] = []
    total = 0
    for gold, found in documents:
        some, _ = judge(gold, found)
        judged += some
        total += sum(not g.get("optional") for g in gold)
    paired = [item for item in judged if item.gold is not None]
    report: dict[str, Any] = {
        "documents": len(documents), "gold": total, "predicted": len(judged),
        "span_f1": f1(sum(item.exact for item in judged), total, len(judged)),
        "indicator_f1": f1(sum(item.fields["indicator"] for item in paired), total, len(judged)),
        "figure_f1": f1(sum(item.right for item in judged), total, len(judged)),
    }
    for field in FIELDS[1:]:
        report[f"{field}_acc"] = sum(item.fields[field] for item in paired) / len(paired) if paired else 0.0
    return report | calibration(outcomes(documents))


def outcomes(documents: Sequence[tuple[Sequence[Figure], Sequence[Figure]]]) -> list[tuple[float, bool]]:
    """(confidence, right) of every found figure that counts."""
    return [(float(item.found["confidence"]), item.right) for gold, found in documents for item in judge(gold, found)[0]]


def calibration(scored: Sequence[tuple[float, bool]], bins: int = 15) -> dict[str, float | None]:
    """Expected calibration error over bins of equal mass, Brier score, area under the risk-coverage curve, precision and
    share kept at confidence 0.9, coverage at 99 % precision, of (confidence, right) pairs."""
    if not scored:
        return {}
    ordered, n = sorted(scored), len(scored)
    cuts = [round(k * n / bins) for k in range(bins + 1)]
    ece = sum(abs(sum(c for c, _ in part) - sum(ok for _, ok in part)) / n
              for part in (ordered[low:high] for low, high in zip(cuts, cuts[1:], strict=False)))
    risks, wrong, covered = [], 0, 0
    for rank, (_, ok) in enumerate(reversed(ordered), 1):
        wrong += not ok
        risks.append(wrong / rank)
        if wrong / rank <= 0.01:
            covered = rank
    sure = [ok for c, ok in scored if c >= 0.9]
    return {"ece": ece, "brier": sum((c - ok) ** 2 for c, ok in scored) / n, "aurc": sum(risks) / n,
            "precision_at_0.9": sum(sure) / len(sure) if sure else None, "kept_at_0.9": len(sure) / n,
            "coverage_at_99": covered / n}
