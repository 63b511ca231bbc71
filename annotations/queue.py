"""Which texts to annotate next: those the model is least sure of, and among them no two alike.

Greedy, as in maximal marginal relevance (Carbonell & Goldstein, SIGIR 1998): the next text is the one with the greatest
gain, which is its uncertainty times its distance to the nearest text already chosen or already in the project. The gain
only falls along the way, so a task score of one minus the gain makes Label Studio's uncertainty sampling, which serves
ascending scores, follow the same order.
"""

import re
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zhibiao.view import normalise

Matrix = NDArray[np.float32]
WIDTH = 3
BUCKETS = 4096


@dataclass(frozen=True, slots=True)
class Chosen:
    """index: into the texts chosen from; score: what the task is given, lowest served first."""

    index: int
    score: float


def vectors(texts: Sequence[str]) -> Matrix:
    """Hashed counts of character trigrams, numbers folded, so that two years of one template are alike.

    *Shape:* (texts, 4096), rows of length 1, or 0 for a text shorter than a trigram.
    """
    matrix = np.zeros((len(texts), BUCKETS), np.float32)
    for row, text in zip(matrix, texts, strict=True):
        folded = re.sub(r"[\d,.%]+", "0", re.sub(r"\s+", "", normalise(text).text))
        for gram, count in Counter(folded[i:i + WIDTH] for i in range(len(folded) - WIDTH + 1)).items():
            row[zlib.crc32(gram.encode()) % BUCKETS] += np.log1p(count)
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.asarray(np.divide(matrix, lengths, out=matrix, where=lengths > 0))


def choose(scores: Sequence[float], texts: Sequence[str], known: Sequence[str] = (), most: int | None = None) -> list[Chosen]:
    """The texts in the order in which to annotate them, at most `most`.

    scores: of the predictions, 0 to 1, low where there is much to learn; known: the texts already in the project.
    """
    matrix = vectors(texts)
    uncertainty = 1 - np.asarray(scores, np.float32)
    nearest = np.zeros(len(texts), np.float32)
    if known:
        nearest = np.maximum(nearest, (matrix @ vectors(known).T).max(axis=1))
    left = np.ones(len(texts), bool)
    chosen = []
    for _ in range(min(len(texts), len(texts) if most is None else most)):
        gain = np.where(left, uncertainty * (1 - np.clip(nearest, 0, 1)), -1)
        index = int(gain.argmax())
        chosen.append(Chosen(index, round(1 - float(gain[index]), 4)))
        left[index] = False
        nearest = np.maximum(nearest, matrix @ matrix[index])
    return chosen
