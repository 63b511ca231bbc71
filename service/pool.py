"""The pool: the extractor off the event loop, so many texts at a time, so many waiting, one more refused.

The windows of all texts in work share the tagger's threads, few of each text at a time, so a long text does not hold up the
short ones.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, TypeVar

import anyio
from anyio import from_thread, to_thread
from fastapi import Depends, Request
from starlette.requests import ClientDisconnect

from service.metrics import Metrics
from service.problems import NotReadyError, OverloadedError
from zhibiao import Extraction, Extractor

T = TypeVar("T")


class Pool:
    """Reads texts in threads, in the order in which they came. Belongs to one event loop.

    workers: texts read at a time.
    """

    def __init__(self, extractor: Extractor, workers: int, queue: int, metrics: Metrics) -> None:
        """queue: texts that may wait for a worker."""
        self.workers = workers
        self._limiter = anyio.CapacityLimiter(workers)
        self._most = workers + queue
        self._inside = 0
        self._metrics = metrics
        metrics.waiting.set_function(lambda: self._limiter.statistics().tasks_waiting)
        self.replace(extractor)

    @property
    def extractor(self) -> Extractor:
        """The extractor that the next text is read by."""
        return self._extractor

    def replace(self, extractor: Extractor) -> None:
        """Read the texts to come with another extractor; those in work finish on the one they began with."""
        extractor.tagger.watch = self._metrics.observe_run
        self._extractor = extractor

    async def read(self, text: str, extractor: Extractor | None = None, patient: bool = False) -> Extraction:
        """Read a text and count its figures; by `extractor` where several texts must be read by the same one.

        patient: wait for a worker even when the queue is full, for callers that bound themselves how many they have waiting.
        Cancelled, it stops within some windows. Raises OverloadedError when the queue is full, TextTooLongError, InvalidTextError.
        """
        if patient:
            return await self._read(text, extractor)
        if self._inside >= self._most:
            raise OverloadedError(f"{self._inside} texts are in work or waiting, at most {self._most} may; try again in a moment")
        self._inside += 1
        try:
            return await self._read(text, extractor)
        finally:
            self._inside -= 1

    async def _read(self, text: str, extractor: Extractor | None) -> Extraction:
        read = partial(extractor or self._extractor, text, proceed=from_thread.check_cancelled)
        extraction = await to_thread.run_sync(read, limiter=self._limiter)
        self._metrics.observe(extraction)
        return extraction


def warm(request: Request) -> Pool:
    """The app's pool. Raises NotReadyError until the model is loaded and warm."""
    pool: Pool | None = request.app.state.pool
    if pool is None:
        raise NotReadyError
    return pool


WarmPool = Annotated[Pool, Depends(warm)]


async def while_connected(request: Request, work: Callable[[], Awaitable[T]]) -> T:
    """The result of `work`, which is cancelled when the client goes away: ClientDisconnect. The body must have been read."""
    with anyio.CancelScope() as scope:

        async def leave() -> None:
            while (await request.receive())["type"] != "http.disconnect":
                pass
            scope.cancel()

        leaving = asyncio.create_task(leave())
        try:
            return await work()
        finally:
            leaving.cancel()
    raise ClientDisconnect
