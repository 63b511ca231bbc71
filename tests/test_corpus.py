"""The corpus: every document reads, no two are the same, none is of the evaluation split."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from annotations.export import CORPUS
from annotations.inline import read
from zhibiao import catalogue

EVALUATION = Path("annotations/evaluation/dev.jsonl")


@pytest.fixture(scope="module")
def corpus() -> list[dict[str, Any]]:
    return [document for path in sorted(CORPUS.glob("*.txt")) for document in read(path)]


def shingles(text: str, width: int = 24) -> set[str]:
    letters = "".join(char for char in text if "一" <= char <= "鿿" or char.isdigit())
    return {letters[i:i + width] for i in range(len(letters) - width)}


def test_ids_are_unique(corpus: list[dict[str, Any]]) -> None:
    assert [name for name, count in Counter(document["id"] for document in corpus).items() if count > 1] == []


def test_size(corpus: list[dict[str, Any]]) -> None:
    assert len(corpus) >= 1000
    assert sum(len(document["figures"]) for document in corpus) >= 22_000
    assert len({document["topic"] for document in corpus}) >= 25


@pytest.mark.parametrize(("field", "least"), [("indicator", 100), ("role", 250)])
def test_every_label_occurs_often_enough(corpus: list[dict[str, Any]], field: str, least: int) -> None:
    found = Counter(figure[field] for document in corpus for figure in document["figures"])
    known = catalogue().indicators if field == "indicator" else catalogue().roles
    assert {label: found[label] for label in known if found[label] < least} == {}


def test_objects_are_annotated_on_enough_figures(corpus: list[dict[str, Any]]) -> None:
    assert sum(bool(figure["object"]) for document in corpus for figure in document["figures"]) >= 1500


def test_figures_stand_where_they_say_and_never_overlap(corpus: list[dict[str, Any]]) -> None:
    for document in corpus:
        last = 0
        for figure in document["figures"]:
            assert document["text"][figure["start"]:figure["end"]] == figure["text"]
            assert last <= figure["start"]
            last = figure["end"]


def test_nothing_of_the_evaluation_split_is_trained_on(corpus: list[dict[str, Any]]) -> None:
    evaluated = set().union(*(shingles(json.loads(line)["text"]) for line in EVALUATION.read_text(encoding="utf-8").splitlines()))
    # Titles of laws, fixed headings and the labels of the statutory forms may recur; passages with their numbers may not.
    for document in corpus:
        shared = shingles(document["text"]) & evaluated
        assert len(shared) <= 0.15 * len(shingles(document["text"])), (document["id"], sorted(shared)[:3])
