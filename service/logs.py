"""What the service says: a line of JSON for each request and event, on standard error, with the id of the request.

No report text gets there: a line names the route, not the path, and of an error its type and its way through the code, since
messages of errors quote what they failed on.
"""

import logging
import re
import sys
import time
import uuid
from pathlib import Path
from traceback import walk_tb
from types import TracebackType
from typing import Final

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.typing import EventDict, ExcInfo, Processor

from service.metrics import Metrics
from service.problems import CLIENT_GONE, problem

# A client's own id goes into the log, so it must look like one.
REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}")
log = structlog.stdlib.get_logger(__name__)


def way(traceback: TracebackType | None) -> list[str]:
    return [f"{Path(frame.f_code.co_filename).name}:{line} {frame.f_code.co_name}" for frame, line in walk_tb(traceback)]


def without_message(_: object, __: str, event: EventDict) -> EventDict:
    """An exception as its type and its way through the code."""
    found: ExcInfo | None = event.pop("exc_info", None)
    if found:
        kind, _error, traceback = found if isinstance(found, tuple) else sys.exc_info() if found is True else (
            type(found), found, found.__traceback__)
        event["error"] = {"type": kind.__name__ if kind else None, "way": way(traceback)}
    return event


def configure(level: int = logging.INFO) -> None:
    """Every logger of the process writes JSON, those of libraries too."""
    shared: list[Processor] = [structlog.contextvars.merge_contextvars, structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name,
              structlog.processors.TimeStamper(fmt="iso"), without_message]
    structlog.configure([*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter], logger_factory=structlog.stdlib.LoggerFactory(),
                        wrapper_class=structlog.stdlib.BoundLogger, cache_logger_on_first_use=True)
    handler = logging.StreamHandler()
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[
        structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer(ensure_ascii=False)]))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)


class Observed:
    """Gives each request an id, counts and times it, writes its line when it has been answered, and answers what nobody foresaw."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        identifier = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        # 499 unless an answer begins: the client has gone.
        status, started = CLIENT_GONE, time.perf_counter()

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = identifier
            await send(message)

        with structlog.contextvars.bound_contextvars(request=identifier):
            try:
                await self.app(scope, receive, noted)
            except Exception:
                log.exception("unforeseen error")
                if status != CLIENT_GONE:
                    raise
                await problem(500, "the service failed on this request; it was logged, please report it")(scope, receive, noted)
            finally:
                seconds = time.perf_counter() - started
                route = getattr(scope.get("route"), "path", "other")
                self.metrics.requests.labels(route, status).inc()
                self.metrics.seconds.labels(route).observe(seconds)
                log.info("answered", method=scope["method"] if scope["method"].isalpha() else "other", route=route, status=status,
                         seconds=round(seconds, 4))
