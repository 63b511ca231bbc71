"""Fit the calibrator: one logistic regression for each part and for the whole figure, over features of the figure."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from zhibiao.calibration import PARTS, Calibrator, Logistic, features
from zhibiao.figures import Figure
from zhibiao.response import figure_json
from zhibiao.scoring import judge

Gold = Sequence[dict[str, Any]]
BESIDE = 0.1
NEUTRAL = dict.fromkeys(PARTS, 0.5)


def examples(documents: Sequence[tuple[Gold, Sequence[Figure]]]) -> tuple[list[dict[str, float]], dict[str, list[bool]]]:
    """(features, truth of each part) of every found figure that counts."""
    rows: list[dict[str, float]] = []
    truth: dict[str, list[bool]] = {part: [] for part in PARTS}
    for gold, found in documents:
        by_place = {(figure.start, figure.end): values for figure, values in zip(found, features(found), strict=True)}
        judged, _ = judge(gold, [figure_json(figure, NEUTRAL) for figure in found])
        for item in judged:
            rows.append(by_place[item.found["start"], item.found["end"]])
            truth["span"].append(item.exact)
            for part in ("indicator", "role"):
                truth[part].append(item.fields.get(part, False))
            truth["value"].append(item.fields.get("value", False) and item.fields.get("unit", False))
            truth["figure"].append(item.right)
    return rows, truth


def fit(documents: Sequence[tuple[Gold, Sequence[Figure]]], beside: Sequence[tuple[Gold, Sequence[Figure]]] = (),
        strength: float = 0.1) -> Calibrator:
    """The calibrator of (gold, found) documents.

    beside: documents of which each figure counts BESIDE, since they were annotated once and not twice; strength: of the
    regression's inverse penalty.
    """
    (rows, truth), (more, further) = examples(documents), examples(beside)
    importance = np.repeat([1.0, BESIDE], [len(rows), len(more)])
    rows += more
    names = list(rows[0])
    matrix = np.array([[row[name] for name in names] for row in rows])
    scaler = StandardScaler().fit(matrix)
    models = {}
    for part in PARTS:
        outcome = np.array(truth[part] + further[part])
        if outcome.all() or not outcome.any():
            # Nothing went wrong: the best that can be said of n cases is n+1 in n+2.
            rate = (outcome.sum() + 1) / (len(outcome) + 2)
            models[part] = Logistic(float(np.log(rate / (1 - rate))), dict.fromkeys(names, 0.0))
            continue
        regression = LogisticRegression(C=strength, max_iter=2000).fit(scaler.transform(matrix), outcome, sample_weight=importance)
        weights = regression.coef_[0] / scaler.scale_
        bias = float(regression.intercept_[0] - (weights * scaler.mean_).sum())
        models[part] = Logistic(round(bias, 5), {name: round(float(weight), 5) for name, weight in zip(names, weights, strict=True)})
    return Calibrator(models)


def save(calibrator: Calibrator, path: Path) -> None:
    models = {part: {"bias": model.bias, "weights": dict(model.weights)} for part, model in calibrator.models.items()}
    path.write_text(json.dumps({"models": models}, indent=1) + "\n", encoding="utf-8")
