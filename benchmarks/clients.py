"""A service in its own process, and clients that ask it one text after the other."""

import http.client
import itertools
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

TEXTS = Path("annotations/evaluation/dev.jsonl")
HEADERS = {"Content-Type": "application/json"}


def texts(path: Path = TEXTS) -> list[str]:
    return [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()]


def report(characters: int = 2400) -> str:
    """A text as long as the prose of a customer's report."""
    return "\n".join(texts())[:characters]


@dataclass
class Service:
    """A process that serves on a port; ready: seconds from its start to its readiness."""

    process: subprocess.Popen[bytes]
    port: int
    ready: float = 0.0

    def get(self, path: str) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read().decode()
        finally:
            connection.close()
        if answer.status != 200:
            raise ConnectionError(f"GET {path} answered {answer.status}: {body[:200]}")
        return body


@contextmanager
def started(module: Sequence[str], **environment: str) -> Iterator[Service]:
    """`python -m MODULE…` on a free port (ZHIBIAO_PORT), once it is ready."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", *module], stderr=subprocess.DEVNULL,
                               env={**os.environ, **environment, "ZHIBIAO_PORT": str(port)})
    service = Service(process, port)
    try:
        while not service.ready:
            try:
                service.get("/health/ready")
                service.ready = time.perf_counter() - began
            except OSError:
                if process.poll() is not None:
                    raise RuntimeError(f"{' '.join(module)} ended with {process.returncode}; start it by hand to see why") from None
                time.sleep(0.02)
        yield service
    finally:
        process.terminate()
        process.wait(120)


@dataclass
class Load:
    """What clients saw. latencies: seconds of the requests answered 200; statuses: of all; failed: connections that broke."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    failed: int = 0

    @property
    def throughput(self) -> float:
        """Texts read a second."""
        return len(self.latencies) / self.seconds

    def percentile(self, percent: float) -> float:
        """In milliseconds."""
        return float(np.percentile(self.latencies, percent)) * 1000 if self.latencies else float("nan")


def load(service: Service, bodies: Sequence[str], clients: int, seconds: float = float("inf"), requests: float = float("inf")) -> Load:
    """Each client asks as soon as it was answered, for so long or so many requests in all; told to wait, it waits."""
    found, lock = Load(), threading.Lock()
    encoded = [json.dumps({"text": text}).encode() for text in bodies]
    turns = itertools.count()
    began = time.perf_counter()

    def ask() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=600)
        while (turn := next(turns)) < requests and time.perf_counter() - began < seconds:
            asked = time.perf_counter()
            try:
                connection.request("POST", "/extract", encoded[turn % len(encoded)], HEADERS)
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException):
                connection.close()
                with lock:
                    found.failed += 1
                continue
            with lock:
                found.statuses[answer.status] += 1
                if answer.status == 200:
                    found.latencies.append(time.perf_counter() - asked)
            if answer.status != 200:
                time.sleep(min(float(answer.headers.get("Retry-After", 1)), max(0.0, began + seconds - time.perf_counter())))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found.seconds = time.perf_counter() - began
    return found
