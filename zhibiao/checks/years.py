"""Across years: what one report carries out, the next must carry in."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from zhibiao.checks.evidence import Evidence, Status, Term, number
from zhibiao.tables import form

CARRIED: Final = "carried_out of one year = carried_in of the next"
IN_FORCE: Final = "in_force + made - repealed = in_force of the next year"


@dataclass(frozen=True, slots=True)
class CheckAcross:
    """A check over two reports. earlier, later: the indices of the figures concerned in each."""

    rule: str
    status: Status
    message: str
    earlier: tuple[int, ...]
    later: tuple[int, ...]


def across(earlier: Evidence, later: Evidence) -> Iterator[CheckAcross]:
    """The checks over the reports of two years that follow each other."""
    yield carried(earlier, later)
    for indicator in ("regulation.rule", "regulation.normative"):
        yield in_force(earlier, later, indicator)


def applications(evidence: Evidence, row: str) -> dict[str, Term]:
    """The cells of a row of applications by column; where there is no such row, what the prose says in all."""
    table = next(table for table in form().tables if table.within == "applications")
    columns = [column.code for column in next(iter(table.columns.values()))]
    cells = {column: cell for column in columns if (cell := evidence.cells.get(("applications", row, column)))}
    said = [term for term in evidence.prose
            if evidence.figures[term.index].indicator == f"application.{row}" and evidence.figures[term.index].role == "level"]
    return cells or ({"total": said[0]} if len({term.value for term in said}) == 1 else {})


def carried(earlier: Evidence, later: Evidence) -> CheckAcross:
    """Applications carried over, in every column that both years have."""
    out, taken = applications(earlier, "carried_out"), applications(later, "carried_in")
    both = [column for column in out if column in taken]
    if not both:
        side = "the earlier report does not say what it carried out" if not out else "the later report does not say what it carried in"
        return CheckAcross(CARRIED, "not_assessable", side, (), ())
    broken = [column for column in both if out[column].value != taken[column].value]
    shown = broken or [column for column in both if column == "total"] or both[:1]
    message = "; ".join(f"{column}: {number(out[column].value)} carried out, {number(taken[column].value)} carried in" for column in shown)
    chosen = broken or both
    return CheckAcross(CARRIED, "violated" if broken else "holds", message,
                       tuple(out[column].index for column in chosen), tuple(taken[column].index for column in chosen))


def in_force(earlier: Evidence, later: Evidence, indicator: str) -> CheckAcross:
    """Documents in force: those of the year before, the new ones added and the repealed ones taken off."""
    rule = f"{IN_FORCE}: {indicator}"
    before = earlier.cells.get(("article20", indicator, "in_force"))
    made, repealed, after = (later.cells.get(("article20", indicator, column)) for column in ("made", "repealed", "in_force"))
    if before is None or made is None or repealed is None or after is None:
        return CheckAcross(rule, "not_assessable", "needs in_force of the earlier year, and made, repealed and in_force of the later", (), ())
    should = before.value + made.value - repealed.value
    sums = f"{number(before.value)} + {number(made.value)} - {number(repealed.value)} = {number(should)}"
    message = sums if should == after.value else f"{sums}, but {number(after.value)} in force"
    return CheckAcross(rule, "holds" if should == after.value else "violated", message, (before.index,), (made.index, repealed.index, after.index))
