"""The trivial baseline that every evaluation prints beside the model: a number pattern, and for each number the indicator whose
name shares most characters with the words in front of it."""

import re
from typing import Any

from zhibiao.catalogue import catalogue
from zhibiao.layout import read as read_layout
from zhibiao.numbers import ARABIC, CHINESE, parse, plain_number
from zhibiao.units import UNITS
from zhibiao.view import normalise

NUMBER = re.compile(rf"(?:近|约|超过|超|逾)?(?:{ARABIC}|[{CHINESE}]+)[多余]?[万亿]?[多余]?(?:%|个?百分点|{'|'.join(UNITS)})")
NOT_A_FIGURE = re.compile(r"[年月日号条章款]$|工作日$")
ROLES = (("由", "before"), ("从", "before"), ("至", "after"), ("增长", "growth"), ("下降", "decline"), ("增加", "increase"), ("新增", "increase"),
         ("减少", "decrease"), ("占", "share"), ("平均", "average"), ("其中", "part"))


def extract(text: str) -> list[dict[str, Any]]:
    """The figures that patterns and keywords find."""
    view = normalise(text)
    layout = read_layout(view.text)
    names = {code: set(indicator.name.removesuffix("数").removesuffix("数量")) for code, indicator in catalogue().indicators.items()}
    figures = []
    for match in NUMBER.finditer(view.text):
        quantity = parse(match[0])
        if quantity is None or NOT_A_FIGURE.search(match[0]):
            continue
        sentence = view.text[layout.sentence(*match.span())[0]:match.start()][-24:]
        scores = {code: sum(char in sentence for char in name) / len(name) for code, name in names.items()}
        best = max(scores, key=scores.__getitem__)
        start, end = view.to_source(*match.span())
        figures.append({
            "start": start, "end": end, "indicator": best if scores[best] > 0.5 else "other",
            "role": next((role for word, role in ROLES if word in sentence[-6:]), "level"), "value": plain_number(quantity.value),
            "value_max": plain_number(quantity.value_max), "unit": quantity.unit, "approx": quantity.approx, "nil": False, "confidence": 0.5})
    return figures
