"""The service behind real sockets: what streams, what is refused on the way, who goes away, and the API against its own document."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
import uvicorn

from service.app import create
from service.bodies import most_bytes
from service.settings import Settings
from zhibiao import Extraction, Extractor

LIMIT = 200_000
LONG = "收到留言12件,办结率98%。" * 10_000
LINE = json.dumps({"text": LONG[:400]}).encode() + b"\n"
BATCH = b"POST /extract/batch HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"


class Counting(Extractor):
    """The extractor, counting the texts that it began and those that it read to their end."""

    began = ended = 0

    def __call__(self, text: str, proceed: Callable[[], None] = lambda: None) -> Extraction:
        self.began += 1
        extraction = super().__call__(text, proceed)
        self.ended += 1
        return extraction


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def until(holds: Callable[[], bool], seconds: float = 600) -> None:
    """Wait for something that is sure to come. Raises AssertionError when it does not."""
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, "it did not come about"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def counting(tiny: Extractor) -> Counting:
    return Counting(tiny.tagger, tiny.calibrator, LIMIT)


@pytest.fixture(scope="module")
def port(counting: Counting) -> Iterator[int]:
    """Where the app is served."""
    chosen = free_port()
    server = uvicorn.Server(uvicorn.Config(create(Settings(limit=LIMIT, workers=2), counting), port=chosen, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    until(lambda: server.started)
    yield chosen
    server.should_exit = True
    thread.join()


def answered(port: int, route: str, status: int) -> float:
    """How many requests of a route had this status."""
    lines = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=60).text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith(f'zhibiao_requests_total{{route="{route}",status="{status}"}}'))


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def test_answers_come_while_the_batch_is_still_being_sent(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=600) as client:
        client.sendall(BATCH)
        answers = client.makefile("rb")
        for number in range(3):
            client.sendall(chunk(json.dumps({"text": "5家", "id": str(number)}).encode() + b"\n"))
            line = next(line for line in answers if line.startswith(b"{"))
            assert json.loads(line)["id"] == str(number)
        client.sendall(b"0\r\n\r\n")
        assert answers.read().endswith(b"0\r\n\r\n")


def test_a_client_that_does_not_read_is_not_read_from(port: int, counting: Counting) -> None:
    batches, before = answered(port, "/extract/batch", 200), counting.began
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
        client.sendall(BATCH)
        client.settimeout(5)
        with pytest.raises(TimeoutError):  # its batch has no end: only a service that stops reading makes this stop
            for _ in range(100_000):
                client.sendall(chunk(LINE))
    until(lambda: answered(port, "/extract/batch", 200) > batches)
    assert 0 < counting.began - before < 10_000


def test_a_client_that_goes_away_stops_the_batch(port: int, counting: Counting) -> None:
    batches, before = answered(port, "/extract/batch", 200), counting.began
    body = LINE * 1_000
    with socket.create_connection(("127.0.0.1", port), timeout=600) as client:
        client.sendall(b"POST /extract/batch HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(body))
        client.send(body)
        assert client.recv(100).startswith(b"HTTP/1.1 200")
    until(lambda: answered(port, "/extract/batch", 200) > batches)
    assert counting.began - before < 500


def test_a_client_that_goes_away_stops_the_reading_of_its_text(port: int, counting: Counting) -> None:
    began, ended, gone = counting.began, counting.ended, answered(port, "/extract", 499)
    body = json.dumps({"text": LONG}).encode()
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(b"POST /extract HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        until(lambda: counting.began > began)
    until(lambda: answered(port, "/extract", 499) > gone)
    assert counting.ended == ended


def test_too_large_a_body_of_unknown_length_is_refused_while_it_comes(port: int) -> None:
    def endless() -> Iterator[bytes]:
        yield b'{"text": "'
        for _ in range(most_bytes(LIMIT) // 65536 + 2):
            yield b"9" * 65536

    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("POST", "/extract", endless(), {"Content-Type": "application/json"}, encode_chunked=True)
    answer = connection.getresponse()
    assert (answer.status, answer.headers["content-type"]) == (413, "application/problem+json")
    connection.close()


def test_the_service_keeps_to_its_own_document(port: int, tmp_path: Path) -> None:
    command = [str(Path(sys.executable).with_name("schemathesis")), "run", f"http://127.0.0.1:{port}/openapi.json", "--checks", "all",
               "--phases", "examples,coverage,fuzzing", "--max-examples", "10", "--generation-database", "none", "--seed", "0", "--no-color"]
    # What the document cannot say: which endings a file's name may have.
    (tmp_path / "schemathesis.toml").write_text(
        '[[operations]]\ninclude-path = "/extract/file"\nchecks.positive_data_acceptance.expected-statuses = ["2xx", 415, 422]\n')
    explored = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert explored.returncode == 0, explored.stdout


def test_what_is_in_flight_on_sigterm_is_answered(model_folder: Path) -> None:
    port = free_port()
    environment = {**os.environ, "ZHIBIAO_MODEL": str(model_folder), "ZHIBIAO_PORT": str(port), "ZHIBIAO_WORKERS": "1", "ZHIBIAO_GRACE": "600"}
    with subprocess.Popen([sys.executable, "-m", "service"], env=environment, stderr=subprocess.PIPE) as process, ThreadPoolExecutor(6) as clients:
        base = f"http://127.0.0.1:{port}"

        def ready() -> bool:
            try:
                return httpx.get(base + "/health/ready", timeout=60).status_code == 200
            except httpx.ConnectError:
                return False

        until(ready)
        asked = [clients.submit(httpx.post, base + "/extract", json={"text": LONG[:20_000], "id": str(number)}, timeout=600) for number in range(5)]
        asked.append(clients.submit(httpx.post, base + "/extract/batch", content=LINE * 3, timeout=600))
        until(lambda: re.search(r"^zhibiao_queue [3-9]", httpx.get(base + "/metrics", timeout=60).text, re.MULTILINE) is not None)
        process.send_signal(signal.SIGTERM)
        answers = [answer.result() for answer in asked]
        assert [answer.status_code for answer in answers] == [200] * 6
        assert [answer.json()["id"] for answer in answers[:5]] == [str(number) for number in range(5)]
        assert len(answers[5].text.splitlines()) == 3
        assert process.wait() == -signal.SIGTERM  # uvicorn ends by the signal itself when all is answered
