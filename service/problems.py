"""Errors as problem details (RFC 9457): what was received, what was expected, what to do."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from service.schema import Problem
from zhibiao.errors import InvalidTextError, TextTooLongError

MEDIA_TYPE = "application/problem+json"
CLIENT_GONE = 499  # what nginx logs; nobody reads the answer
ADVICE = {
    404: "see /docs for the routes", 405: "see /docs for the methods of each route",
    400: 'send valid JSON in UTF-8, for example {"text": "全市政府网站由67家缩减至23家。"}',
}


class OverloadedError(Exception):
    """More texts wait than the queue may hold."""


class NotReadyError(Exception):
    """The model is not loaded yet."""


def details(status: int, detail: str, **members: Any) -> dict[str, Any]:
    """Problem details: the members `type`, `title`, `status`, `detail` and those given."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **members}
    # What a client sent may hold lone surrogates, which UTF-8 cannot carry.
    plain: dict[str, Any] = json.loads(json.dumps(body, default=str, ensure_ascii=False).encode("utf-8", "replace"))
    return plain


def problem(status: int, detail: str, headers: dict[str, str] | None = None, **members: Any) -> JSONResponse:
    """A response of problem details."""
    return JSONResponse(details(status, detail, **members), status, headers, MEDIA_TYPE)


def invalid(errors: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The arguments of `problem` and `details` for what validation found wrong with a request."""
    if errors[0]["type"] == "json_invalid":
        return {"status": 400, "detail": f"no JSON: {errors[0].get('ctx', {}).get('error', errors[0]['msg'])}", "advice": ADVICE[400]}
    found = [{"field": ".".join(str(part) for part in error["loc"]) or "body", "message": error["msg"], "received": shortened(error.get("input"))}
             for error in errors]
    return {"status": 422, "detail": f"{found[0]['field']}: {found[0]['message']}, received {found[0]['received']}", "errors": found}


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What a route may refuse with, for the API's documentation."""
    return {status: {"model": Problem, "content": {MEDIA_TYPE: {}}} for status in statuses}


def shortened(value: Any) -> str:
    """What was received, short enough to answer with."""
    text = ascii(value) if isinstance(value, (str, bytes)) and not str(value).isprintable() else repr(value)
    return text if len(text) <= 80 else text[:77] + "…"


def install(app: FastAPI) -> None:
    """Make every foreseen error of the app a problem; service.logs answers the others."""

    @app.exception_handler(RequestValidationError)
    async def unfit(_: Request, error: RequestValidationError) -> JSONResponse:
        return problem(**invalid(error.errors()))

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

    @app.exception_handler(NotReadyError)
    async def not_ready(_: Request, error: NotReadyError) -> JSONResponse:
        return problem(503, "the model is not loaded yet; try again in a moment", {"Retry-After": "1"})

    @app.exception_handler(ClientDisconnect)
    async def gone(_: Request, error: ClientDisconnect) -> Response:
        return Response(status_code=CLIENT_GONE)
