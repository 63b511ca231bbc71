"""Calibrated confidence: from the tagger's probabilities and what the parser found to the chance of being right.

Each part (span, indicator, role, value) and the whole figure have a logistic model over features of the figure, fitted on
texts that the tagger was not trained on. Scores of whole spans calibrate better than those of tokens (Jagannatha & Yu, ACL
2020), so the features are of figures.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from zhibiao.errors import ModelError
from zhibiao.figures import Figure, usual_unit
from zhibiao.view import normalise

PARTS = ("span", "indicator", "role", "value", "figure")


def logit(probability: float) -> float:
    """Log odds, bounded so that a probability of 1 stays a number."""
    bounded = min(max(probability, 1e-5), 1 - 1e-5)
    return math.log(bounded / (1 - bounded))


def features(figure: Figure) -> dict[str, float]:
    """What a figure's confidence is judged by."""
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

    def confidences(self, figure: Figure) -> dict[str, float]:
        """The calibrated probability of each part and of the `figure` whole."""
        values = features(figure)
        return {part: round(model(values), 4) for part, model in self.models.items()}
