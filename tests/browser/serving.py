"""The real service in a thread."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from service.app import create
from service.settings import Settings
from zhibiao import Extractor

LIMIT = 150_000  # characters; low enough to go over it


@contextmanager
def running(settings: Settings, extractor: Extractor) -> Iterator[str]:
    """A service on a free port; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(create(settings, extractor), log_level="warning"))
        thread = threading.Thread(target=server.run, args=([free],))
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.05)
        try:
            yield f"http://127.0.0.1:{free.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
