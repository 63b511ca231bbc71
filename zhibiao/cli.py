"""The command line: `zhibiao extract`, `zhibiao check`, `zhibiao indicators`.

Exit codes: 0 done, 1 some documents failed (each named on stderr), 2 wrong use.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tabulate import tabulate

from zhibiao import formats
from zhibiao.catalogue import catalogue
from zhibiao.checks import across
from zhibiao.errors import ModelError, ZhibiaoError
from zhibiao.extractor import Extractor
from zhibiao.response import Extraction
from zhibiao.version import __version__
from zhibiao.view import normalise


@dataclass(frozen=True, slots=True)
class Document:
    """id: the file's name without its ending, or the line's own; text; failure: why it could not be read, if so."""

    id: str
    text: str
    failure: str | None = None


def documents(arguments: Sequence[str]) -> Iterator[Document]:
    """The documents that the arguments name; `-` and none at all are the standard input."""
    for argument in arguments or ["-"]:
        if argument == "-":
            yield decoded("stdin", sys.stdin.buffer.read())
            continue
        path = Path(argument)
        try:
            data = path.read_bytes()
        except OSError as error:
            yield Document(argument, "", f"cannot be read: {error.strerror}")
            continue
        if path.suffix in (".jsonl", ".ndjson"):
            yield from lines(path, data)
        else:
            yield decoded(path.stem, data)


def decoded(identifier: str, data: bytes) -> Document:
    """A document of UTF-8 bytes, a byte order mark allowed."""
    try:
        return Document(identifier, data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return Document(identifier, "", f"is not UTF-8 (byte {error.start} is {data[error.start]:#04x}); convert it first")


def lines(path: Path, data: bytes) -> Iterator[Document]:
    """The documents of JSON Lines, each an object with `text` and perhaps `id`."""
    # Not splitlines(): a JSON string may hold U+2028 as it is.
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip():
            continue
        name = f"{path.stem}:{number}"
        try:
            item = json.loads(line.decode("utf-8-sig"))
        except ValueError as error:
            yield Document(name, "", f"line {number} is no JSON: {error}")
            continue
        if not isinstance(item, dict) or not isinstance(item.get("text"), str):
            yield Document(name, "", f'line {number}: expected an object with a string "text"')
            continue
        yield Document(str(item["id"]) if item.get("id") is not None else name, item["text"])


def extract(options: argparse.Namespace) -> int:
    try:
        extractor = Extractor.load(options.model)
    except ModelError as error:
        print(f"zhibiao: {error}", file=sys.stderr)
        return 2
    failed = 0

    def responses() -> Iterator[tuple[str, dict[str, Any]]]:
        nonlocal failed
        for document in documents(options.files):
            failure = document.failure
            if failure is None:
                try:
                    yield document.text, extractor(document.text).response(document.id, options.min_confidence)
                    continue
                except ZhibiaoError as error:
                    failure = str(error)
            failed += 1
            print(f"zhibiao: {document.id}: {failure}", file=sys.stderr)

    write = formats.WRITERS[options.format]
    try:
        if options.output:
            with Path(options.output).open("w", encoding=formats.ENCODINGS.get(options.format, "utf-8"), newline="") as stream:
                write(responses(), stream)
        else:
            sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
            write(responses(), sys.stdout)
    except formats.MissingExtraError as error:
        print(f"zhibiao: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        print(f"zhibiao: {options.output}: {error.strerror}", file=sys.stderr)
        return 2
    return 1 if failed else 0


def check(options: argparse.Namespace) -> int:
    try:
        extractor = Extractor.load(options.model)
    except ModelError as error:
        print(f"zhibiao: {error}", file=sys.stderr)
        return 2
    reports: list[tuple[str, Extraction]] = []
    for document in documents([options.first, options.second]):
        failure = document.failure
        if failure is None:
            try:
                reports.append((document.id, extractor(document.text)))
                continue
            except ZhibiaoError as error:
                failure = str(error)
        print(f"zhibiao: {document.id}: {failure}", file=sys.stderr)
        return 1
    if len(reports) != 2:
        print(f"zhibiao: found {len(reports)} documents, expected two reports of one office", file=sys.stderr)
        return 2
    years = [report.header.year.value for _, report in reports]
    if all(isinstance(year, int) for year in years):
        reports.sort(key=lambda pair: int(pair[1].header.year.value or 0))
        if abs(int(years[0] or 0) - int(years[1] or 0)) != 1:
            print(f"zhibiao: the reports are of {years[0]} and {years[1]}; expected two years that follow each other", file=sys.stderr)
    (earlier_id, earlier), (later_id, later) = reports
    offices = [normalise(str(report.header.organization.value or "")).text for report in (earlier, later)]
    if all(offices) and offices[0] != offices[1]:
        print(f"zhibiao: the reports are of {offices[0]} and {offices[1]}; expected one office", file=sys.stderr)
    found = list(across(earlier.evidence, later.evidence))
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    found = list(across(earlier.evidence, later.evidence))
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    if options.format == "json":
        json.dump({"earlier": earlier_id, "later": later_id, "checks": [asdict(one) for one in found]}, sys.stdout, ensure_ascii=False, indent=1)
        print()
    else:
        print(f"{earlier_id}, then {later_id}")
        print(tabulate([(one.status, one.rule, one.message) for one in found], headers=("status", "rule", "message")))
    return 0


def indicators(_: argparse.Namespace) -> int:
    for indicator in catalogue().indicators.values():
        print(f"{indicator.code}\t{indicator.name}\t{' '.join(indicator.units)}\t{indicator.note}".rstrip())
    return 0


def share(written: str) -> float:
    value = float(written)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{written} is not between 0 and 1")
    return value


def parser() -> argparse.ArgumentParser:
    result = argparse.ArgumentParser(prog="zhibiao", description="Read the figures out of Chinese government reports.")
    result.add_argument("--version", action="version", version=f"zhibiao {__version__}")
    commands = result.add_subparsers(required=True, metavar="COMMAND")
    command = commands.add_parser("extract", help="the figures of texts", description="Read texts and print their figures.")
    command.add_argument("files", nargs="*", metavar="FILE", help="UTF-8 text, or .jsonl with id and text; - or nothing for standard input")
    command.add_argument("--format", choices=tuple(formats.WRITERS), default="table", help="default: %(default)s")
    command.add_argument("--output", metavar="PATH", help="write there instead of standard output")
    command.add_argument("--min-confidence", type=share, default=0.0, metavar="X", help="leave out figures below, 0 to 1")
    command.add_argument("--model", metavar="FOLDER", help="a model folder; default: the released one")
    command.set_defaults(run=extract)
    command = commands.add_parser("check", help="whether two years of one office agree",
                                  description="Hold the reports of two years of one office against each other, in whatever order they come.")
    command.add_argument("first", metavar="A", help="UTF-8 text of one report")
    command.add_argument("second", metavar="B", help="UTF-8 text of the other")
    command.add_argument("--format", choices=("table", "json"), default="table", help="default: %(default)s")
    command.add_argument("--model", metavar="FOLDER", help="a model folder; default: the released one")
    command.set_defaults(run=check)
    command = commands.add_parser("indicators", help="the list of indicators: code, name, usual units, note")
    command.set_defaults(run=indicators)
    return result


def main(arguments: Sequence[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    return int(options.run(options))


if __name__ == "__main__":
    sys.exit(main())
