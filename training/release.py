"""Make a model folder of a fine-tuned tagger: export, calibrate, evaluate, card, checksums.

    python -m training.release build/corpus.jsonl build/base build/tagger models/zhibiao --version 1.0.0

The calibrator is fitted on corpus documents kept from training and on the evaluation split. What is reported of the
confidence is cross-fitted: each evaluation document is judged by a calibrator that saw neither it nor its fold.
"""

import argparse
import json
import logging
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from training import baseline, calibrate, card, export, plots
from training.data import held_out, load
from training.evaluate import gold, scored
from training.finetune import trained
from zhibiao import Extraction, Extractor
from zhibiao.calibration import PARTS, Calibrator
from zhibiao.figures import Figure
from zhibiao.response import figure_json
from zhibiao.scoring import calibration, judge, outcomes, score
from zhibiao.windows import Shape

log = logging.getLogger(__name__)
FOLDS = 8
Read = Sequence[tuple[dict[str, Any], Extraction]]
Gold = Sequence[dict[str, Any]]


def read(documents: Sequence[dict[str, Any]], extractor: Extractor) -> Read:
    """Each document with what was read in it."""
    return [(document, extractor(document["text"])) for document in documents]


def fitted(documents: Read, beside: Read = ()) -> Calibrator:
    """The calibrator of prose figures; a table's cells have a confidence of their own. beside: documents that count for less."""
    twice, once = ([(document["figures"], prose(found)) for document, found in some] for some in (documents, beside))
    return calibrate.fit(twice, once)


def prose(found: Extraction) -> list[Figure]:
    return [figure for figure in found.figures if figure.source == "prose"]


def judged_by(calibrator: Calibrator, found: Extraction) -> list[dict[str, Any]]:
    """The JSON figures of an extraction under another calibrator."""
    anew = iter(calibrator.confidences(prose(found)))
    return [figure_json(figure, next(anew) if figure.source == "prose" else confidences)
            for figure, confidences in zip(found.figures, found.confidences, strict=True)]


def cross_fitted(evaluation: Read, beside: Read) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """The evaluation documents with JSON figures whose confidences come from calibrators that saw other folds only."""
    order = list(range(len(evaluation)))
    random.Random(0).shuffle(order)
    result: dict[int, list[dict[str, Any]]] = {}
    for fold in range(FOLDS):
        inside = set(order[fold::FOLDS])
        calibrator = fitted([item for i, item in enumerate(evaluation) if i not in inside], beside)
        for i in inside:
            result[i] = judged_by(calibrator, evaluation[i][1])
    return [(document, result[i]) for i, (document, _) in enumerate(evaluation)]


def by(documents: list[tuple[dict[str, Any], list[dict[str, Any]]]], field: str) -> dict[str, dict[str, Any]]:
    """The scores for each value of a document's field."""
    return {value: score([(d["figures"], found) for d, found in documents if d[field] == value])
            for value in sorted({d[field] for d, _ in documents})}


def by_group(documents: list[tuple[dict[str, Any], list[dict[str, Any]]]]) -> dict[str, dict[str, Any]]:
    """The calibration for the figures of each indicator group, with their number."""
    groups = sorted({figure["group"] for _, found in documents for figure in found})
    result = {}
    for group in groups:
        scored = outcomes([(d["figures"], [figure for figure in found if figure["group"] == group]) for d, found in documents])
        result[group] = {"predicted": len(scored), "right": sum(ok for _, ok in scored) / max(1, len(scored)), **calibration(scored)}
    return result


def object_match(documents: Read) -> dict[str, Any]:
    """How often the words of the measured thing are exactly those annotated, over the figures found whole in documents that
    have them annotated."""
    total = exact = 0
    for document, found in documents:
        if not document["objects"]:
            continue
        for item in judge(document["figures"], found.response()["figures"])[0]:
            if item.exact and item.gold is not None and not item.gold["nil"]:
                total += 1
                spot = item.gold["object"]
                exact += item.found["object"] == (spot["text"] if spot else None)
    return {"figures": total, "exact": exact / total if total else None}


def ece_interval(pairs: Sequence[tuple[Gold, Gold]], draws: int = 500) -> tuple[float, float]:
    """The 95 % interval of the calibration error, by drawing documents anew."""
    rng = random.Random(0)
    each = [outcomes([pair]) for pair in pairs]
    errors = sorted(calibration([item for document in rng.choices(each, k=len(each)) for item in document])["ece"] or 0.0 for _ in range(draws))
    return errors[round(0.025 * draws)], errors[round(0.975 * draws) - 1]


def release(corpus: Path, base: Path, tagger_folder: Path, folder: Path, name: str, version: str) -> dict[str, Any]:
    """Write the model folder; return its metrics."""
    shape = Shape()
    export.write(trained(base, tagger_folder), base / "tokenizer.json", folder, name, version, shape, fp32=tagger_folder / "fp32.onnx")
    neutral = {part: {"bias": 0.0, "weights": {}} for part in PARTS}
    (folder / "calibration.json").write_text(json.dumps({"models": neutral}))
    for placeholder in ("metrics.json", "README.md"):
        (folder / placeholder).write_text("{}\n")
    export.seal(folder)
    extractor = Extractor.load(folder)

    recipe = json.loads((tagger_folder / "recipe.json").read_text())
    everything = load(corpus).to_list()
    kept = [document for document in everything if held_out(document["id"], recipe["share"])]
    evaluation_documents = gold()
    evaluation, holdout = read(evaluation_documents, extractor), read(kept, extractor)
    calibrate.save(fitted(evaluation, holdout), folder / "calibration.json")
    from_evaluation = fitted(evaluation)
    judged = cross_fitted(evaluation, holdout)
    pairs = [(d["figures"], found) for d, found in judged]
    plots.reliability(outcomes(pairs), folder / "reliability.png")
    plots.risk_coverage(outcomes(pairs), folder / "risk-coverage.png")
    metrics = {
        "evaluation": score(pairs), "ece_interval": ece_interval(pairs), "by_group": by_group(judged),
        "by_kind": by(judged, "kind"), "by_script": by(judged, "script"),
        "held_out": score([(d["figures"], judged_by(from_evaluation, found)) for d, found in holdout]),
        "object": object_match(holdout), "baseline": scored(evaluation_documents, baseline.extract),
        "corpus": {"documents": len(everything), "figures": sum(len(d["figures"]) for d in everything), "held_out_documents": len(kept)},
        "legs": json.loads((tagger_folder / "legs.json").read_text()),
    }
    (folder / "metrics.json").write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(card.render(extractor.tagger.config, metrics, FOLDS), encoding="utf-8")
    export.seal(folder)
    return metrics


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for argument in ("corpus", "base", "tagger", "folder"):
        parser.add_argument(argument, type=Path)
    parser.add_argument("--name", default="zhibiao")
    parser.add_argument("--version", required=True)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    metrics = release(options.corpus, options.base, options.tagger, options.folder, options.name, options.version)
    print(json.dumps(metrics["evaluation"], indent=1))


if __name__ == "__main__":
    main()
