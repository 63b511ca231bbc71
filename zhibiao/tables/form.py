"""The statutory form as it is declared in form.yaml, and its words found in a text.

A label is compared by its Chinese characters alone, so that numbering, quotes, brackets, blanks and line breaks within it
make no difference.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

import yaml

from zhibiao.catalogue import catalogue

HAN: Final = re.compile(r"[一-龥]+")
# The number in front of a label: 一、 (三) 1. at the beginning of a line or cell.
ORDINAL: Final = re.compile(r"(?:^|(?<=[\s|>]))\s*"
                            r"(?:\(?[一二三四五六七八九十]{1,3}\)|[一二三四五六七八九十]{1,3}\s*[、.．]|\d{1,2}\s*[、.．)](?!\d))")
# The shortest beginning of a label that stands for the whole where a line was broken.
FRAGMENT: Final = 4
CLOSE: Final = 0.8

Kind = Literal["opens", "group", "column", "row", "noise"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: role is that of its figures, `change` for one whose sign decides; unit is what the printed header says."""

    code: str
    labels: tuple[str, ...]
    role: str
    unit: str
    indicator: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row; indicator: of its figures where the column has none of its own; layouts: those that have it."""

    code: str
    labels: tuple[str, ...]
    indicator: str
    layouts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One table. columns: by layout, in order; across: its rows stand beside each other on one line."""

    number: int
    within: str
    across: bool
    columns: Mapping[str, tuple[Column, ...]]
    rows: Mapping[str, Row]

    def indicator(self, row: Row, column: Column) -> str:
        """The code of what a cell counts."""
        return (column.indicator or row.indicator).format(group=row.indicator)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a label may be: a word that opens a table, heads a group, or names a column or row. layouts: those that have it."""

    kind: Kind
    table: int
    code: str
    layouts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Word:
    """A label found in folded text, at [start, end) there, with all that it may mean."""

    start: int
    end: int
    label: str
    meanings: tuple[Meaning, ...]


@dataclass(frozen=True, slots=True)
class Folded:
    """The Chinese characters of some stretches of the view, and where each stood in it."""

    text: str
    origins: tuple[int, ...]


def unnumbered(text: str) -> str:
    """The text with blanks in place of the numbers in front of labels."""
    return ORDINAL.sub(lambda match: " " * len(match[0]), text)


@dataclass(frozen=True, slots=True)
class Form:
    """The declared form.

    words: every label with what it may mean; pattern: finds them, the longest first; joined: all of them, to look a piece up in;
    synonyms: words to replace before comparing, which synonym finds; names: of the codes that only the form has.
    """

    layouts: tuple[str, ...]
    tables: tuple[Table, ...]
    words: Mapping[str, tuple[Meaning, ...]]
    pattern: re.Pattern[str]
    joined: str
    synonyms: Mapping[str, str]
    synonym: re.Pattern[str]
    names: Mapping[str, str]

    def standard(self, folded: str) -> str:
        """A folded text with its synonyms replaced."""
        return self.synonym.sub(lambda match: self.synonyms[match[0]], folded)

    def letters(self, text: str) -> str:
        """The characters of a text that count, synonyms replaced."""
        return self.standard("".join(HAN.findall(unnumbered(text))))

    def fold(self, text: str, intervals: Iterable[tuple[int, int]]) -> Folded:
        """The letters of several stretches of a text together, so that a label broken over lines is whole again."""
        characters: list[str] = []
        origins: list[int] = []
        for start, end in intervals:
            for match in HAN.finditer(unnumbered(text[start:end])):
                characters.append(match[0])
                origins.extend(range(start + match.start(), start + match.end()))
        return Folded(self.standard("".join(characters)), tuple(origins))

    def find(self, folded: str) -> Iterator[Word]:
        """The labels in a folded text, in order, without overlap."""
        for match in self.pattern.finditer(folded):
            yield Word(match.start(), match.end(), match[0], self.words[match[0]])

    def foreign(self, folded: str) -> str:
        """What is left of a folded text without the form's labels; nothing where the rest is a piece of one."""
        rest = self.pattern.sub("", folded)
        return "" if rest in self.joined else rest

    def row_like(self, folded: str, within: str) -> tuple[Table, Row] | None:
        """The row of a table that a text names which is no label: the beginning of a broken one, or one much like it."""
        if len(folded) < FRAGMENT:
            return None
        rows = {label: (table, row) for table in self.tables if table.within == within for row in table.rows.values() for label in row.labels}
        begun = {rows[label][1].code for label in rows if label.startswith(folded)}
        chosen = [label for label in rows if label.startswith(folded)] if len(begun) == 1 else get_close_matches(folded, rows, 1, CLOSE)
        return rows[chosen[0]] if chosen else None


def labelled(entry: Mapping[str, Any], own: str) -> str:
    return str(entry.get("indicator", own))


def table(number: int, declared: Mapping[str, Any], layouts: tuple[str, ...]) -> Table:
    """One table of the declaration."""
    prefix = "application." if declared["within"] == "applications" else ""
    columns = {
        layout: tuple(Column(code, tuple(entry["labels"]), entry["role"], entry.get("unit", ""), labelled(entry, ""))
                      for code, entry in chosen.items())
        for key, chosen in declared["columns"].items() for layout in (layouts if key == "both" else (key,))
    }
    rows = {code: Row(code, tuple(entry["labels"]), labelled(entry, prefix + code), tuple(entry.get("layouts", layouts)))
            for code, entry in declared["rows"].items()}
    return Table(number, declared["within"], declared.get("across", False), columns, rows)


@cache
def form() -> Form:
    """The form that comes with the package."""
    declared = yaml.safe_load((files("zhibiao.tables") / "form.yaml").read_text(encoding="utf-8"))
    layouts = tuple(declared["layouts"])
    tables = tuple(table(number, entry, layouts) for number, entry in enumerate(declared["tables"]))
    words: dict[str, list[Meaning]] = {label: [Meaning("noise", -1, "", layouts)] for label in declared["noise"]}

    def mean(label: str, kind: Kind, number: int, code: str, of: tuple[str, ...]) -> None:
        words.setdefault(label, []).append(Meaning(kind, number, code, of))

    for entry, known in zip(declared["tables"], tables, strict=True):
        for label in entry["opens"]:
            mean(label, "opens", known.number, "", layouts)
        for label in entry.get("groups", ()):
            mean(label, "group", known.number, "", layouts)
        for row in known.rows.values():
            for label in row.labels:
                mean(label, "row", known.number, row.code, row.layouts)
        owners: dict[tuple[str, str], list[str]] = {}
        for layout, columns in known.columns.items():
            for column in columns:
                for label in column.labels:
                    owners.setdefault((label, column.code), []).append(layout)
        for (label, code), of in owners.items():
            mean(label, "column", known.number, code, tuple(of))
    names = {code: row.labels[0] for known in tables for row in known.rows.values() for columns in known.columns.values()
             for column in columns if (code := known.indicator(row, column)) not in catalogue().indicators}
    pattern = re.compile("|".join(sorted(words, key=lambda label: (-len(label), label))))
    return Form(layouts, tables, {label: tuple(meanings) for label, meanings in words.items()}, pattern, "\n".join(words),
                declared["synonyms"], re.compile("|".join(declared["synonyms"])), names)
