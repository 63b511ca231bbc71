"""Plots of the confidence: reliability and risk against coverage."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402 - the backend comes first
from matplotlib.figure import Figure  # noqa: E402

Scored = Sequence[tuple[float, bool]]


def reliability(scored: Scored, path: Path, bins: int = 10) -> None:
    """The share of right figures against their confidence, in bins of equal mass."""
    ordered = sorted(scored)
    cuts = [round(k * len(ordered) / bins) for k in range(bins + 1)]
    parts = [ordered[low:high] for low, high in zip(cuts, cuts[1:], strict=False) if high > low]
    figure, axes = pyplot.subplots(figsize=(4, 4))
    axes.plot([0, 1], [0, 1], color="lightgrey")
    axes.plot([sum(c for c, _ in part) / len(part) for part in parts], [sum(ok for _, ok in part) / len(part) for part in parts], marker="o")
    axes.set(xlabel="confidence", ylabel="share right", xlim=(0, 1), ylim=(0, 1), title=f"{len(ordered)} figures, bins of equal mass")
    finish(figure, path)


def risk_coverage(scored: Scored, path: Path) -> None:
    """The share of wrong figures among the surest, against how many are kept."""
    wrong, risks = 0, []
    for rank, (_, ok) in enumerate(sorted(scored, reverse=True), 1):
        wrong += not ok
        risks.append(wrong / rank)
    figure, axes = pyplot.subplots(figsize=(4, 4))
    axes.plot([rank / len(risks) for rank in range(1, len(risks) + 1)], risks)
    axes.set(xlabel="coverage", ylabel="risk", xlim=(0, 1), ylim=(0, None), title="the surest first")
    finish(figure, path)


def finish(figure: Figure, path: Path) -> None:
    figure.tight_layout()
    # No date in the file: the same figures give the same bytes.
    figure.savefig(path, dpi=90, metadata={"Software": None})
    pyplot.close(figure)
