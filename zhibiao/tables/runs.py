"""Runs: a text as labels, each with the values that follow it, wherever it is set in cells and not in sentences."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from zhibiao.tables.cells import VALUE, Label, Values, pieces
from zhibiao.tables.form import HAN, ORDINAL, Folded, Form

SENTENCE: Final = re.compile(r"[;!?]|。(?! ?\d)")
CLAUSE: Final = re.compile(r"[,:，：]")
HEADING: Final = re.compile(r"\s*[一二三四五六七八九十]{1,3}\s*[、.．]")
WORD: Final = re.compile(r"[^\s|\0]+")
# Characters that belong to no label of the form: more of them make a sentence, with a comma already fewer.
FOREIGN, FOREIGN_IN_CLAUSE = 24, 8


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
    foreign = form.foreign(form.fold(line).text)
    if not foreign:
        return False
    if len(foreign) > FOREIGN or len(foreign) > FOREIGN_IN_CLAUSE and CLAUSE.search(line):
        return True
    if HEADING.match(line) and not form.row_like(foreign, "applications"):
        return True
    # A number within words of its own: 含修订2件.
    words = WORD.findall(ORDINAL.sub(" ", line))
    return any(re.search(r"\d", word) and not VALUE.fullmatch(word) and form.foreign(form.fold(word).text) for word in words)


def lines(text: str) -> Iterator[tuple[int, int]]:
    """The intervals of the lines, without their line breaks."""
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield start, end
        start = end + 1


def fold(form: Form, text: str, labels: list[Label]) -> Folded:
    """Several labels folded into one, so that one broken over lines is whole again."""
    parts = [form.fold(text, label.start, label.end) for label in labels]
    joined = "".join(part.text for part in parts)
    for word, standard in form.synonyms.items():
        joined = joined.replace(word, standard)
    return Folded(joined, tuple(origin for part in parts for origin in part.origins))


def names_row(form: Form, folded: str) -> bool:
    """Whether a folded text ends with a label that can only be a row's."""
    words = list(form.find(folded))
    return bool(words) and words[-1].end == len(folded) and all(meaning.kind == "row" for meaning in words[-1].meanings)


def runs(form: Form, text: str) -> Iterator[Run]:
    """The runs of a text in order. Values before which no label stands belong to none."""
    labels: list[Label] = []
    values: list[Values] = []
    apart = True

    def run(last: bool = False) -> Run:
        return Run(fold(form, text, labels), tuple(labels), tuple(values), apart, last)

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
            # Blank cells and lines between the words of a header are none of a row's.
            if values and not (all(some.nothing for some in values) and not names_row(form, fold(form, text, labels).text)):
                yield run()
                labels, apart = [], False
            values = []
            labels.append(piece)
    if any(not some.line for some in values):
        yield run(True)
