"""Checks: whether the figures of a report agree with each other."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Check:
    """rule: what must hold; status; message: the numbers, in words; figures: the indices of those concerned."""

    rule: str
    status: Literal["holds", "violated", "not_assessable"]
    message: str
    figures: tuple[int, ...]
