"""The service under load for long, and beyond its capacity.

    python -m benchmarks.load memory [--requests 100000]
    python -m benchmarks.load overload [--clients 64] [--seconds 120]

memory: resident memory over many short requests; it must stay below 500 MB and not grow over the second half. overload: only 200, 429
and 503, and the latency of before within 5 s afterwards. Exits 1 when that does not hold.
"""

import argparse
import sys
import time
from pathlib import Path
from statistics import median

import psutil

from benchmarks.clients import Load, Service, load, started, texts
from zhibiao import models

MOST_MB = 500
GROWTH_MB = 5
CHARACTERS = 60
BACK_SECONDS = 5


def short_texts() -> list[str]:
    return [text[start:start + CHARACTERS] for text in texts() for start in range(0, len(text), CHARACTERS)]


def memory(service: Service, requests: int, samples: int = 20) -> bool:
    """Whether the memory holds, sampled after each twentieth of the requests."""
    process, sizes = psutil.Process(service.process.pid), []
    for sample in range(1, samples + 1):
        found = load(service, short_texts(), 8, requests=requests // samples)
        sizes.append(process.memory_info().rss / 2**20)
        print(f"{sample * (requests // samples):,} requests: {sizes[-1]:.1f} MB, {found.throughput:.1f} texts/s, {dict(found.statuses)}", flush=True)
    growth = median(sizes[-samples // 4:]) - median(sizes[samples // 2:3 * samples // 4])
    print(f"at most {max(sizes):.1f} MB, growth over the last half {growth:+.1f} MB")
    return max(sizes) <= MOST_MB and growth <= GROWTH_MB


def overload(service: Service, clients: int, seconds: float) -> bool:
    """Whether the service refuses what it cannot do, and is itself again soon after."""
    before = load(service, short_texts(), 1, requests=40)
    during = load(service, texts(), clients, seconds)
    ended = time.perf_counter()
    after: Load
    while (after := load(service, short_texts(), 1, requests=10)).percentile(50) > 1.5 * before.percentile(50):
        if time.perf_counter() - ended > 10 * BACK_SECONDS:
            break
    back = time.perf_counter() - ended
    print(f"before: p50 {before.percentile(50):.0f} ms; {clients} clients: {dict(during.statuses)}, {during.failed} connections broke, "
          f"p50 {during.percentile(50):.0f} ms; after {back:.1f} s: p50 {after.percentile(50):.0f} ms")
    return set(during.statuses) <= {200, 429, 503} and not during.failed and back <= BACK_SECONDS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("measure", choices=["memory", "overload"])
    parser.add_argument("--model", type=Path, default=models.RELEASED)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=120)
    options = parser.parse_args()
    with started(["service"], ZHIBIAO_MODEL=str(options.model)) as service:
        print(f"ready after {service.ready:.1f} s")
        held = memory(service, options.requests) if options.measure == "memory" else overload(service, options.clients, options.seconds)
    sys.exit(0 if held else 1)


if __name__ == "__main__":
    main()
