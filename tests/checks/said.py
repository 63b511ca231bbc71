"""Evidence from annotated sentences, so that checks are tested without a model.

`网站由[67家|website.count|before]缩减至[23家|website.count|after]` stands for the sentence and the figures marked in it.
"""

import re
from decimal import Decimal

from tests.tables import forms
from zhibiao import layout
from zhibiao.checks import Check, Evidence, check
from zhibiao.figures import Figure
from zhibiao.numbers import parse
from zhibiao.tables import read
from zhibiao.view import normalise

MARKED = re.compile(r"\[([^|\]]+)\|([\w.]+)(?:\|(\w+))?\]")


def evidence(marked: str, report: forms.Report | None = None, confidence: float = 0.9) -> tuple[Evidence, str]:
    """The evidence of marked sentences, followed by the form of a report where one is given."""
    text, spans = "", []
    at = 0
    for match in MARKED.finditer(marked):
        text += marked[at:match.start()]
        spans.append((len(text), match[1], match[2], match[3] or "level"))
        text += match[1]
        at = match.end()
    text += marked[at:]
    if report:
        rows = "".join(f"{above}{forms.one_a_line(rows)}\n" for above, rows in forms.tables(report, forms.STYLES[0]))
        text = f"{text}\n{rows}"
    view = normalise(text)
    arrangement = layout.read(view.text)
    figures = []
    for start, words, indicator, role in spans:
        nil = role == "nil"
        quantity = parse(words)
        value = quantity.value if quantity and not nil else 0
        unit = quantity.unit if quantity and not nil else ""
        figures.append(Figure(
            start=start, end=start + len(words), text=words, indicator=indicator, role="level" if nil else role, value=Decimal(value),
            value_max=None, unit=unit, approx=quantity.approx if quantity and not nil else "exact", nil=nil, object=None, section=None,
            sentence=arrangement.sentence(start, start + len(words))))
    tables = read(view, arrangement)
    return Evidence([*figures, *tables.figures], [*[{"figure": confidence}] * len(figures), *tables.confidences], tables), text


def checks(marked: str, report: forms.Report | None = None, confidence: float = 0.9, year: int = 2019) -> list[Check]:
    found, text = evidence(marked, report, confidence)
    return list(check(found, text, year))
