"""The command line: `zhibiao extract`, `zhibiao check`, `zhibiao indicators`.

Exit codes: 0 done, 1 some documents failed (each named on stderr), 2 wrong use.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from tabulate import tabulate
from tqdm import tqdm

from zhibiao import files, formats
from zhibiao.catalogue import catalogue
from zhibiao.checks import across
from zhibiao.errors import MissingExtraError, ModelError, ZhibiaoError
from zhibiao.extractor import Extractor
from zhibiao.response import Extraction
from zhibiao.version import __version__
from zhibiao.view import normalise

JSON_LINES: Final = (".jsonl", ".ndjson")
READ: Final = " ".join(files.KINDS)


@dataclass(frozen=True, slots=True)
class Document:
    """id: the file's name without its ending, or the line's own; text; failure: why it could not be read, if so; warnings: how it was."""

    id: str
    text: str
    failure: str | None = None
    warnings: Sequence[str] = ()


def documents(arguments: Sequence[str]) -> Iterator[Document]:
    """The documents that the arguments name; `-` and none at all are the standard input."""
    for argument in arguments or ["-"]:
        if argument == "-":
            yield document("stdin", sys.stdin.buffer.read(), "stdin.txt")
            continue
        path = Path(argument)
        try:
            if path.suffix in JSON_LINES:
                yield from lines(path, path.read_bytes())
                continue
            with path.open("rb") as stream:
                data = stream.read(files.LIMIT + 1)
        except OSError as error:
            yield Document(argument, "", f"cannot be read: {error.strerror}")
            continue
        yield document(path.stem, data, path.name)


def document(identifier: str, data: bytes, name: str) -> Document:
    """The document that a file holds."""
    try:
        content = files.read(data, name)
    except ZhibiaoError as error:
        return Document(identifier, "", str(error))
    return Document(identifier, content.text, None, content.warnings)


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


def say(words: object) -> None:
    """A line on stderr, above the progress bar if there is one."""
    tqdm.write(f"zhibiao: {words}", file=sys.stderr)


def extracted(found: Iterable[Document], extractor: Extractor) -> Iterator[tuple[Document, Extraction | None]]:
    """Each document with what was read from it, None where it failed; failures and warnings are named on stderr."""
    for one in found:
        for warning in one.warnings:
            say(f"{one.id}: {warning}")
        failure, extraction = one.failure, None
        if failure is None:
            try:
                extraction = extractor(one.text)
            except ZhibiaoError as error:
                failure = str(error)
        if failure is not None:
            say(f"{one.id}: {failure}")
        yield one, extraction


def extract(options: argparse.Namespace) -> int:
    try:
        extractor = Extractor.load(options.model)
    except ModelError as error:
        say(error)
        return 2
    failed = 0
    several = len(options.files) > 1 or any(Path(name).suffix in JSON_LINES for name in options.files)
    # A bar and a table on one terminal would write over each other.
    shown = several and sys.stderr.isatty() and (options.output is not None or not sys.stdout.isatty())

    def responses() -> Iterator[tuple[str, dict[str, Any]]]:
        nonlocal failed
        total = None if any(Path(name).suffix in JSON_LINES for name in options.files) else len(options.files)
        found = tqdm(documents(options.files), total=total, unit=" documents", disable=not shown)
        for one, extraction in extracted(found, extractor):
            if extraction is None:
                failed += 1
            else:
                yield one.text, extraction.response(one.id, options.min_confidence)

    try:
        if options.format in formats.BINARY_WRITERS:
            with Path(options.output).open("wb") as binary:
                formats.BINARY_WRITERS[options.format](responses(), binary)
        elif options.output:
            with Path(options.output).open("w", encoding=formats.ENCODINGS.get(options.format, "utf-8"), newline="") as stream:
                formats.WRITERS[options.format](responses(), stream)
        else:
            sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
            formats.WRITERS[options.format](responses(), sys.stdout)
    except (MissingExtraError, formats.TooManyRowsError) as error:
        say(error)
        return 2
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        say(f"{options.output}: {error.strerror}")
        return 2
    return 1 if failed else 0


def check(options: argparse.Namespace) -> int:
    try:
        extractor = Extractor.load(options.model)
    except ModelError as error:
        say(error)
        return 2
    reports: list[tuple[str, Extraction]] = []
    for one, extraction in extracted(documents([options.first, options.second]), extractor):
        if extraction is None:
            return 1
        reports.append((one.id, extraction))
    if len(reports) != 2:
        say(f"found {len(reports)} documents, expected two reports of one office")
        return 2
    years = [report.header.year.value for _, report in reports]
    if all(isinstance(year, int) for year in years):
        reports.sort(key=lambda pair: int(pair[1].header.year.value or 0))
        if abs(int(years[0] or 0) - int(years[1] or 0)) != 1:
            say(f"the reports are of {years[0]} and {years[1]}; expected two years that follow each other")
    (earlier_id, earlier), (later_id, later) = reports
    offices = [normalise(str(report.header.organization.value or "")).text for report in (earlier, later)]
    if all(offices) and offices[0] != offices[1]:
        say(f"the reports are of {offices[0]} and {offices[1]}; expected one office")
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
    command.add_argument("files", nargs="*", metavar="FILE", help=f"{READ}, or .jsonl with id and text; - or nothing for text on standard input")
    command.add_argument("--format", choices=(*formats.WRITERS, *formats.BINARY_WRITERS), default="table", help="default: %(default)s")
    command.add_argument("--output", metavar="PATH", help="write there instead of standard output")
    command.add_argument("--min-confidence", type=share, default=0.0, metavar="X", help="leave out figures below, 0 to 1")
    command.add_argument("--model", metavar="FOLDER", help="a model folder; default: the one in use")
    command.set_defaults(run=extract)
    command = commands.add_parser("check", help="whether two years of one office agree",
                                  description="Hold the reports of two years of one office against each other, in whatever order they come.")
    command.add_argument("first", metavar="A", help=f"one report: {READ}")
    command.add_argument("second", metavar="B", help="the other")
    command.add_argument("--format", choices=("table", "json"), default="table", help="default: %(default)s")
    command.add_argument("--model", metavar="FOLDER", help="a model folder; default: the one in use")
    command.set_defaults(run=check)
    command = commands.add_parser("indicators", help="the list of indicators: code, name, usual units, note")
    command.set_defaults(run=indicators)
    return result


def main(arguments: Sequence[str] | None = None) -> int:
    commands = parser()
    options = commands.parse_args(arguments)
    if getattr(options, "format", None) in formats.BINARY_WRITERS and options.output is None:
        commands.error(f"--format {options.format} needs --output PATH")
    return int(options.run(options))


if __name__ == "__main__":
    sys.exit(main())
