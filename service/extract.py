"""Reading one text."""

import json
from functools import partial

from anyio import to_thread
from fastapi import APIRouter, Request, Response

from service.pool import WarmPool, while_connected
from service.problems import refusals
from service.schema import ExtractRequest, ExtractResponse
from zhibiao import Extraction

router = APIRouter()


def written(body: ExtractRequest, extraction: Extraction) -> bytes:
    """The response to a request, as JSON on one line."""
    return json.dumps(extraction.response(body.id, body.min_confidence), ensure_ascii=False).encode()


@router.post("/extract", response_model=ExtractResponse, responses=refusals(400, 413, 422, 503))
async def extract(body: ExtractRequest, request: Request, pool: WarmPool) -> Response:
    """The figures of a text. A client that goes away stops the work."""
    extraction = await while_connected(request, partial(pool.read, body.text))
    return Response(await to_thread.run_sync(written, body, extraction), media_type="application/json")
