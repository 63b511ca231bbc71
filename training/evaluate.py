"""Score a model folder on the evaluation split, with the trivial baseline beside it.

    python -m training.evaluate models/zhibiao
"""

import argparse
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from training import baseline
from zhibiao import Extractor
from zhibiao.scoring import score

DEV = Path("annotations/evaluation/dev.jsonl")
MEASURES = ("span_f1", "indicator_f1", "figure_f1", "role_acc", "value_acc", "unit_acc", "approx_acc", "ece", "brier", "aurc",
            "precision_at_0.9", "kept_at_0.9", "coverage_at_99")


def gold(path: Path = DEV) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def scored(documents: Iterable[dict[str, Any]], extract: Callable[[str], list[dict[str, Any]]]) -> dict[str, Any]:
    return score([(document["figures"], extract(document["text"])) for document in documents])


def table(columns: dict[str, dict[str, Any]]) -> str:
    """Measures down, systems across, as Markdown."""
    rows = ["| measure | " + " | ".join(columns) + " |", "|---|" + "---|" * len(columns)]
    for measure in MEASURES:
        cells = [f"{column[measure]:.4f}" if column.get(measure) is not None else "–" for column in columns.values()]
        rows.append(f"| {measure} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=Path("models/zhibiao"))
    parser.add_argument("--gold", type=Path, default=DEV)
    options = parser.parse_args()
    documents = gold(options.gold)
    extractor = Extractor.load(options.folder)
    print(f"{len(documents)} documents, {sum(len(d['figures']) for d in documents)} figures in {options.gold}\n")
    print(table({"baseline": scored(documents, baseline.extract),
                 str(options.folder): scored(documents, lambda text: extractor(text).response()["figures"])}))


if __name__ == "__main__":
    main()
