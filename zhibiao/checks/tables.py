"""Checks within the tables: what the form itself says must add up."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from zhibiao.checks.evidence import Check, Evidence, Term, added, number, total
from zhibiao.tables import form

BALANCE: Final = "received + carried_in = total + carried_out"
OUTCOMES: Final = "outcomes sum to total"
KINDS: Final = "applicant kinds sum to total"
RESULTS: Final = "upheld + corrected + other + pending = total"
FRAME: Final = ("received", "carried_in", "total", "carried_out")


@dataclass(slots=True)
class Tally:
    """One rule over many rows or columns: each violation is a check of its own, what holds is one check together."""

    rule: str
    places: str
    held: list[tuple[str, str, Sequence[Term]]] = field(default_factory=list)
    broken: list[Check] = field(default_factory=list)
    open: list[str] = field(default_factory=list)

    def compare(self, place: str, left: Sequence[Term | None], right: Sequence[Term | None], least: bool = False) -> None:
        """Hold two sums against each other. least: without some of the left terms their sum may still not exceed the right."""
        known = [term for term in left if term]
        whole = [term for term in right if term]
        complete = len(known) == len(left) and len(whole) == len(right)
        if not complete and not (least and len(whole) == len(right) and total(known) > total(whole)):
            self.open.append(place)
            return
        figures = [*known, *whole]
        if total(known) == total(whole):
            self.held.append((place, f"{added(known)} = {added(whole)}", figures))
            return
        sums = f"{added(known)} = {number(total(known))}" if sum(bool(term.value) for term in known) > 1 else number(total(known))
        message = f"{place}: {sums}, but {added(whole)}"
        if sum(bool(term.value) for term in whole) > 1:
            message += f" = {number(total(whole))}"
        self.broken.append(Check(self.rule, "violated", message, tuple(term.index for term in figures)))

    def checks(self, missing: str) -> Iterator[Check]:
        """What came of it; where nothing could be compared, once that nothing could."""
        if self.broken:
            yield from self.broken
        elif self.held:
            place, sums, _ = max(self.held, key=lambda held: total(held[2]))
            count = f"{len(self.held)} of {len(self.held) + len(self.open)}" if self.open else f"all {len(self.held)}"
            figures = sorted({term.index for _, _, terms in self.held for term in terms})
            yield Check(self.rule, "holds", f"holds in {count} {self.places}; {place}: {sums}", tuple(figures))
        else:
            yield Check(self.rule, "not_assessable", missing, ())


def check(evidence: Evidence) -> Iterator[Check]:
    """The checks of the tables of a report; none where it has no tables."""
    if evidence.tables.plain is None:
        return
    yield from applications(evidence)
    yield from disputes(evidence)


def applications(evidence: Evidence) -> Iterator[Check]:
    """The sums down and across the table of applications."""
    table = next(table for table in form().tables if table.within == "applications")
    columns = [column.code for column in next(iter(table.columns.values()))]
    plain = evidence.tables.plain or {}
    rows = plain["applications"]["rows"]
    cells = evidence.cells

    def at(row: str, column: str) -> Term | None:
        return cells.get(("applications", row, column))

    # 其他处理 is one row in one layout and three in the other.
    split = any(row.startswith("other.") for row in rows)
    outcomes = [row for row in table.rows if row not in FRAME and (split if row.startswith("other.") else row != "other" or not split)]
    balance, downwards, across = Tally(BALANCE, "columns"), Tally(OUTCOMES, "columns"), Tally(KINDS, "rows")
    for column in columns:
        balance.compare(column, [at("received", column), at("carried_in", column)], [at("total", column), at("carried_out", column)])
        # A row that the form does not have may hold what is missing.
        strange: list[Term | None] = [None] if evidence.tables.unknown else []
        downwards.compare(column, [*(at(row, column) for row in outcomes), *strange], [at("total", column)], least=True)
    for row in rows:
        across.compare(row, [at(row, column) for column in columns[:-1]], [at(row, columns[-1])], least=True)
    absent = [row for row in (*FRAME[:2], *outcomes, *FRAME[2:]) if row not in rows]
    missing = "the table of applications was not found" if not rows else (
        f"rows missing: {', '.join(absent)}" if absent else "cells are blank or could not be read")
    for tally in (balance, downwards, across):
        yield from tally.checks(missing)


def disputes(evidence: Evidence) -> Iterator[Check]:
    """The sums within each block of reviews and litigation."""
    table = next(table for table in form().tables if table.within == "disputes")
    columns = [column.code for column in next(iter(table.columns.values()))]
    tally = Tally(RESULTS, "blocks")
    for row in table.rows:
        terms = [evidence.cells.get(("disputes", row, column)) for column in columns]
        tally.compare(row, terms[:-1], terms[-1:], least=True)
    yield from tally.checks("the table of reviews and litigation was not found, or its cells are blank")
