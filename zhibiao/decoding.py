"""Decoding: from the logits of tokens to spans with probabilities.

The borders of a window are read by Viterbi under two rules: an inside follows its own beginning, and nothing begins or
ends in the middle of a number. A span's probability is its exact posterior under these rules (forward-backward), not the
product of its tokens' best labels.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zhibiao import labels
from zhibiao.tagger import Tagged

Array = npt.NDArray[np.float64]
FORBIDDEN = -1e9


@dataclass(frozen=True, slots=True)
class Span:
    """A figure found in the view: [start, end), a nil statement or a number.

    probability: of the span and its kind; indicators: *Shape:* (indicators,), roles: *Shape:* (roles,), probabilities in the
    order of the labels; object: the interval of the measured thing's words, None where none stands near.
    """

    start: int
    end: int
    nil: bool
    probability: float
    indicators: Array
    roles: Array
    object: tuple[int, int] | None


def log_softmax(logits: npt.NDArray[np.floating]) -> Array:
    shifted = logits.astype(np.float64) - logits.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def log_sum(values: Array, axis: int) -> Array:
    top = values.max(axis=axis, keepdims=True)
    return np.asarray(np.squeeze(top, axis) + np.log(np.exp(values - top).sum(axis=axis)))


def lattice(scores: Array, glued: npt.NDArray[np.bool_]) -> tuple[list[int], Array, Array]:
    """(best path, forward, backward) of *Shape:* (tokens, borders) log scores under the allowed transitions.

    glued: *Shape:* (tokens,), where the transition into a token runs through the middle of a number.
    """
    tokens, classes = scores.shape
    between = np.where(np.array([labels.ALLOWED, labels.GLUED]), 0.0, FORBIDDEN)[glued.astype(np.int64)]
    start = np.where([label in (labels.INSIDE, labels.NIL_INSIDE) for label in range(classes)], FORBIDDEN, 0.0)
    best, back = scores[0] + start, np.zeros((tokens, classes), dtype=np.int64)
    forward, backward = np.empty_like(scores), np.zeros_like(scores)
    forward[0] = best
    for token in range(1, tokens):
        arriving = best[:, None] + between[token]
        back[token] = arriving.argmax(axis=0)
        best = arriving.max(axis=0) + scores[token]
        forward[token] = log_sum(forward[token - 1][:, None] + between[token], 0) + scores[token]
    for token in range(tokens - 2, -1, -1):
        backward[token] = log_sum(between[token + 1] + (scores[token + 1] + backward[token + 1])[None, :], 1)
    path = [int(best.argmax())]
    for token in range(tokens - 1, 0, -1):
        path.append(int(back[token, path[-1]]))
    return path[::-1], forward, backward


def span_probability(scores: Array, forward: Array, backward: Array, first: int, last: int, begin: int) -> float:
    """The posterior that exactly the tokens first..last are one span of the kind that `begin` opens."""
    inside = begin + 1
    log_probability = forward[first, begin] + scores[first + 1:last + 1, inside].sum()
    if last + 1 < len(scores):
        following = scores[last + 1] + backward[last + 1]
        log_probability += float(log_sum(np.delete(following, [labels.INSIDE, labels.NIL_INSIDE]), 0))
    total = float(log_sum(forward[-1], 0))
    return float(min(1.0, np.exp(log_probability - total)))


def spans(tagged: Tagged) -> Iterator[Span]:
    """The spans that begin in the core of a window, in order."""
    encoded, window = tagged.encoded, tagged.encoded.window
    body = np.flatnonzero(encoded.starts >= 0)
    if not len(body):
        return
    low, high = int(body[0]), int(body[-1]) + 1
    scores = log_softmax(tagged.border[low:high])
    path, forward, backward = lattice(scores, encoded.glued[low:high])
    token = 0
    while token < len(path):
        begin = path[token]
        last = token
        if begin in (labels.BEGIN, labels.NIL_BEGIN):
            while last + 1 < len(path) and path[last + 1] == begin + 1:
                last += 1
            start, end = int(encoded.starts[low + token]), int(encoded.ends[low + last])
            if window.core_start <= start < window.core_end:
                rows = slice(low + token, low + last + 1)
                yield Span(
                    start, end, begin == labels.NIL_BEGIN, span_probability(scores, forward, backward, token, last, begin),
                    np.exp(log_softmax(tagged.indicator[rows].mean(axis=0))), np.exp(log_softmax(tagged.role[rows].mean(axis=0))),
                    pointed(tagged, rows))
        token = last + 1


def pointed(tagged: Tagged, rows: slice) -> tuple[int, int] | None:
    """The interval that a figure's tokens point to: the best end at or behind the best start; the first token is none."""
    width = tagged.pointer.shape[1] // 4
    queries = tagged.pointer[rows, :2 * width].mean(axis=0)
    starts = tagged.pointer[:, 2 * width:3 * width] @ queries[:width]
    ends = tagged.pointer[:, 3 * width:] @ queries[width:]
    first = int(starts.argmax())
    if first == 0:
        return None
    last = first + int(ends[first:first + 24].argmax())
    interval = int(tagged.encoded.starts[first]), int(tagged.encoded.ends[last])
    # Words of a heading in front of the window have no place in its body.
    return None if min(interval) < 0 else interval
