r"""The inline form of annotated text, for writing and reading by hand.

A file holds documents, each begun by a head line `# id=ID script=hans|hant kind=KIND`; what follows up to the next head
is its text, outer blank lines dropped. A figure is marked where it stands:

    [text|indicator|role|value|approx|value_max|unit|object]

with trailing empty fields left out. Role is `level` unless given, `nil` in its place marks a nil statement; value,
value_max, approx and unit are what the number parser reads unless given. `object` names the measured thing by words of
the text, the occurrence nearest to the left of the figure, or else to its right; a document whose head says
`objects=yes` gives it for every figure that has one. A backslash takes from the character behind it, one of `[ ] | \ #`,
what it means here; `\r` is a carriage return.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from zhibiao.catalogue import catalogue
from zhibiao.numbers import plain_number
from zhibiao.numbers import read as read_number

ESCAPED = {"[": "[", "]": "]", "|": "|", "\\": "\\", "#": "#", "r": "\r"}
TOKEN = re.compile(r"""
    (?P<plain> [^\\\[\]|]+ )
  | (?P<escaped> \\ [\[\]|\\\#r] )
  | \[ (?P<words> (?: [^\\\[\]|] | \\ [\[\]|\\\#r] )+ ) \| (?P<fields> [^\[\]]* ) \]
  | (?P<stray> . )
""", re.VERBOSE | re.DOTALL)
HEAD = "# id="
KINDS = ("annual", "website", "message", "work", "nil", "distractor")
FIELDS = ("indicator", "role", "value", "approx", "value_max", "unit", "object")


class InlineError(ValueError):
    """A mark or a head that the form does not allow; says where and what is allowed."""


def number(written: str, field: str, mark: str) -> int | float | None:
    try:
        return plain_number(Decimal(written)) if written else None
    except InvalidOperation:
        raise InlineError(f"{mark}: {field} is {written!r}, expected a plain decimal number") from None


def figure(mark: str, text: str, fields: list[str], start: int) -> dict[str, Any]:
    """The JSON Lines form of one mark whose text begins at `start`. Raises InlineError."""
    if len(fields) > len(FIELDS):
        raise InlineError(f"{mark}: {len(fields)} fields behind the text, at most {len(FIELDS)}: {', '.join(FIELDS)}")
    given = dict(zip(FIELDS, fields + [""] * (len(FIELDS) - len(fields)), strict=True))
    known = catalogue()
    nil = given["role"] == "nil"
    value: int | float | None
    role = "level" if nil else given["role"] or "level"
    for field, code, allowed in (("indicator", given["indicator"], known.indicators), ("role", role, known.roles),
                                  ("approx", given["approx"] or "exact", known.approximations)):
        if code not in allowed:
            raise InlineError(f"{mark}: {field} {code!r} is not in the catalogue")
    if text != text.strip():
        raise InlineError(f"{mark}: the span begins or ends with a blank")
    if nil:
        if given["indicator"] == "other":
            raise InlineError(f"{mark}: a nil statement needs an indicator of its own")
        value, read = 0, None
    else:
        read = read_number(text)
        value = number(given["value"], "value", mark)
        if value is None:
            value = plain_number(read.value) if read else None
        if value is None:
            raise InlineError(f"{mark}: no number can be read in it; write the value in the third field")
    value_max = number(given["value_max"], "value_max", mark)
    if read and not given["value_max"] and not given["value"]:
        value_max = plain_number(read.value_max)
    unit = given["unit"]
    if not unit and read:
        unit = read.unit
    return {"start": start, "end": start + len(text), "text": text, "indicator": given["indicator"], "role": role,
            "value": value, "value_max": value_max, "unit": unit, "nil": nil,
            "approx": given["approx"] or (read.approx if read else "exact"), "object": given["object"] or None}


def locate(text: str, figure: dict[str, Any], mark: str) -> None:
    """Replace the words of `object` by their place: the nearest occurrence to the left, or else to the right."""
    words = figure.pop("object")
    figure["object"] = None
    if words is None:
        return
    at = text.rfind(words, 0, figure["start"])
    if at < 0:
        at = text.find(words, figure["end"])
    if at < 0:
        raise InlineError(f"{mark}: the object {words!r} does not stand in the text")
    figure["object"] = {"start": at, "end": at + len(words), "text": words}


def unescaped(written: str) -> str:
    return re.sub(r"\\(.)", lambda match: ESCAPED[match[1]], written)


def escaped(text: str) -> str:
    """`text` with a backslash before whatever the form would take for its own."""
    return re.sub(r"[\[\]|\\]|^#(?= id=)", r"\\\g<0>", text, flags=re.MULTILINE).replace("\r", "\\r")


def parse(marked: str) -> tuple[str, list[dict[str, Any]]]:
    """(text, figures) of one document in the inline form. Raises InlineError."""
    pieces, figures, length = [], [], 0
    for token in TOKEN.finditer(marked):
        if stray := token["stray"]:
            near = marked[max(0, token.start() - 10):token.end() + 10]
            raise InlineError(f"an unbalanced {stray!r} near {near!r}; where the text has it, write a backslash before it")
        pieces.append(unescaped(token["words"] or token[0]))
        if token["words"]:
            figures.append((token[0], figure(token[0], pieces[-1], token["fields"].split("|"), length)))
        length += len(pieces[-1])
    text = "".join(pieces)
    for mark, item in figures:
        locate(text, item, mark)
    return text, [item for _, item in figures]


def write(text: str, figures: Sequence[Mapping[str, Any]]) -> str:
    """The inline form of one document, the inverse of `parse` but for objects, which it leaves out.

    figures: in the order of the text, none overlapping. Fields that the text says by itself are left out.
    """
    pieces: list[str] = []
    last = 0
    for item in figures:
        pieces += escaped(text[last:item["start"]]), mark(item)
        last = item["end"]
    return "".join([*pieces, escaped(text[last:])])


def mark(item: Mapping[str, Any]) -> str:
    """One figure as it is marked."""
    words = escaped(item["text"])
    fields = [item["indicator"], "nil" if item["nil"] else item["role"]]
    read = None if item["nil"] else read_number(item["text"])
    if not item["nil"]:
        values = [plain_number(read.value), plain_number(read.value_max)] if read else [None, None]
        same = values == [item["value"], item["value_max"]]
        value, value_max = ("", "") if same else (decimal(item["value"]), decimal(item["value_max"]))
        approx = "" if item["approx"] == (read.approx if read else "exact") else item["approx"]
        unit = "" if item["unit"] == (read.unit if read else "") else item["unit"]
        fields += [value, approx, value_max, unit]
    while fields[-1] in ("", "level"):
        fields.pop()
    return f"[{'|'.join([words, *fields])}]"


def decimal(value: float | None) -> str:
    return "" if value is None else format(Decimal(str(value)), "f")


def documents(path: Path) -> Iterator[tuple[dict[str, str], str]]:
    """(head, marked text) of each document in a file."""
    head: dict[str, str] | None = None
    lines: list[str] = []
    for line in path.read_text(encoding="utf-8").split("\n"):  # not splitlines(): a text may hold U+2028
        if line.startswith(HEAD):
            if head is not None:
                yield head, "\n".join(lines).strip()
            head = dict(part.split("=", 1) for part in line[2:].split() if "=" in part)
            lines = []
        elif head is None and line.strip():
            raise InlineError(f"{path}: text before the first head line {HEAD}…")
        else:
            lines.append(line)
    if head is not None:
        yield head, "\n".join(lines).strip()


def read(path: Path) -> Iterator[dict[str, Any]]:
    """The documents of a file in the JSON Lines form. Raises InlineError with the document's id."""
    for head, marked in documents(path):
        try:
            if head.get("kind") not in KINDS or head.get("script") not in ("hans", "hant"):
                raise InlineError(f"kind={head.get('kind')} script={head.get('script')}, "
                                  f"expected kind one of {', '.join(KINDS)} and script hans or hant")
            text, figures = parse(marked)
        except InlineError as error:
            raise InlineError(f"{path}: {head['id']}: {error}") from None
        yield {"id": head["id"], "script": head["script"], "kind": head["kind"], "topic": path.stem,
               "objects": head.get("objects") == "yes", "text": text, "figures": figures}
