"""What checks work on: a report's figures, which of them are sure enough to accuse, and the cells among them by address."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Final, Literal

from zhibiao.figures import Figure
from zhibiao.numbers import plain_number
from zhibiao.tables import Tables

Status = Literal["holds", "violated", "not_assessable"]
# A figure below is as likely misread as not, and says nothing about the report.
SURE: Final = 0.5
SCALED: Final = re.compile(r"(?:[.。](\d+))?\s*(?:多|余)?([万萬亿億千]+)")
SCALE: Final = {"千": 3, "万": 4, "萬": 4, "亿": 8, "億": 8}


@dataclass(frozen=True, slots=True)
class Check:
    """rule: what must hold; status; message: the numbers, in words; figures: the indices of those concerned."""

    rule: str
    status: Status
    message: str
    figures: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A figure's index and its value."""

    index: int
    value: Decimal


@dataclass(frozen=True)
class Evidence:
    """figures: all of a report, in its order, and confidences for each; tables: what was read of the form."""

    figures: Sequence[Figure]
    confidences: Sequence[Mapping[str, float]]
    tables: Tables

    @cached_property
    def cells(self) -> dict[tuple[str, str, str], Term]:
        """The cells that hold a number, by table, row and column."""
        return {self.tables.address[figure.start]: Term(index, figure.value)
                for index, figure in enumerate(self.figures) if figure.source == "table"}

    @cached_property
    def prose(self) -> list[Term]:
        """The exact, sure figures of the prose."""
        return [Term(index, figure.value) for index, figure in enumerate(self.figures)
                if figure.source == "prose" and figure.approx == "exact" and figure.value_max is None
                and self.confidences[index]["figure"] >= SURE]


def number(value: Decimal) -> str:
    """A value as messages print it."""
    return f"{plain_number(value):,}"


def added(terms: Sequence[Term]) -> str:
    """Terms with plus signs between; zeros only where there is nothing else."""
    shown = [term for term in terms if term.value] or terms[:1]
    return " + ".join(number(term.value) for term in shown)


def total(terms: Sequence[Term]) -> Decimal:
    return sum((term.value for term in terms), Decimal(0))


def slack(figure: Figure) -> Decimal:
    """How far the true value may lie from the written one: 1.67万 is right within 50, 167 is exact."""
    match = SCALED.search(figure.text)
    if not match:
        return Decimal(0)
    digits = sum(SCALE[char] for char in match[2]) - len(match[1] or "")
    return Decimal(10) ** digits / 2
