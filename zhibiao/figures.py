"""Figures: decoded spans with their numbers parsed, units and approximations filled in from the text around them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from zhibiao import labels
from zhibiao.catalogue import catalogue
from zhibiao.decoding import Span
from zhibiao.layout import Layout
from zhibiao.numbers import KIND, Quantity, parse
from zhibiao.view import View

# (单位:个) 97 · 网站数量(个):67 · 金额(万元) 412
UNIT_BEFORE: Final = re.compile(r"[(（](?:单位|计量单位)?[::]?\s*([一-龥%]{1,5})[)）]\s*[::]?[^\d。;\n()]{0,14}[\s:]*$")
UNIT_IN_PAGE: Final = re.compile(r"单位\s*[::]\s*([一-龥]{1,4})")
MONEY_SCALE: Final = {"万元": Decimal(10_000), "亿元": Decimal(10**8), "千元": Decimal(1000), "万条": Decimal(10_000),
                      "万人次": Decimal(10_000), "万次": Decimal(10_000), "万件": Decimal(10_000), "万个": Decimal(10_000)}
# A qualifier parted from its number by a verb or a few words: 约占…的48%.
APART: Final = re.compile(r"(大约|约|至少|不少于|不低于|不超过|超过?|近)(?:占|为|有|完成|开展|更新|举办|组织|召开|达到?|发布)[^\d。;,、]{0,12}$")
LIST_GAP: Final = re.compile(r"[、,和及与\s]*[^\d、,。;\s]{0,12}[:：]?\s*$")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure, complete but for its confidence. Offsets are code points into the source, end exclusive.

    probabilities: of span, indicator and role as the tagger gives them; alternatives: the runner-up's probability of
    indicator and role; parsed: whether a number was read in it.
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
    parsed: bool = True
    probabilities: dict[str, float] = field(default_factory=dict)
    alternatives: dict[str, float] = field(default_factory=dict)


def clean(text: str) -> str:
    """A word of the source without blanks in it."""
    return re.sub(r"\s+", "", text).replace("％", "%")


def unit_around(text: str, span: Span, before: Sequence[tuple[Span, str, str]], indicator: str) -> str:
    """The unit, simplified, that a number without one takes from a header in front of it or from its list's neighbour."""
    head = text[max(0, span.start - 40):span.start]
    if match := UNIT_BEFORE.search(head):
        word = match[1]
        if word not in ("不含", "其中", "含"):
            return word
    if before:
        last, unit, code = before[-1]
        if unit and code == indicator and unit != "%" and last.end <= span.start:
            gap = text[last.end:span.start]
            if len(gap) <= 16 and ("、" in gap or "," in gap or "和" in gap) and LIST_GAP.fullmatch(gap):
                return unit
    return ""


def assemble(view: View, layout: Layout, spans: Sequence[Span]) -> list[Figure]:
    """The figures of a text, in the order of the spans. Spans in which no number can be read are left out."""
    codes, roles = labels.indicators(), labels.roles()
    figures: list[Figure] = []
    before: list[tuple[Span, str, str]] = []
    for span in spans:
        start, end = view.to_source(span.start, span.end)
        chosen, role = int(span.indicators.argmax()), int(span.roles.argmax())
        if span.nil and codes[chosen] == "other":  # a nil statement always names an indicator
            chosen = int(span.indicators[:-1].argmax())
        quantity = Quantity(Decimal(0), None, "", None, "exact") if span.nil else parse(view.text[span.start:span.end])
        if quantity is None:
            continue
        value, value_max, approx = quantity.value, quantity.value_max, quantity.approx
        folded = quantity.unit
        unit = folded
        if quantity.unit_at:
            unit = clean(view.source[slice(*view.to_source(span.start + quantity.unit_at[0], span.start + quantity.unit_at[1]))])
        if not unit and not span.nil:
            folded = unit = unit_around(view.text, span, before, codes[chosen])
            if unit in MONEY_SCALE:
                value, value_max = value * MONEY_SCALE[unit], value_max and value_max * MONEY_SCALE[unit]
                folded = unit = unit[1:]
        if approx == "exact" and not span.nil and (match := APART.search(view.text, max(0, span.start - 24), span.start)):
            approx = KIND[match[1]]
        before.append((span, folded, codes[chosen]))
        heading = layout.heading_before(span.start)
        low, high = layout.sentence(span.start, span.end)
        while low < span.start and view.text[low].isspace():
            low += 1
        place = view.to_source(*span.object) if span.object else None
        ordered_indicators, ordered_roles = sorted(span.indicators)[::-1], sorted(span.roles)[::-1]
        figures.append(Figure(
            start=start, end=end, text=view.source[start:end], indicator=codes[chosen],
            role="level" if span.nil else roles[role], value=value, value_max=value_max, unit=unit, approx=approx, nil=span.nil,
            object=(view.source[slice(*place)] if place else view.source[start:end] if span.nil else None),
            section=view.source[slice(*view.to_source(heading.start, heading.end))] if heading else None,
            sentence=view.to_source(low, high),
            probabilities={"span": span.probability, "indicator": float(span.indicators[chosen]),
                           "role": 1.0 if span.nil else float(span.roles[role])},
            alternatives={"indicator": float(ordered_indicators[1]), "role": 0.0 if span.nil else float(ordered_roles[1])},
        ))
    return figures


def usual_unit(figure: Figure, folded_unit: str) -> bool:
    """Whether the figure's unit is one that its indicator usually has, or a ratio where the role is one."""
    if figure.role in ("share", "growth", "decline"):
        return folded_unit in ("%", "倍", "个百分点")
    usual = catalogue().indicators[figure.indicator].units
    return not usual or not folded_unit or any(folded_unit.endswith(unit.lstrip("万亿")) for unit in usual)
