"""Decoding: from the logits of tokens to spans with probabilities.

The borders of a window are read by Viterbi under two rules: an inside follows its own beginning, and nothing begins or
ends in the middle of a number. A span's probability is its exact posterior under these rules (forward-backward), not the
product of its tokens' best labels.
"""

from collections.abc import Iterator, Sequence
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


@dataclass(frozen=True, slots=True)
class Lattice:
    """The labellings of some windows' tokens, read together.

    scores: log probabilities, *Shape:* (windows, tokens, borders), windows that are shorter filled up with tokens surely
    outside; paths: the best labels, *Shape:* (windows, tokens); forward, backward: log sums over the ways to a label and on from
    it, *Shape:* (windows, tokens, borders).
    """

    scores: Array
    paths: npt.NDArray[np.int64]
    forward: Array
    backward: Array

    def span_probability(self, window: int, first: int, last: int) -> float:
        """The posterior that exactly the tokens first..last are one span of the kind that its first label opens."""
        scores, forward, begin = self.scores[window], self.forward[window], self.paths[window, first]
        log_probability = forward[first, begin] + scores[first + 1:last + 1, begin + 1].sum()
        if last + 1 < len(scores):
            following = scores[last + 1] + self.backward[window, last + 1]
            log_probability += float(log_sum(np.delete(following, [labels.INSIDE, labels.NIL_INSIDE]), 0))
        return float(min(1.0, np.exp(log_probability - float(log_sum(forward[-1], 0)))))


def lattice(logits: Sequence[npt.NDArray[np.floating]], glued: Sequence[npt.NDArray[np.bool_]]) -> Lattice:
    """The lattice of windows with logits of *Shape:* (tokens, borders) each.

    glued: *Shape:* (tokens,) each, where the transition into a token runs through the middle of a number.
    """
    windows, tokens, classes = len(logits), max(map(len, logits)), len(labels.BORDERS)
    scores = np.full((windows, tokens, classes), FORBIDDEN)
    scores[:, :, labels.OUTSIDE] = 0.0
    joints = np.zeros((windows, tokens), dtype=np.int64)
    for window, (some, joint) in enumerate(zip(logits, glued, strict=True)):
        scores[window, :len(some)], joints[window, :len(some)] = log_softmax(some), joint
    between = np.where(np.array([labels.ALLOWED, labels.GLUED]), 0.0, FORBIDDEN)[joints]
    inside = [label in (labels.INSIDE, labels.NIL_INSIDE) for label in range(classes)]
    best, back = scores[:, 0] + np.where(inside, FORBIDDEN, 0.0), np.zeros((windows, tokens, classes), dtype=np.int64)
    forward, backward = np.empty_like(scores), np.zeros_like(scores)
    forward[:, 0] = best
    for token in range(1, tokens):
        arriving = best[:, :, None] + between[:, token]
        back[:, token] = arriving.argmax(axis=1)
        best = arriving.max(axis=1) + scores[:, token]
        forward[:, token] = log_sum(forward[:, token - 1, :, None] + between[:, token], 1) + scores[:, token]
    for token in range(tokens - 2, -1, -1):
        onward = scores[:, token + 1] + backward[:, token + 1]
        backward[:, token] = log_sum(between[:, token + 1] + onward[:, None, :], 2)
    paths, rows = np.empty((windows, tokens), dtype=np.int64), np.arange(windows)
    paths[:, -1] = best.argmax(axis=1)
    for token in range(tokens - 1, 0, -1):
        paths[:, token - 1] = back[rows, token, paths[:, token]]
    return Lattice(scores, paths, forward, backward)


def spans(tagged: Sequence[Tagged]) -> Iterator[Span]:
    """The spans that begin in the cores of windows, in order."""
    bodies = [np.flatnonzero(one.encoded.starts >= 0) for one in tagged]
    kept = [(one, int(body[0]), int(body[-1]) + 1) for one, body in zip(tagged, bodies, strict=True) if len(body)]
    if not kept:
        return
    read = lattice([one.border[low:high] for one, low, high in kept], [one.encoded.glued[low:high] for one, low, high in kept])
    for number, (one, low, high) in enumerate(kept):
        encoded, window = one.encoded, one.encoded.window
        for first, last in runs(read.paths[number, :high - low].tolist()):
            start, end = int(encoded.starts[low + first]), int(encoded.ends[low + last])
            if not window.core_start <= start < window.core_end:
                continue
            rows = slice(low + first, low + last + 1)
            yield Span(
                start, end, bool(read.paths[number, first] == labels.NIL_BEGIN), read.span_probability(number, first, last),
                np.exp(log_softmax(one.indicator[rows].mean(axis=0))), np.exp(log_softmax(one.role[rows].mean(axis=0))), pointed(one, rows))


def runs(path: Sequence[int]) -> Iterator[tuple[int, int]]:
    """(first, last) token of each span on a path of labels."""
    for token, label in enumerate(path):
        if label in (labels.BEGIN, labels.NIL_BEGIN):
            last = token
            while last + 1 < len(path) and path[last + 1] == label + 1:
                last += 1
            yield token, last


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
