"""Errors as problem details (RFC 9457): what was received, what was expected, what to do."""

import json
import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from zhibiao.errors import InvalidTextError, TextTooLongError

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
ADVICE = {
    404: "see /docs for the routes", 405: "see /docs for the methods of each route",
    400: 'send valid JSON in UTF-8, for example {"text": "全市政府网站由67家缩减至23家。"}',
}


class OverloadedError(Exception):
    """More texts wait than the queue may hold."""


def problem(status: int, detail: str, headers: dict[str, str] | None = None, **members: Any) -> JSONResponse:
    """A problem response with the members `type`, `title`, `status`, `detail` and those given."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **members}
    # What a client sent may hold lone surrogates, which UTF-8 cannot carry: ASCII escapes can.
    return JSONResponse(json.loads(json.dumps(body, default=str).encode("utf-8", "replace")), status, headers, MEDIA_TYPE)


def shortened(value: Any) -> str:
    """What was received, short enough to answer with."""
    text = ascii(value) if isinstance(value, (str, bytes)) and not str(value).isprintable() else repr(value)
    return text if len(text) <= 80 else text[:77] + "…"


def install(app: FastAPI) -> None:
    """Make every error of the app a problem."""

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        if first["type"] == "json_invalid":
            return problem(400, f"the body is no JSON: {first.get('ctx', {}).get('error', first['msg'])}", advice=ADVICE[400])
        errors = [{"field": ".".join(str(part) for part in item["loc"]), "message": item["msg"], "received": shortened(item.get("input"))}
                  for item in error.errors()]
        return problem(422, f"{errors[0]['field']}: {errors[0]['message']}, received {errors[0]['received']}", errors=errors,
                       expected='{"text": string, "id": string or null, "min_confidence": number from 0 to 1}')

    @app.exception_handler(HTTPException)
    async def refused(_: Request, error: HTTPException) -> JSONResponse:
        return problem(error.status_code, str(error.detail), dict(error.headers or {}), advice=ADVICE.get(error.status_code, "see /docs"))

    @app.exception_handler(TextTooLongError)
    async def too_long(_: Request, error: TextTooLongError) -> JSONResponse:
        return problem(413, str(error), received=error.length, expected=error.limit)

    @app.exception_handler(InvalidTextError)
    async def no_text(_: Request, error: InvalidTextError) -> JSONResponse:
        return problem(422, str(error))

    @app.exception_handler(OverloadedError)
    async def overloaded(_: Request, error: OverloadedError) -> JSONResponse:
        return problem(503, str(error), {"Retry-After": "2"})

    @app.exception_handler(Exception)
    async def unforeseen(_: Request, error: Exception) -> JSONResponse:
        log.error("unforeseen error", exc_info=error)
        return problem(500, "the service failed on this request; it was logged, please report it")
