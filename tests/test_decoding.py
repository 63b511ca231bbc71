"""Decoding: the lattice's best path and posteriors against brute force."""

import itertools

import numpy as np
import pytest
from tokenizers import Tokenizer, models

from zhibiao import labels
from zhibiao.decoding import lattice, log_softmax, runs, spans
from zhibiao.encoding import Encoded, encode
from zhibiao.tagger import Tagged
from zhibiao.windows import Window


def allowed(path: tuple[int, ...]) -> bool:
    return path[0] not in (labels.INSIDE, labels.NIL_INSIDE) and all(labels.ALLOWED[a][b] for a, b in itertools.pairwise(path))


@pytest.mark.parametrize("seed", range(5))
def test_against_enumeration(seed: int) -> None:
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(5, 5)) * 2
    scores = log_softmax(logits)
    paths = {path: sum(scores[i, label] for i, label in enumerate(path)) for path in itertools.product(range(5), repeat=5) if allowed(path)}
    # Beside a longer window, whose length must not matter.
    read = lattice([rng.normal(size=(9, 5)), logits], [np.zeros(9, dtype=bool), np.zeros(5, dtype=bool)])
    assert tuple(read.paths[1, :5]) == max(paths, key=paths.__getitem__)
    total = sum(np.exp(score) for score in paths.values())
    for first, last in runs(read.paths[1].tolist()):
        begin = read.paths[1, first]
        wanted = (begin, *[begin + 1] * (last - first))
        holding = sum(np.exp(score) for path, score in paths.items()
                      if path[first:last + 1] == wanted and (last == 4 or path[last + 1] != begin + 1))
        assert read.span_probability(1, first, last) == pytest.approx(holding / total, rel=1e-6)


def tagged(borders: list[int], core: tuple[int, int]) -> Tagged:
    """A window of one-character tokens with certain borders."""
    length = len(borders)
    border = np.full((length + 2, len(labels.BORDERS)), -5.0, dtype=np.float32)
    for token, label in enumerate(borders, 1):
        border[token, label] = 5
    places = np.concatenate([[-1], np.arange(length), [-1]])
    encoded = Encoded(Window((), 0, length, *core), np.zeros(length + 2, dtype=np.int64), places, np.where(places < 0, -1, places + 1),
                      np.zeros(length + 2, dtype=bool))
    return Tagged(encoded, border, np.zeros((length + 2, len(labels.indicators())), dtype=np.float32),
                  np.zeros((length + 2, len(labels.roles())), dtype=np.float32), np.zeros((length + 2, 8), dtype=np.float32))


ROWS = [
    ([0, 1, 2, 0, 1], (0, 5), [(1, 3, False), (4, 5, False)]), ([1, 1, 2], (0, 3), [(0, 1, False), (1, 3, False)]),
    ([0, 3, 4, 4], (0, 4), [(1, 4, True)]), ([1, 2, 0, 1, 2], (2, 4), [(3, 5, False)]), ([0, 0], (0, 2), []),
]


@pytest.mark.parametrize(("borders", "core", "expected"), ROWS)
def test_spans_begin_in_the_core(borders: list[int], core: tuple[int, int], expected: list[tuple[int, int, bool]]) -> None:
    found = list(spans([tagged(borders, core)]))
    assert [(span.start, span.end, span.nil) for span in found] == expected
    assert all(span.probability > 0.9 for span in found)


def test_nothing_begins_or_ends_within_a_number() -> None:
    text = "第1季度发布12,345条,占98.5%至三十五件"
    tokenizer = Tokenizer(models.Unigram([(char, 0.0) for char in ["<s>", "<pad>", "</s>", "<unk>", *dict.fromkeys(text)]], unk_id=3))
    encoded, = encode(tokenizer, text, [Window((), 0, len(text), 0, len(text))])
    rng = np.random.default_rng(0)
    for _ in range(50):
        path = lattice([rng.normal(size=(len(text), 5)) * 3], [encoded.glued[1:-1]]).paths[0].tolist()
        for number in ("12,345", "98.5%", "三十五"):
            at = text.index(number)
            kinds = {label in (labels.OUTSIDE,) for label in path[at:at + len(number)]}
            assert len(kinds) == 1, number
            assert labels.BEGIN not in path[at + 1:at + len(number)]
