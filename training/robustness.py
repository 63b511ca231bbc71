"""The robustness suite: the evaluation texts written otherwise; their figures must not move.

    python -m training.robustness models/zhibiao

Each document is cut at its figures, every piece rewritten, and the gold counted anew, so that the same figures are asked
for in another dress. A figure's value, indicator and role stay; its unit follows the dress.
"""

import argparse
import random
import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import opencc

from training.augmentation import Segment, plain_paragraphs, segments
from training.evaluate import DEV, gold
from zhibiao import Extractor
from zhibiao.scoring import score

Document = dict[str, Any]
Perturbation = Callable[[Sequence[Document]], list[Document]]


@cache
def converter(name: str) -> opencc.OpenCC:
    return opencc.OpenCC(name)


def rewritten(document: Document, rewrite: Callable[[Segment], str]) -> Document:
    """The document with every segment rewritten, the offsets of its figures counted anew."""
    pieces, figures, at = [], [], 0
    for segment in segments(document):
        text = rewrite(segment)
        if segment.figure is not None:
            figures.append({**segment.figure, "start": at, "end": at + len(text), "text": text})
        pieces.append(text)
        at += len(text)
    return {**document, "text": "".join(pieces), "figures": figures}


def by_segment(rewrite: Callable[[Segment], str]) -> Perturbation:
    return lambda documents: [rewritten(document, rewrite) for document in documents]


def in_script(name: str) -> Perturbation:
    """Converted by OpenCC, units of the gold too."""
    def convert(documents: Sequence[Document]) -> list[Document]:
        result = []
        for document in documents:
            converted = rewritten(document, lambda segment: converter(name).convert(segment.text))
            for figure in converted["figures"]:
                figure["unit"] = converter(name).convert(figure["unit"])
            result.append(converted)
        return result

    return convert


def full_width_digits(segment: Segment) -> str:
    return re.sub(r"\d", lambda match: chr(ord(match[0]) + 0xFEE0) if match[0].isascii() else match[0], segment.text)


def ascii_punctuation(segment: Segment) -> str:
    return segment.text.translate(str.maketrans("，：；（）？！％", ",:;()?!%"))


def full_width_punctuation(segment: Segment) -> str:
    text = re.sub(r"(?<!\d),|,(?!\d)", "，", segment.text)
    return text.translate(str.maketrans(":;()?!%", "：；（）？！％"))


def blanks_in_numbers(rng: random.Random, blank: str, share: float) -> Callable[[Segment], str]:
    """A blank between two digits of a number, or its number and unit, in a share of the figures."""
    def insert(segment: Segment) -> str:
        if segment.figure is None or segment.figure["nil"] or rng.random() > share:
            return segment.text
        places = [match.start() for match in re.finditer(r"(?<=\d)(?=[\d一-鿿])", segment.text)]
        if not places:
            return segment.text
        place = rng.choice(places)
        return segment.text[:place] + blank + segment.text[place:]

    return insert


def among_others(documents: Sequence[Document]) -> list[Document]:
    """Each paragraph between paragraphs without figures of interest, from the other documents, in another order."""
    rng = random.Random(5)
    fillers = [line for document in documents for line in plain_paragraphs(document)]

    def widen(segment: Segment) -> str:
        if segment.figure is not None:
            return segment.text
        return re.sub(r"\n", lambda _: "\n" + rng.choice(fillers) + "\n" if rng.random() < 0.5 else "\n", segment.text)

    return [rewritten(document, widen) for document in documents]


SUITE: dict[str, Perturbation] = {
    "as it stands": list,
    "traditional (s2t)": in_script("s2t"),
    "Taiwan's words (s2twp)": in_script("s2twp"),
    "full-width digits": by_segment(full_width_digits),
    "ASCII punctuation": by_segment(ascii_punctuation),
    "full-width punctuation": by_segment(full_width_punctuation),
    "blanks in numbers": by_segment(blanks_in_numbers(random.Random(1), " ", 0.5)),
    "line breaks in numbers": by_segment(blanks_in_numbers(random.Random(2), "\n", 0.2)),
    "among other paragraphs": among_others,
}


def suite(extractor: Extractor, documents: Sequence[Document]) -> dict[str, dict[str, Any]]:
    """The scores under every perturbation."""
    results = {}
    for name, perturb in SUITE.items():
        pairs = [(document["figures"], extractor(document["text"]).response()["figures"]) for document in perturb(documents)]
        results[name] = score(pairs)
    return results


def table(results: dict[str, dict[str, Any]]) -> str:
    clean = results["as it stands"]["figure_f1"]
    rows = ["| texts | span_f1 | figure_f1 | difference |", "|---|---|---|---|"]
    rows += [f"| {name} | {scores['span_f1']:.4f} | {scores['figure_f1']:.4f} | {scores['figure_f1'] - clean:+.4f} |"
             for name, scores in results.items()]
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=Path("models/zhibiao"))
    parser.add_argument("--gold", type=Path, default=DEV)
    options = parser.parse_args()
    print(table(suite(Extractor.load(options.folder), gold(options.gold))))


if __name__ == "__main__":
    main()
