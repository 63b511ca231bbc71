"""Whether a model is worse than another: figure_f1 on the evaluation split, by a paired bootstrap over its documents.

    python -m training.compare models/local/0.1.1 models/zhibiao
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from training.evaluate import DEV, gold
from zhibiao import Extractor
from zhibiao.scoring import judge

Document = dict[str, Any]
MARGIN = 0.01
DRAWS = 10_000


@dataclass(frozen=True, slots=True)
class Comparison:
    """figure_f1 of a candidate and of the model in use on the same documents, and the 95 % interval of the difference."""

    candidate: float
    current: float
    low: float
    high: float
    documents: int

    @property
    def difference(self) -> float:
        """Above zero where the candidate is better."""
        return self.candidate - self.current

    @property
    def worse(self) -> bool:
        """Whether the candidate is worse: surely so, or by more than MARGIN, so that small losses cannot add up unseen."""
        return self.high < 0 or self.difference < -MARGIN

    def __str__(self) -> str:
        return (f"figure_f1 {self.candidate:.4f} against {self.current:.4f}: {self.difference:+.4f}, 95 % interval "
                f"{self.low:+.4f} to {self.high:+.4f} over {self.documents} documents; {'worse' if self.worse else 'not worse'}")


def tallies(documents: Sequence[Document], extract: Callable[[str], list[dict[str, Any]]]) -> npt.NDArray[np.int64]:
    """What figure_f1 is made of in each document, *Shape:* (documents, 2): figures found right, and gold plus found figures."""
    rows = []
    for document in documents:
        judged, _ = judge(document["figures"], extract(document["text"]))
        wanted = sum(not figure.get("optional") for figure in document["figures"])
        rows.append((sum(item.right for item in judged), wanted + len(judged)))
    return np.array(rows, dtype=np.int64).reshape(-1, 2)


def figure_f1(sums: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """*Shape:* (…, 2) → (…); one where there was nothing to find and nothing was found."""
    right, marks = sums[..., 0], sums[..., 1]
    return np.where(marks > 0, 2 * right / np.maximum(marks, 1), 1.0)


def compared(candidate: npt.NDArray[np.int64], current: npt.NDArray[np.int64], draws: int = DRAWS) -> Comparison:
    """The comparison by two models' tallies over the same documents. Each draw takes documents with replacement, the same for both.

    Raises ValueError where they are not of the same documents.
    """
    if candidate.shape != current.shape or not len(candidate):
        raise ValueError(f"{len(candidate)} documents against {len(current)}; expected the same ones, at least one")
    chosen = np.random.default_rng(0).integers(len(candidate), size=(draws, len(candidate)))
    differences = figure_f1(candidate[chosen].sum(axis=1)) - figure_f1(current[chosen].sum(axis=1))
    low, high = np.quantile(differences, (0.025, 0.975))
    return Comparison(float(figure_f1(candidate.sum(axis=0))), float(figure_f1(current.sum(axis=0))), float(low), float(high), len(candidate))


def compare(candidate: Path, current: Path, documents: Sequence[Document]) -> Comparison:
    """Two model folders on the same documents."""
    def read_by(folder: Path) -> npt.NDArray[np.int64]:
        extractor = Extractor.load(folder)
        return tallies(documents, lambda text: extractor(text).response()["figures"])

    return compared(read_by(candidate), read_by(current))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("candidate", type=Path)
    parser.add_argument("current", type=Path)
    parser.add_argument("--gold", type=Path, default=DEV)
    options = parser.parse_args()
    print(compare(options.candidate, options.current, gold(options.gold)))


if __name__ == "__main__":
    main()
