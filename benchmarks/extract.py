"""Time and memory of extraction in this process, beside the network alone as the baseline.

    python benchmarks/extract.py REPORT.txt
"""

import argparse
import resource
import sys
import time
from pathlib import Path
from statistics import median

from zhibiao import Extractor, layout, regions, tables
from zhibiao.encoding import encode
from zhibiao.view import normalise
from zhibiao.windows import windows


def timed(action: object, runs: int) -> float:
    """The median of `runs` runs, in milliseconds."""
    durations = []
    for _ in range(runs):
        started = time.perf_counter()
        action()  # type: ignore[operator]
        durations.append((time.perf_counter() - started) * 1000)
    return median(durations)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("report", type=Path)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--runs", type=int, default=20)
    options = parser.parse_args()
    text = options.report.read_text(encoding="utf-8")
    started = time.perf_counter()
    extractor = Extractor.load(options.model)
    loading = time.perf_counter() - started
    extractor(text)
    whole = timed(lambda: extractor(text), options.runs)
    view = normalise(text)
    arrangement = layout.read(view.text)
    prose = regions.prose(view.text, tables.read(view, arrangement).occupied)
    chosen = list(windows(view.text, arrangement, prose, extractor.tagger.shape))
    network = timed(lambda: list(extractor.tagger(view.text, chosen)), options.runs)
    tokens = sum(len(e.ids) for e in encode(extractor.tagger.tokenizer, view.text, chosen))
    print(f"{len(text):,} characters, {len(chosen)} windows, {tokens:,} tokens, {len(extractor(text).figures)} figures")
    print(f"loading {loading:.2f} s")
    print(f"whole {whole:.1f} ms, network alone {network:.1f} ms, ratio {whole / network:.2f}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    print("torch imported:", "torch" in sys.modules, "· transformers imported:", "transformers" in sys.modules)


if __name__ == "__main__":
    main()
