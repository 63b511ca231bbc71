"""The forms in which the command line writes extractions."""

import csv
import json
from collections.abc import Callable, Iterable
from typing import Any, Final, TextIO

from tabulate import tabulate

Responses = Iterable[tuple[str, dict[str, Any]]]
Writer = Callable[[Responses, TextIO], None]

COLUMNS: Final = ("id", "indicator", "name", "role", "value", "value_max", "unit", "approx", "nil", "text", "start", "end", "object",
                  "section", "source", "confidence")


class MissingExtraError(RuntimeError):
    """A format needs a package that is not installed; says which install command brings it."""


def write_jsonl(responses: Responses, stream: TextIO) -> None:
    """One response a line."""
    for _, response in responses:
        stream.write(json.dumps(response, ensure_ascii=False) + "\n")
        stream.flush()


def write_json(responses: Responses, stream: TextIO) -> None:
    """One indented response, or a list of them where there are several."""
    everything = [response for _, response in responses]
    json.dump(everything[0] if len(everything) == 1 else everything, stream, ensure_ascii=False, indent=1)
    stream.write("\n")


def write_table(responses: Responses, stream: TextIO) -> None:
    """Tables for reading, aligned by the width of Chinese characters."""
    for _, response in responses:
        title = response["report"]["title"]["value"] or ""
        stream.write(f"{response['id']} {title}".rstrip() + "\n")
        rows = [(figure["text"].replace("\n", "⏎"), figure["indicator"], figure["name"], figure["role"], value(figure), figure["unit"],
                 f"{figure['confidence']:.2f}") for figure in response["figures"]]
        stream.write(tabulate(rows, headers=("text", "indicator", "name", "role", "value", "unit", "confidence"), disable_numparse=True) + "\n\n")


def value(figure: dict[str, Any]) -> str:
    """The value with its approximation, for reading."""
    mark = {"exact": "", "more": ">", "less": "<", "about": "~", "at_least": "≥", "at_most": "≤"}[figure["approx"]]
    high = f"–{figure['value_max']}" if figure["value_max"] is not None else ""
    return f"{mark}{figure['value']}{high}"


def write_csv(responses: Responses, stream: TextIO) -> None:
    """One figure a row. To a file it is written with a byte order mark, by which Excel knows UTF-8."""
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    for _, response in responses:
        for figure in response["figures"]:
            writer.writerow([guarded(response["id"] if column == "id" else figure[column]) for column in COLUMNS])


def guarded(cell: Any) -> Any:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def write_html(responses: Responses, stream: TextIO) -> None:
    """The texts with their figures marked, by displaCy."""
    try:
        from spacy import displacy
    except ImportError:
        raise MissingExtraError("--format html needs spaCy; install it with: pip install 'zhibiao[spacy]'") from None
    marked = [{"text": text, "title": response["id"],
               "ents": [{"start": f["start"], "end": f["end"], "label": f"{f['indicator']} {f['role']} {f['confidence']:.2f}"}
                        for f in response["figures"]]} for text, response in responses]
    stream.write(displacy.render(marked, style="ent", manual=True, page=True, options={"lang": "zh"}))


WRITERS: Final[dict[str, Writer]] = {"table": write_table, "json": write_json, "jsonl": write_jsonl, "csv": write_csv, "html": write_html}
ENCODINGS: Final = {"csv": "utf-8-sig"}
