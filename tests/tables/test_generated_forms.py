"""A thousand generated forms, and what must be true of every one: cells, offsets, prose, checks."""

import random
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tables import forms
from zhibiao import layout, regions
from zhibiao.checks import Check, Evidence, check
from zhibiao.tables import Tables, read
from zhibiao.view import View, normalise

FORMS, CONTRADICTIONS, SPOILT = 1000, 300, 200


@dataclass(frozen=True)
class Read:
    style: forms.Style
    report: forms.Report
    text: str
    view: View
    tables: Tables


def reading(text: str) -> tuple[View, Tables]:
    view = normalise(text)
    return view, read(view, layout.read(view.text))


def generated(number: int) -> tuple[random.Random, forms.Style, forms.Report]:
    rng = random.Random(number)
    style = forms.STYLES[number % len(forms.STYLES)]
    report = forms.consistent(rng)
    if style.blank or number % 7 == 0:
        report = forms.with_blanks(rng, report)
    if number % 5 == 0:
        report = forms.without_rows(rng, report)
    return rng, style, report


@cache
def readings() -> tuple[Read, ...]:
    """The thousand, read once."""
    found = []
    for number in range(FORMS):
        rng, style, report = generated(number)
        text = forms.render(rng, report, style)
        found.append(Read(style, report, text, *reading(text)))
    return tuple(found)


def flat(plain: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """The cells of plain tables by their path; amounts stay whole."""
    if isinstance(plain, dict) and set(plain) != {"value", "unit"}:
        return {key: value for name, inner in plain.items() if name != "columns" for key, value in flat(inner, (*path, name)).items()}
    if isinstance(plain, list):
        return {(*path, str(column)): value for column, value in enumerate(plain)}
    return {path: plain}


def evidence(tables: Tables) -> Evidence:
    return Evidence(tables.figures, tables.confidences, tables)


def checks(tables: Tables) -> list[Check]:
    return list(check(evidence(tables), "", 2019))


def test_cells_are_read_back() -> None:
    right = total = 0
    wrong: dict[str, list[Any]] = {}
    for one in readings():
        wanted, got = flat(one.report.tables()), flat(one.tables.plain)
        differing = {path: (wanted.get(path, "no cell"), got.get(path, "no cell")) for path in wanted.keys() | got.keys()
                     if wanted.get(path, "no cell") != got.get(path, "no cell")}
        right, total = right + len(wanted) - len(differing), total + len(wanted)
        if differing:
            wrong.setdefault(one.style.name, []).append((one.tables.warnings, differing))
    assert right >= 0.995 * total, wrong


def test_a_wrong_cell_is_a_missing_one() -> None:
    """What cannot be placed surely is left out, not put somewhere."""
    invented = []
    for one in readings():
        wanted = flat(one.report.tables())
        invented += [(one.style.name, path) for path, value in flat(one.tables.plain).items() if value not in (None, wanted.get(path))]
    assert not invented


def test_figures_point_to_their_cells() -> None:
    for one in readings():
        starts = [figure.start for figure in one.tables.figures]
        assert starts == sorted(set(starts))
        for figure in one.tables.figures:
            assert figure.text == one.text[figure.start:figure.end]
            assert figure.text == figure.text.strip()
            assert figure.sentence[0] <= figure.start < figure.end <= figure.sentence[1]
            assert figure.source == "table"


def test_prose_is_whole_and_holds_no_cell() -> None:
    for one in readings():
        prose = regions.prose(one.view.text, one.tables.occupied)
        words = "".join(one.view.text[low:high] for low, high in prose)
        sentences = normalise("\n".join(forms.AROUND.values())).text
        if not one.style.script:
            assert all(sentence in words for sentence in sentences.splitlines()), one.style
        numbers = re.findall(r"\d+", words)
        assert len(numbers) == len(re.findall(r"\d+", sentences)) + 1, (one.style, numbers)


def test_missing_rows_are_named() -> None:
    for one in readings():
        named = " ".join(one.tables.warnings)
        assert all(code in named for _, code in one.report.gone), one.style
        if not one.report.gone and one.style.name in forms.RENDERINGS:
            assert "missing" not in named, (one.style, named)


def test_no_false_alarms() -> None:
    for one in readings():
        alarms = [found.message for found in checks(one.tables) if found.status == "violated"]
        assert not alarms, (one.style, alarms)


def test_consistent_forms_hold() -> None:
    whole = [one for one in readings() if not one.report.gone and None not in one.report.cells.values()]
    assert len(whole) > 300
    for one in whole:
        assert [found.status for found in checks(one.tables)] == ["holds"] * 4, one.style


def test_planted_contradictions_are_found() -> None:
    found = 0
    for number in range(CONTRADICTIONS):
        rng = random.Random(number)
        report, places = forms.contradicted(rng, forms.consistent(rng))
        text = forms.render(rng, report, forms.STYLES[number % len(forms.STYLES)])
        _, tables = reading(text)
        violated = [one for one in checks(tables) if one.status == "violated"]
        concerned = {tables.address[tables.figures[index].start] for one in violated for index in one.figures}
        found += any(place in concerned for place in places)
    assert found >= 0.99 * CONTRADICTIONS


def spoilt() -> Iterator[tuple[str, forms.Report, str]]:
    for number in range(SPOILT):
        rng, style, report = generated(number)
        text = forms.render(rng, report, style)
        if number % 2:
            yield "truncated", report, text[:rng.randrange(len(text) // 10, len(text))]
        else:
            lines = text.split("\n")
            rng.shuffle(lines)
            yield "scrambled", report, "\n".join(lines)


def test_spoilt_forms() -> None:
    """No exception, no value that is not in the text, and whatever is missing is named."""
    for how, report, text in spoilt():
        view, tables = reading(text)
        values = [figure.value for figure in tables.figures]
        assert all(text[figure.start:figure.end] == figure.text for figure in tables.figures)
        assert all(low < high for low, high in tables.occupied)
        assert all(first[1] <= second[0] for first, second in pairwise(tables.occupied))
        wanted = flat(report.tables())
        got = {path: value for path, value in flat(tables.plain or {}).items() if value is not None}
        assert len(got) == len(values)
        if how == "truncated":
            strange = {path: value for path, value in got.items() if value != wanted.get(path)}
            assert len(strange) <= 1, strange  # the one that the end cuts through
        if got and len(got) < sum(value is not None for value in wanted.values()):
            assert tables.warnings, how
        list(check(evidence(tables), text, 2019))
        regions.prose(view.text, tables.occupied)


@given(st.lists(st.sampled_from([
    *(label for _, header, _, rows in forms.ARTICLE20["2019"] for label in (*header, *(label for _, label in rows))),
    *(label for _, labels in forms.APPLICATIONS for label in labels), "行政复议", "行政诉讼", "结果维持", "总计", "自然人", "其他",
    *"0123456789", "12", "1,024", "3 7", "449.33万元", "40项", "-2", "\n", "\n", "\n", "\t", "|", " ", "  ", "\xa0", "&nbsp;", "/",
    "。", "1.", "五、"]), max_size=120))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_heap_of_words_and_cells(pieces: list[str]) -> None:
    text = "".join(pieces)
    _, tables = reading(text)
    assert all(text[figure.start:figure.end] == figure.text for figure in tables.figures)
    assert len({figure.start for figure in tables.figures}) == len(tables.figures) == len(tables.address)
    assert all(first[1] <= second[0] for first, second in pairwise(tables.occupied))
    checks(tables)


@given(st.integers(0, 10**6), st.sampled_from(forms.STYLES), st.sampled_from(["2019", "2021"]))
@settings(max_examples=30, deadline=None)
def test_line_ends_and_padding_change_nothing(seed: int, style: forms.Style, which: str) -> None:
    rng = random.Random(seed)
    text = forms.render(rng, forms.consistent(rng, which), style)
    plain = reading(text)[1].plain
    assert reading(text.replace("\n", "\r\n"))[1].plain == plain
    assert reading("\ufeff" + text + "\n\n")[1].plain == plain


def test_the_customers_numbers() -> None:
    for style in forms.STYLES:
        text = forms.render(random.Random(0), forms.customer(), style)
        tables = reading(text)[1]
        assert tables.plain == forms.customer().tables(), style
        assert {found.status for found in checks(tables)} == {"holds"}


@pytest.mark.parametrize("changed", [
    ("applications", "carried_out", "total"), ("applications", "granted", "research"), ("disputes", "review", "total"),
])
def test_a_contradiction_names_its_numbers(changed: tuple[str, str, str]) -> None:
    report = deepcopy(forms.customer())
    report.cells[changed] = 77
    found = [one for one in checks(reading(forms.render(random.Random(0), report, forms.STYLES[0]))[1]) if one.status == "violated"]
    assert found
    assert all("77" in one.message or "82" in one.message or "94" in one.message for one in found), [one.message for one in found]
