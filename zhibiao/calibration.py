"""Calibrated confidence: from the tagger's probabilities and what the parser found to the chance of being right.

Each part (span, indicator, role, value) and the whole figure have a logistic model over features of the figure, fitted on
texts that the tagger was not trained on. Scores of whole spans calibrate better than those of tokens (Jagannatha & Yu, ACL
2020), so the features are of figures.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from zhibiao.errors import ModelError
from zhibiao.figures import Figure, usual_unit
from zhibiao.view import normalise

NEAR = 2  # figures on each side that count as neighbours
PARTS = ("span", "indicator", "role", "value", "figure")


def logit(probability: float) -> float:
    """Log odds, bounded so that a probability of 1 stays a number."""
    bounded = min(max(probability, 1e-5), 1 - 1e-5)
    return math.log(bounded / (1 - bounded))


def features(figures: Sequence[Figure]) -> list[dict[str, float]]:
    """What the confidence of each figure of a text is judged by: the figure itself, and how surely those around it were read."""
    own = [features_alone(figure) for figure in figures]
    products = [values["product"] for values in own]
    document = sum(products) / max(1, len(products))
    for index, values in enumerate(own):
        near = products[max(0, index - NEAR):index] + products[index + 1:index + 1 + NEAR]
        values |= {"document": document, "neighbours": sum(near) / len(near) if near else document}
    return own


def features_alone(figure: Figure) -> dict[str, float]:
    unit = normalise(figure.unit).text
    weakest = min(figure.probabilities.values())
    return {
        "span": logit(figure.probabilities["span"]),
        "indicator": logit(figure.probabilities["indicator"]),
        "role": logit(figure.probabilities["role"]),
        "weakest": logit(weakest),
        "product": logit(math.prod(figure.probabilities.values())),
        "indicator_margin": figure.probabilities["indicator"] - figure.alternatives["indicator"],
        "role_margin": figure.probabilities["role"] - figure.alternatives["role"],
        "nil": float(figure.nil),
        "other": float(figure.indicator == "other"),
        "level": float(figure.role == "level"),
        "no_unit": float(not unit and not figure.nil),
        "usual_unit": float(usual_unit(figure, unit)),
        "length": math.log1p(len(figure.text)),
        "blanks": float(any(char.isspace() for char in figure.text)),
    }


@dataclass(frozen=True, slots=True)
class Logistic:
    """weights: by feature; the chance is the logistic function of their weighted sum and the bias."""

    bias: float
    weights: Mapping[str, float]

    def __call__(self, values: Mapping[str, float]) -> float:
        total = self.bias + sum(weight * values[name] for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


@dataclass(frozen=True, slots=True)
class Calibrator:
    """A logistic model for each part and for the whole figure."""

    models: Mapping[str, Logistic]

    @classmethod
    def load(cls, path: Path) -> "Calibrator":
        """Read `calibration.json`. Raises ModelError where a part is missing."""
        declared = json.loads(path.read_text(encoding="utf-8"))
        if missing := [part for part in PARTS if part not in declared["models"]]:
            raise ModelError(f"{path} has no calibration of {', '.join(missing)}; expected {', '.join(PARTS)}")
        return cls({part: Logistic(model["bias"], model["weights"]) for part, model in declared["models"].items()})

    def confidences(self, figures: Sequence[Figure]) -> list[dict[str, float]]:
        """For each figure of a text, in its order, the calibrated probability of each part and of the `figure` whole."""
        return [{part: round(model(values), 4) for part, model in self.models.items()} for values in features(figures)]
