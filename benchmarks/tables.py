"""What reading the tables and checking adds to a report, in milliseconds and as a ratio to the whole extraction.

    python -m benchmarks.tables [REPORT.txt] [--model FOLDER] [--forms N]

Without a report, the numbers of the customer's are set one cell a line. Also how many cells of N generated forms are read right.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from tests.tables import forms
from tests.tables.test_generated_forms import evidence, flat, generated, reading
from zhibiao import Extractor, layout, tables
from zhibiao.checks import check
from zhibiao.view import normalise


def milliseconds(work: Callable[[], object], times: int) -> float:
    """The median time of some runs, the first one left out."""
    work()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def accuracy(count: int) -> tuple[int, int, dict[float, tuple[int, int]]]:
    """(cells right, cells in all, by confidence the figures right and in all) over generated forms."""
    right = total = 0
    sure: dict[float, tuple[int, int]] = {}
    for number in range(count):
        rng, style, report = generated(number)
        _, found = reading(forms.render(rng, report, style))
        wanted, got = flat(report.tables()), flat(found.plain)
        right += sum(wanted.get(path, "no cell") == got.get(path, "no cell") for path in wanted)
        total += len(wanted)
        for figure, parts in zip(found.figures, found.confidences, strict=True):
            true = report.cells.get(found.address[figure.start])
            agrees = true is not None and abs(true) == figure.value
            held, all_of_them = sure.get(parts["figure"], (0, 0))
            sure[parts["figure"]] = held + agrees, all_of_them + 1
    return right, total, sure


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("report", nargs="?", type=Path)
    parser.add_argument("--model", help="a model folder; default: the released one")
    parser.add_argument("--forms", type=int, default=200)
    parser.add_argument("--times", type=int, default=15)
    options = parser.parse_args()
    style = next(style for style in forms.STYLES if style.name == "lines")
    text = options.report.read_text(encoding="utf-8") if options.report else forms.render(random.Random(0), forms.customer(), style)
    extractor = Extractor.load(options.model)
    view = normalise(text)
    arrangement = layout.read(view.text)
    found = tables.read(view, arrangement)
    whole = milliseconds(lambda: extractor(text), options.times)
    reads = milliseconds(lambda: tables.read(view, arrangement), options.times)
    checks = milliseconds(lambda: list(check(evidence(found), text, None)), options.times)
    print(f"{len(text):,} characters, {len(found.figures)} cells: reading {reads:.1f} ms, checking {checks:.1f} ms, "
          f"together {(reads + checks) / whole:.0%} of {whole:.0f} ms")
    right, total, sure = accuracy(options.forms)
    print(f"{options.forms} generated forms: {right:,} of {total:,} cells right ({right / total:.3%})")
    for confidence, (held, all_of_them) in sorted(sure.items(), reverse=True):
        print(f"  placed with confidence {confidence}: {held:,} of {all_of_them:,} right ({held / all_of_them:.3%})")


if __name__ == "__main__":
    main()
