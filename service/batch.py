"""Reading many texts in one request: JSON Lines in and out, in order, each answered as soon as those before it are.

Nothing is held beyond the few texts in work: while the client does not read its answers, the service does not read on. So a
client must read while it sends, unless its lines are few.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import anyio
from anyio import to_thread
from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from service.bodies import most_bytes
from service.extract import written
from service.pool import Pool, WarmPool
from service.problems import details, invalid, refusals
from service.schema import ExtractRequest
from zhibiao.errors import InvalidTextError, TextTooLongError

MEDIA_TYPE = "application/x-ndjson"
# A client that neither sends nor reads for so long has gone, whatever its connection says.
STALLED_SECONDS = 300
log = logging.getLogger(__name__)
router = APIRouter()


@dataclass(slots=True)
class Answer:
    """The answer to one line, which is there when `done` is set."""

    done: anyio.Event = field(default_factory=anyio.Event)
    line: bytes = b""


class BatchResponse(Response):
    """Reads the request and answers it at the same time, at most `ahead` lines in work."""

    media_type = MEDIA_TYPE

    def __init__(self, pool: Pool, limit: int) -> None:
        """limit: of a text, in characters."""
        super().__init__()
        del self.headers["content-length"]
        self.pool = pool
        self.limit = limit
        # The other half of the workers stays free for requests of one text.
        self.ahead = max(2, pool.workers // 2)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        sender, answers = anyio.create_memory_object_stream[Answer](self.ahead - 1)
        with sender, answers:
            async with anyio.create_task_group() as tasks:

                async def read() -> None:
                    try:
                        with sender:
                            number = 0
                            async for line in lines(Request(scope, receive), most_bytes(self.limit)):
                                number += 1
                                if line is None or line.strip():
                                    answer = Answer()
                                    await sender.send(answer)
                                    tasks.start_soon(self.answer, number, line, answer)
                        while (await receive())["type"] != "http.disconnect":
                            pass
                    except (ClientDisconnect, TimeoutError):
                        pass
                    tasks.cancel_scope.cancel()

                tasks.start_soon(read)
                async for answer in answers:
                    await answer.done.wait()
                    try:
                        async with asyncio.timeout(STALLED_SECONDS):
                            await send({"type": "http.response.body", "body": answer.line + b"\n", "more_body": True})
                    except TimeoutError:
                        tasks.cancel_scope.cancel()
                await send({"type": "http.response.body", "body": b"", "more_body": False})
                tasks.cancel_scope.cancel()

    async def answer(self, number: int, line: bytes | None, answer: Answer) -> None:
        """Put the answer to a line in its place; None is a line of too many bytes."""
        answer.line = await self.read(number, line)
        answer.done.set()

    async def read(self, number: int, line: bytes | None) -> bytes:
        if line is None:
            return self.refused(number, 413, f"the line has more than {most_bytes(self.limit):,} bytes, which can hold a text of "
                                             f"{self.limit:,} characters; split the text")
        try:
            body = ExtractRequest.model_validate_json(line)
        except ValidationError as error:
            return self.refused(number, **invalid(error.errors()))
        try:
            return await to_thread.run_sync(written, body, await self.pool.read(body.text, patient=True))
        except TextTooLongError as error:
            return self.refused(number, 413, str(error), id=body.id)
        except InvalidTextError as error:
            return self.refused(number, 422, str(error), id=body.id)
        except Exception as error:  # noqa: BLE001 -- whatever befalls one line, the others go on
            log.error("unforeseen error on line %d", number, exc_info=error)
            return self.refused(number, 500, "the service failed on this line; it was logged, please report it", id=body.id)

    def refused(self, number: int, status: int, detail: str, **members: Any) -> bytes:
        return json.dumps({"line": number, **details(status, detail, **members)}).encode()


async def lines(request: Request, most: int) -> AsyncIterator[bytes | None]:
    """The lines of a body without their ends; None for one of more than `most` bytes, which is passed over and not held.

    Raises ClientDisconnect, TimeoutError when nothing comes for long.
    """
    held: bytearray | None = bytearray()
    stream = aiter(request.stream())
    while True:
        async with asyncio.timeout(STALLED_SECONDS):
            chunk = await anext(stream, None)
        if chunk is None:
            break
        for number, piece in enumerate(chunk.split(b"\n")):
            if number:
                yield None if held is None else bytes(held)
                held = bytearray()
            if held is not None:
                held += piece
                if len(held) > most:
                    held = None
    if held is None or held:
        yield None if held is None else bytes(held)


ANSWERED = {"description": "for each line that is not blank a response of /extract, or problem details with its number as `line`",
            "content": {MEDIA_TYPE: {"schema": {"type": "string"}}}}


@router.post("/extract/batch", response_class=Response, responses={200: ANSWERED, **refusals(503)},
             openapi_extra={"requestBody": {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}, "text/plain": {"schema": {"type": "string"}}}}})
async def batch(request: Request, pool: WarmPool) -> BatchResponse:
    """The figures of many texts: a request of /extract on each line."""
    return BatchResponse(pool, pool.extractor.limit)
