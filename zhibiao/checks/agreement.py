"""Prose against tables: a report must not say one number in its sentences and another in its form."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from zhibiao.checks.evidence import Check, Evidence, Term, added, number, total
from zhibiao.view import normalise

# What the prose calls so is the sum of the cells in the total column of these rows of the form.
ROWS: Final = {
    "application.received": ("received",), "application.carried_in": ("carried_in",), "application.completed": ("total",),
    "application.carried_out": ("carried_out",), "application.granted": ("granted",), "application.partial": ("partial",),
    "application.denied": ("denied.",), "application.unavailable": ("unavailable.",), "application.not_processed": ("not_processed.",),
    "application.other": ("other", "other."),
}
BLOCKS: Final = {"review": ("review",), "litigation": ("litigation_direct", "litigation_after_review")}
RESULTS: Final = {"count": "total", "upheld": "upheld", "corrected": "corrected", "other": "other", "pending": "pending"}
# Which column a sentence on rules and documents means; without such a word any may be meant.
COLUMNS: Final = (("in_force", re.compile("现行有效|继续有效|有效的")), ("repealed", re.compile("废止|失效")),
                  ("made", re.compile("制发|制定|出台|印发|制作")), ("published", re.compile("公开|发布")))
# Figures of other years, wider circles or shorter times than the report's own need not agree with its form.
ELSEWHERE: Final = re.compile("上年|去年|上一年|往年|同期|历年|累计|以来|季度|上半年|下半年|[1-9一二三四五六七八九]月份"
                              "|全[省市县区]各|各部门|各级|各单位|各镇|全系统")
YEAR: Final = re.compile(r"(?<!\d)((?:19|20)\d{2})\s*年(?!度?报告)")


def expected(evidence: Evidence) -> Iterator[tuple[str, Sequence[Term]]]:
    """(indicator, the cells whose sum it should be), for those that the tables have whole."""
    plain = evidence.tables.plain or {}
    rows = plain["applications"]["rows"]
    for indicator, starts in ROWS.items():
        chosen = [row for row in rows if any(row == start or start.endswith(".") and row.startswith(start) for start in starts)]
        terms = [evidence.cells.get(("applications", row, "total")) for row in chosen]
        whole = [term for term in terms if term]
        if whole and len(whole) == len(terms) and (len(chosen) == 1 or not evidence.tables.unknown):
            yield indicator, whole
    for group, blocks in BLOCKS.items():
        for name, column in RESULTS.items():
            whole = [term for block in blocks if (term := evidence.cells.get(("disputes", block, column)))]
            if len(whole) == len(blocks):
                yield f"{group}.{name}", whole


def check(evidence: Evidence, text: str, year: int | None) -> Iterator[Check]:
    """One check for each indicator that both the prose and the tables have."""
    if evidence.tables.plain is None:
        return
    said: dict[str, list[Term]] = defaultdict(list)
    loose: dict[str, list[Term]] = defaultdict(list)
    for term in evidence.prose:
        figure = evidence.figures[term.index]
        if figure.role == "level":
            sentence = normalise(text[slice(*figure.sentence)]).text
            other = ELSEWHERE.search(sentence) or any(int(match[1]) != year for match in YEAR.finditer(sentence) if year)
            (loose if other else said)[figure.indicator].append(term)
    for indicator, cells in expected(evidence):
        yield from compare(indicator, cells, said[indicator], loose[indicator])
    for indicator in ("regulation.rule", "regulation.normative"):
        yield from documents(evidence, text, indicator, said[indicator])


def compare(indicator: str, cells: Sequence[Term], said: Sequence[Term], loose: Sequence[Term]) -> Iterator[Check]:
    """One that agrees is enough: the others then count something narrower or wider. loose: may agree but need not."""
    value = total(cells)
    agreeing = [term for term in (*said, *loose) if term.value == value]
    rule = f"prose = table: {indicator}"
    table = f"{added(cells)} = {number(value)}" if sum(bool(term.value) for term in cells) > 1 else number(value)
    if agreeing:
        figures = (*(term.index for term in agreeing), *(term.index for term in cells))
        yield Check(rule, "holds", f"the prose says {number(value)}, the table {table}", figures)
    elif len({term.value for term in said}) == 1:
        figures = (*(term.index for term in said), *(term.index for term in cells))
        yield Check(rule, "violated", f"the prose says {number(said[0].value)}, the table {table}", figures)


def documents(evidence: Evidence, text: str, indicator: str, said: Sequence[Term]) -> Iterator[Check]:
    """Rules and normative documents, whose sentence says which column is meant."""
    rule = f"prose = table: {indicator}"
    for term in said:
        figure = evidence.figures[term.index]
        low, high = figure.sentence
        around = normalise(text[max(low, figure.start - 24):min(high, figure.end + 8)]).text
        meant = [column for column, pattern in COLUMNS if pattern.search(around)]
        cells = [(column, cell) for column in ("made", "published", "repealed", "in_force")
                 if (cell := evidence.cells.get(("article20", indicator, column)))]
        agreeing = [(column, cell) for column, cell in cells if cell.value == term.value and (not meant or column in meant)]
        if agreeing:
            column, cell = agreeing[0]
            yield Check(rule, "holds", f"the prose says {number(term.value)}, the table {number(cell.value)} ({column})", (term.index, cell.index))
        elif len(meant) == 1 and len(said) == 1 and meant[0] != "published" and (found := dict(cells).get(meant[0])):
            yield Check(rule, "violated", f"the prose says {number(term.value)}, the table {number(found.value)} ({meant[0]})",
                        (term.index, found.index))
