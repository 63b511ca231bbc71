"""Checks: whether the figures of a report agree with each other."""

from collections.abc import Iterator

from zhibiao.checks import agreement, prose, tables
from zhibiao.checks.evidence import Check, Evidence
from zhibiao.checks.years import CheckAcross, across

__all__ = ["Check", "CheckAcross", "Evidence", "across", "check"]


def check(evidence: Evidence, text: str, year: int | None) -> Iterator[Check]:
    """All checks of one report; `text` is its source, `year` the one that it is about."""
    yield from tables.check(evidence)
    yield from prose.check(evidence, text)
    yield from agreement.check(evidence, text, year)
