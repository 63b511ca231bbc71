"""Runs: a text as labels, each with the values that follow it, wherever it is set in cells and not in sentences."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from zhibiao.tables.cells import VALUE, Label, Values, pieces
from zhibiao.tables.form import HAN, ORDINAL, Folded, Form

SENTENCE: Final = re.compile(r"[;!?]|。(?! ?\d)")
CLAUSE: Final = re.compile(r"[,:，：]")
HEADING: Final = re.compile(r"\s*[一二三四五六七八九十]{1,3}\s*[、.．]")
WORD: Final = re.compile(r"[^\s|\0]+")
# Characters that belong to no label of the form: more of them make a sentence, with a comma already fewer.
FOREIGN, FOREIGN_IN_CLAUSE, FOREIGN_ALONE = 24, 8, 6
# Over how many lines a label may be broken.
LINES: Final = 4


@dataclass(frozen=True, slots=True)
class Run:
    """Labels and the values behind them. apart: a sentence stands between it and the run before; last: nothing follows it."""

    folded: Folded
    labels: tuple[Label, ...]
    values: tuple[Values, ...]
    apart: bool
    last: bool

    @property
    def end(self) -> int:
        return next((values.end for values in reversed(self.values) if not values.nothing), self.labels[-1].end)


def sentence(form: Form, line: str) -> bool:
    """Whether a line is prose or a heading of something else, not a line of the form."""
    if not HAN.search(line) or VALUE.fullmatch(line.strip()):
        return False
    if SENTENCE.search(line):
        return True
    foreign = form.foreign(form.letters(line))
    if not foreign:
        return False
    if len(foreign) > FOREIGN or len(foreign) > FOREIGN_IN_CLAUSE and CLAUSE.search(line):
        return True
    if HEADING.match(line) and not form.row_like(foreign, "applications"):
        return True
    # A number within words of its own: 含修订2件.
    words = WORD.findall(ORDINAL.sub(" ", line))
    return any(re.search(r"\d", word) and not VALUE.fullmatch(word) and form.foreign(form.letters(word)) for word in words)


def lines(text: str) -> Iterator[tuple[int, int]]:
    """The intervals of the lines, without their line breaks."""
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield start, end
        start = end + 1


def names_row(form: Form, folded: str) -> bool:
    """Whether a folded text ends with a label that can only be that of a row below others."""
    words = list(form.find(folded))
    return bool(words) and words[-1].end == len(folded) and all(
        meaning.kind == "row" and not form.tables[meaning.table].across for meaning in words[-1].meanings)


def strange(form: Form, text: str, labels: list[Label]) -> bool:
    """Whether the last label is none of the form, nor a piece of one."""
    letters = form.letters(text[labels[-1].start:labels[-1].end]) if labels else ""
    return len(letters) >= FOREIGN_ALONE and form.foreign(letters) == letters


def closed(values: list[Values]) -> tuple[Values, ...]:
    """The values of a row; a last mark on a line of its own ends the row and is no cell."""
    last = next((i for i in reversed(range(len(values))) if not values[i].line), -1)
    return tuple(replace(some, cells=(), frame="end") if i == last and some.frame == "alone" else some for i, some in enumerate(values))


def runs(form: Form, text: str) -> Iterator[Run]:
    """The runs of a text in order. Values before which no label stands belong to none."""
    labels: list[Label] = []
    values: list[Values] = []
    apart = True

    def folded(last: int = 0) -> Folded:
        return form.fold(text, ((label.start, label.end) for label in labels[-last:]))

    def run(last: bool = False) -> Run:
        return Run(folded(), tuple(labels), closed(values), apart, last)

    for start, end in lines(text):
        if sentence(form, text[start:end]):
            if any(not some.line for some in values):
                yield run()
            labels, values, apart = [], [], True
            continue
        for piece in pieces(text, start, end):
            if isinstance(piece, Values):
                if labels:
                    values.append(piece)
                continue
            # Blank cells and lines between the words of a header are none of a row's; words that are not the form's end one.
            if values and not (all(some.nothing for some in values) and not names_row(form, folded(LINES).text)) or strange(form, text, labels):
                yield run()
                labels, apart = [], False
            values = []
            labels.append(piece)
    if any(not some.line for some in values):
        yield run(True)
