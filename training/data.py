"""Annotated documents as labelled windows."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from datasets import Dataset, load_dataset
from tokenizers import Tokenizer

from training.augmentation import plain_paragraphs, vary
from zhibiao import labels
from zhibiao.encoding import PAD, Encoded, encode
from zhibiao.layout import read as read_layout
from zhibiao.view import normalise
from zhibiao.windows import Shape, windows

IGNORED = -100
UNKNOWN = 3
# The chance that a word outside of the figures is hidden, in half of the varied windows.
HIDDEN = 0.1
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sample:
    """One labelled window.

    ids, borders: *Shape:* (tokens,); spans: *Shape:* (figures, 2), first and last token; indicators, roles: *Shape:* (figures,);
    objects: *Shape:* (figures, 2), first and last token of the object, (0, 0) for none, IGNORED where not annotated.
    """

    ids: npt.NDArray[np.int64]
    borders: npt.NDArray[np.int64]
    spans: npt.NDArray[np.int64]
    indicators: npt.NDArray[np.int64]
    roles: npt.NDArray[np.int64]
    objects: npt.NDArray[np.int64]


def load(path: Path) -> Dataset:
    """A JSON Lines corpus, as annotations.export writes it."""
    return load_dataset("json", data_files=str(path), split="train", cache_dir=str(path.parent / "cache"))


def held_out(identifier: str, share: float) -> bool:
    """Whether a document belongs to the share kept from training, by its id alone, so that it stays there for ever."""
    return random.Random(f"split {identifier}").random() < share


def view_figures(document: Document, place: Mapping[int, int]) -> Iterator[tuple[int, int, Document]]:
    """(start, end, figure) with offsets into the view instead of the source; place: of the source's characters in the view."""
    def find(at: int, step: int) -> int:
        while at not in place:
            at += step
        return place[at]

    for figure in document["figures"]:
        yield find(figure["start"], 1), find(figure["end"] - 1, -1) + 1, figure


def token_span(encoded: Encoded, start: int, end: int) -> tuple[int, int] | None:
    """(first, last) token that hold [start, end) of the view, None where the window does not hold it whole."""
    inside = np.flatnonzero((encoded.starts >= 0) & (encoded.starts < end) & (encoded.ends > start))
    if not len(inside) or encoded.window.start > start or encoded.window.end < end:
        return None
    return int(inside[0]), int(inside[-1])


def samples(document: Document, tokenizer: Tokenizer, shape: Shape) -> Iterator[Sample]:
    """The labelled windows of a document. Context is labelled too: it costs nothing and teaches as much as the core."""
    view = normalise(document["text"])
    place = {source: index for index, source in enumerate(view.origins)}
    figures = list(view_figures(document, place))
    indicator_at = {code: i for i, code in enumerate(labels.indicators())}
    role_at = {code: i for i, code in enumerate(labels.roles())}
    for encoded in encode(tokenizer, view.text, list(windows(view.text, read_layout(view.text), [(0, len(view.text))], shape))):
        borders = np.where(encoded.starts >= 0, labels.OUTSIDE, IGNORED)
        spans, indicators, roles, objects = [], [], [], []
        for start, end, figure in figures:
            span = token_span(encoded, start, end)
            if span is None:
                continue
            first, last = span
            borders[first] = labels.NIL_BEGIN if figure["nil"] else labels.BEGIN
            borders[first + 1:last + 1] = labels.NIL_INSIDE if figure["nil"] else labels.INSIDE
            spans.append(span)
            indicators.append(indicator_at[figure["indicator"]])
            roles.append(IGNORED if figure["nil"] else role_at[figure["role"]])
            objects.append(object_span(document, figure, encoded, place))
        yield Sample(encoded.ids, borders, np.array(spans, dtype=np.int64).reshape(-1, 2), np.array(indicators, dtype=np.int64),
                     np.array(roles, dtype=np.int64), np.array(objects, dtype=np.int64).reshape(-1, 2))


def object_span(document: Document, figure: Document, encoded: Encoded, place: Mapping[int, int]) -> tuple[int, int]:
    if not document.get("objects") or figure["nil"]:
        return IGNORED, IGNORED
    spot = figure.get("object")
    if not spot:
        return 0, 0
    if spot["start"] not in place or spot["end"] - 1 not in place:
        return IGNORED, IGNORED
    return token_span(encoded, place[spot["start"]], place[spot["end"] - 1] + 1) or (IGNORED, IGNORED)


def hide_words(sample: Sample, generator: np.random.Generator) -> Sample:
    """The sample with some tokens outside of its figures unknown, so that no figure hangs on one word alone."""
    hidden = (generator.random(len(sample.ids)) < HIDDEN) & (sample.borders == labels.OUTSIDE)
    return replace(sample, ids=np.where(hidden, UNKNOWN, sample.ids))


def epoch(documents: Sequence[Document], tokenizer: Tokenizer, rng: random.Random, shape: Shape | None = None) -> list[Sample]:
    """The samples of one pass over the documents: varied, cut into windows of a size drawn anew for each; plain ones of
    the given shape if there is one."""
    drawn: list[Sample] = []
    generator = np.random.default_rng(rng.getrandbits(32))
    plain = [paragraph for document in documents for paragraph in plain_paragraphs(document)]
    for document in documents:
        if shape is not None:
            drawn += samples(document, tokenizer, shape)
        else:
            core = rng.randint(240, 400)
            left = rng.randint(20, 60)
            varied = samples(vary(document, rng, plain), tokenizer, Shape(core, left, 20, rng.choice((0, 20))))
            drawn += [hide_words(sample, generator) if rng.random() < 0.5 else sample for sample in varied]
    return [sample for sample in drawn if (sample.borders >= 0).any()]


def batches(drawn: list[Sample], tokens: int, rng: random.Random) -> list[list[Sample]]:
    """Batches of samples of like length, at most `tokens` with their padding, in random order."""
    ordered = sorted(drawn, key=lambda sample: len(sample.ids) + rng.random() * 24)
    result: list[list[Sample]] = []
    for sample in ordered:
        if result and (len(result[-1]) + 1) * max(len(sample.ids), max(len(s.ids) for s in result[-1])) <= tokens:
            result[-1].append(sample)
        else:
            result.append([sample])
    rng.shuffle(result)
    return result


def collate(batch: list[Sample]) -> dict[str, torch.Tensor]:
    """The tensors of a batch; `rows` says which sample each figure is in."""
    width = max(len(sample.ids) for sample in batch)

    def pad(arrays: list[npt.NDArray[np.int64]], fill: int) -> torch.Tensor:
        return torch.from_numpy(np.stack([np.pad(array, (0, width - len(array)), constant_values=fill) for array in arrays]))

    return {
        "ids": pad([sample.ids for sample in batch], PAD), "borders": pad([sample.borders for sample in batch], IGNORED),
        "rows": torch.tensor([row for row, sample in enumerate(batch) for _ in sample.spans], dtype=torch.long),
        **{name: torch.from_numpy(np.concatenate([getattr(sample, name) for sample in batch]))
           for name in ("spans", "indicators", "roles", "objects")},
    }
