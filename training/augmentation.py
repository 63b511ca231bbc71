"""Variation of annotated documents, so that the tagger leans on grammar and not on the very numbers, script or layout.

A document is cut into segments, the figures and what stands between them; each variation rewrites segments, and the
offsets are counted anew. Written passages stay the ground; variation comes on top of them.
"""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import cn2an
import opencc


@dataclass(frozen=True, slots=True)
class Segment:
    """text; figure: the annotation where the segment is a figure, without offsets."""

    text: str
    figure: dict[str, Any] | None = None


Variation = Callable[[list[Segment], random.Random], list[Segment]]


def segments(document: dict[str, Any]) -> list[Segment]:
    """The document cut at its figures and their objects' borders are kept by `assemble` through markers."""
    text, parts, last = document["text"], [], 0
    for figure in document["figures"]:
        parts.append(Segment(text[last:figure["start"]]))
        parts.append(Segment(text[figure["start"]:figure["end"]], figure))
        last = figure["end"]
    parts.append(Segment(text[last:]))
    return parts


def digits(parts: list[Segment], rng: random.Random) -> list[Segment]:
    """Other digits in the same places: 5000多条 → 3816多条. A first digit stays a first digit."""
    def vary(match: re.Match[str]) -> str:
        return "".join(str(rng.randint(1, 9)) if i == 0 and char != "0" else str(rng.randint(0, 9)) for i, char in enumerate(match[0]))

    return [replace(part, text=re.sub(r"\d+", vary, part.text)) if part.figure and not part.figure["nil"] and rng.random() < 0.7 else part
            for part in parts]


def chinese_numerals(parts: list[Segment], rng: random.Random) -> list[Segment]:
    """12件 → 十二件, 98% → 百分之九十八, in some figures."""
    def write(part: Segment) -> Segment:
        if not part.figure or part.figure["nil"] or rng.random() > 0.5:
            return part
        if match := re.fullmatch(r"(\D*)(\d{1,2}(?:\.\d{1,2})?)[%％]", part.text):
            return replace(part, text=f"{match[1]}百分之{cn2an.an2cn(match[2])}")
        if match := re.fullmatch(r"(\D*)(\d{1,4})(\D.*)", part.text, re.S):
            numeral = cn2an.an2cn(match[2])
            if numeral == "二" or numeral.startswith("二千") or numeral.startswith("二百") and rng.random() < 0.5:
                numeral = "两" + numeral[1:]
            return replace(part, text=match[1] + re.sub("^一十", "十", numeral) + match[3])
        return part

    return [write(part) for part in parts]


def qualifiers(parts: list[Segment], rng: random.Random) -> list[Segment]:
    """30条 → 近30条, 30余条: qualifiers where there are none."""
    def qualify(part: Segment) -> Segment:
        if not part.figure or part.figure["nil"] or rng.random() > 0.3:
            return part
        if match := re.fullmatch(r"(\d+(?:\.\d+)?)([万亿]?)(\D+)", part.text):
            if rng.random() < 0.5:
                return replace(part, text=rng.choice(("近", "约", "超", "逾", "超过", "不足", "至少")) + part.text)
            return replace(part, text=match[1] + match[2] + rng.choice("多余") + match[3] if match[3] != "%" else match[0] + "以上")
        return part

    return [qualify(part) for part in parts]


def blanks(parts: list[Segment], rng: random.Random) -> list[Segment]:
    """Blanks and line breaks inside numbers and around them, as crawled pages have them."""
    rate = rng.choice((0.1, 0.3))

    def space(text: str) -> str:
        return re.sub(r"(?<=[\d.,])(?=[\d.,])|(?<=\d)(?=[^\d.,\s])",
                      lambda _: rng.choice((" ", " ", " ", "\n")) if rng.random() < rate else "", text)

    def part_words(text: str) -> str:
        return re.sub(r"(?<=[一-鿿])(?=[一-鿿])", lambda _: " " if rng.random() < rate / 20 else "", text)

    return [replace(part, text=space(part.text) if part.figure and not part.figure["nil"] else part_words(part.text)) for part in parts]


def breaks(parts: list[Segment], rng: random.Random) -> list[Segment]:
    """Line breaks lost, or come in behind punctuation."""
    if rng.random() < 0.5:
        joined = rng.choice(("", " "))
        return [part if part.figure else replace(part, text=re.sub(r"\n+", joined, part.text)) for part in parts]

    def scatter(text: str) -> str:
        return re.sub(r"(?<=[。;；,，])", lambda _: "\n" if rng.random() < 0.2 else "", text)

    return [part if part.figure else replace(part, text=scatter(part.text)) for part in parts]


def punctuation(parts: list[Segment], rng: random.Random) -> list[Segment]:
    """、 for ，and the like; some marks lost."""
    swaps = {"、": "，", "；": "，", "。": "；", "，": "、"}

    def swap(char: str) -> str:
        chance = rng.random()
        return "" if chance < 0.03 else swaps.get(char, char) if chance < 0.12 else char

    return [part if part.figure else replace(part, text=re.sub("[、；。，]", lambda m: swap(m[0]), part.text)) for part in parts]


@cache
def taiwanese() -> opencc.OpenCC:
    return opencc.OpenCC("s2twp")


def taiwan_words(parts: list[Segment], rng: random.Random) -> list[Segment]:
    """Taiwan's vocabulary, as converters put it: 网络 → 網路, 文件 → 檔案. The view folds the characters back, the words stay."""
    return [replace(part, text=taiwanese().convert(part.text)) for part in parts]


# Each with the chance that a document meets it.
VARIATIONS: tuple[tuple[Variation, float], ...] = (
    (digits, 0.7), (chinese_numerals, 0.12), (qualifiers, 0.15), (blanks, 0.2), (breaks, 0.12), (punctuation, 0.15), (taiwan_words, 0.12),
)
# The chance of plain paragraphs of other documents.
STRANGERS = 0.12


def assemble(parts: list[Segment], document: dict[str, Any]) -> dict[str, Any]:
    """The document that the segments make. Objects stay only where their words still stand in the text."""
    figures, pieces, at = [], [], 0
    text = "".join(part.text for part in parts)
    for part in parts:
        if part.figure:
            figure = {**part.figure, "start": at, "end": at + len(part.text), "text": part.text}
            if spot := figure.get("object"):
                figure["object"] = relocate(text, spot["text"], figure)
            figures.append(figure)
        pieces.append(part.text)
        at += len(part.text)
    return {**document, "text": text, "figures": figures}


def relocate(text: str, words: str, figure: dict[str, Any]) -> dict[str, Any] | None:
    at = text.rfind(words, 0, figure["start"])
    if at < 0:
        at = text.find(words, figure["end"])
    # -1: the words are no longer there; the loss leaves this figure's object out.
    return {"start": at, "end": at + len(words), "text": words} if at >= 0 else {"start": -1, "end": -1, "text": words}


def plain_paragraphs(document: dict[str, Any]) -> list[str]:
    """The paragraphs of a document that hold neither figures nor numerals nor a heading."""
    marked = [figure["start"] for figure in document["figures"]]
    found, at = [], 0
    for line in document["text"].split("\n"):
        low, high = at, at + len(line)
        at = high + 1
        if len(line) > 20 and not re.search(r"\d|^[(（]?[一二三四五六七八九十]", line) and not any(low <= start < high for start in marked):
            found.append(line)
    return found


def strangers(parts: list[Segment], rng: random.Random, paragraphs: Sequence[str]) -> list[Segment]:
    """Plain paragraphs of other documents between this one's: what a number belongs to is not always in the line above."""
    def widen(text: str) -> str:
        return re.sub(r"\n", lambda _: f"\n{rng.choice(paragraphs)}\n" if rng.random() < 0.3 else "\n", text)

    return [part if part.figure else replace(part, text=widen(part.text)) for part in parts]


def vary(document: dict[str, Any], rng: random.Random, paragraphs: Sequence[str] = ()) -> dict[str, Any]:
    """The document under a random choice of the variations; paragraphs: plain ones of other documents to set between its own."""
    parts = segments(document)
    if paragraphs and rng.random() < STRANGERS:
        parts = strangers(parts, rng, paragraphs)
    for variation, chance in VARIATIONS:
        if rng.random() < chance:
            parts = variation(parts, rng)
    return assemble(parts, document)
