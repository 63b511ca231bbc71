"""Figures: decoded spans with their numbers parsed, units and approximations filled in from the text around them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

import numpy as np

from zhibiao import labels, surroundings
from zhibiao.catalogue import catalogue
from zhibiao.decoding import Span
from zhibiao.layout import Layout
from zhibiao.numbers import Quantity, parse
from zhibiao.surroundings import Placed
from zhibiao.view import View

SCALE: Final = {"万": Decimal(10_000), "亿": Decimal(10**8), "千": Decimal(1000)}


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure, complete but for its confidence. Offsets are code points into the source, end exclusive.

    probabilities: of span, indicator and role as the tagger gives them; alternatives: the runner-up's probability of
    indicator and role.
    """

    start: int
    end: int
    text: str
    indicator: str
    role: str
    value: Decimal
    value_max: Decimal | None
    unit: str
    approx: str
    nil: bool
    object: str | None
    section: str | None
    sentence: tuple[int, int]
    source: str = "prose"
    probabilities: dict[str, float] = field(default_factory=dict)
    alternatives: dict[str, float] = field(default_factory=dict)


def clean(text: str) -> str:
    """A word of the source without blanks in it."""
    return re.sub(r"\s+", "", text).replace("％", "%")


def written(view: View, span: Span, quantity: Quantity) -> str:
    """The unit that a quantity was written with, in the source's own characters."""
    if quantity.unit_at is None:
        return quantity.unit
    return clean(view.source[slice(*view.to_source(span.start + quantity.unit_at[0], span.start + quantity.unit_at[1]))])


def indicator_of(span: Span) -> int:
    """The index of the likeliest indicator; a nil statement always names one of its own, so never `other`."""
    codes = labels.indicators()
    best = int(span.indicators.argmax())
    if span.nil and codes[best] == "other":
        return int(np.argmax([0.0 if code == "other" else p for code, p in zip(codes, span.indicators, strict=True)]))
    return best


def assemble(view: View, layout: Layout, spans: Sequence[Span]) -> list[Figure]:
    """The figures of a text, in the order of the spans. Spans in which no number can be read are left out."""
    codes = labels.indicators()
    read = [(span, Quantity(Decimal(0), None, "", None, "exact") if span.nil else parse(view.text[span.start:span.end])) for span in spans]
    kept = [(span, quantity, codes[indicator_of(span)]) for span, quantity in read if quantity is not None]
    numbers = [Placed(span.start, span.end, written(view, span, quantity), code, span.nil) for span, quantity, code in kept]
    figures = []
    for i, (span, quantity, _) in enumerate(kept):
        quantity = in_place(view, numbers, i, quantity)
        numbers[i] = replace(numbers[i], unit=quantity.unit)  # the next item of a list may take it from here
        figures.append(complete(view, layout, span, quantity))
    return figures


def in_place(view: View, numbers: Sequence[Placed], index: int, quantity: Quantity) -> Quantity:
    """The quantity with the unit and approximation that the text around gives it."""
    number = numbers[index]
    if number.nil:
        return quantity
    unit, factor = number.unit, Decimal(1)
    if not unit and not re.match(r"(?:倒数)?第|前|首", view.text[number.start:number.end]):
        unit = surroundings.unit(view.text, numbers, index)
        if len(unit) > 1 and unit[0] in SCALE:  # 金额(万元) 412
            unit, factor = unit[1:], SCALE[unit[0]]
    elif surroundings.percentage_points(view.text, number):
        unit = "个百分点"
    approx = quantity.approx if quantity.approx != "exact" else surroundings.approximation(view.text, number.start)
    return replace(quantity, value=quantity.value * factor, value_max=quantity.value_max and quantity.value_max * factor, unit=unit, approx=approx)


def complete(view: View, layout: Layout, span: Span, quantity: Quantity) -> Figure:
    """The figure of a span and its quantity."""
    start, end = view.to_source(span.start, span.end)
    chosen, role = indicator_of(span), 0 if span.nil else int(span.roles.argmax())
    heading = layout.heading_before(span.start)
    low, high = layout.sentence(span.start, span.end)
    while low < span.start and view.text[low].isspace():
        low += 1
    thing = view.source[slice(*view.to_source(*span.object))] if span.object else view.source[start:end] if span.nil else None
    return Figure(
        start=start, end=end, text=view.source[start:end], indicator=labels.indicators()[chosen], role=labels.roles()[role],
        value=quantity.value, value_max=quantity.value_max, unit=quantity.unit, approx=quantity.approx, nil=span.nil, object=thing,
        section=view.source[slice(*view.to_source(heading.start, heading.end))] if heading else None, sentence=view.to_source(low, high),
        probabilities={"span": span.probability, "indicator": float(span.indicators[chosen]),
                       "role": 1.0 if span.nil else float(span.roles[role])},
        alternatives={"indicator": float(np.partition(span.indicators, -2)[-2]),
                      "role": 0.0 if span.nil else float(np.partition(span.roles, -2)[-2])},
    )


def usual_unit(figure: Figure, folded_unit: str) -> bool:
    """Whether the figure's unit is one that its indicator usually has, or a ratio where the role is one."""
    if figure.role in ("share", "growth", "decline"):
        return folded_unit in ("%", "倍", "个百分点")
    usual = catalogue().indicators[figure.indicator].units
    return not usual or not folded_unit or any(folded_unit.endswith(unit.lstrip("万亿")) for unit in usual)
