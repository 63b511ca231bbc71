"""Windows as token ids, with the place of every token in the view."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from zhibiao.windows import Window

START, PAD, END = 0, 1, 2
# Between these no number ends: its digits, its point and thousands marks, its range, the scale or percent sign behind it.
NUMERALS: Final = "一二三四五六七八九十百千万亿"
JOINT: Final = re.compile(
    rf"\d(?=[\d%万亿])|\d(?=[.,~—–-]\d)|(?<=\d)[.,~—–-](?=\d)|[{NUMERALS}](?=[{NUMERALS}])|(?<=[{NUMERALS}])成(?=[{NUMERALS}])")


@dataclass(frozen=True, slots=True)
class Encoded:
    """One window as the tagger reads it.

    ids: *Shape:* (tokens,), with <s> and </s>; starts, ends: *Shape:* (tokens,), each token's interval of the view, -1 for the
    specials and for the headings in front; glued: *Shape:* (tokens,), whether a token goes on with the number that the token
    before it is part of, so that no figure can begin or end between them.
    """

    window: Window
    ids: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    glued: npt.NDArray[np.bool_]


def encode(tokenizer: Tokenizer, text: str, windows: Sequence[Window]) -> list[Encoded]:
    """The windows of the normalised `text`, encoded."""
    fronts = ["".join(text[low:high] + "\n" for low, high in window.headings) for window in windows]
    bodies = [text[window.start:window.end] for window in windows]
    encodings = tokenizer.encode_batch([front + body for front, body in zip(fronts, bodies, strict=True)], add_special_tokens=False)
    result = []
    for window, front, encoding in zip(windows, fronts, encodings, strict=True):
        offsets = np.array(encoding.offsets, dtype=np.int64).reshape(-1, 2)
        before = offsets[:, 0] < len(front)
        offsets += window.start - len(front)
        offsets[before] = -1
        edge = np.full((1, 2), -1)
        offsets = np.concatenate([edge, offsets, edge])
        ids = np.array([START, *encoding.ids, END], dtype=np.int64)
        joints = {match.end() for match in JOINT.finditer(text, window.start, window.end)}
        glued = np.array([start in joints and start > window.start for start in offsets[:, 0].tolist()])
        result.append(Encoded(window, ids, offsets[:, 0], offsets[:, 1], glued))
    return result
