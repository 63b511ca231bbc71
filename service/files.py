"""Reading one uploaded file."""

import json
from functools import partial
from typing import Any, Final

import anyio
from anyio import to_thread
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from service.pool import WarmPool, while_connected
from service.problems import OverloadedError, invalid, problem, refusals
from service.schema import FileResponse
from service.settings import Settings
from zhibiao import Extraction, files
from zhibiao.errors import FileError, FileTooLargeError, UnreadableFileError, UnsupportedFileError

STATUSES: Final[dict[type[FileError], int]] = {UnsupportedFileError: 415, FileTooLargeError: 413, UnreadableFileError: 422}
# Files in reading at the same time; each may take the memory of files.LIMITS.
READERS: Final = 2
FORM: Final = "send multipart/form-data with the file in the field `file`, for example: curl -F file=@report.docx"
BODY: Final = {"required": True, "content": {"multipart/form-data": {"schema": {
    "type": "object", "required": ["file"], "additionalProperties": False, "properties": {
        "file": {"type": "string", "format": "binary", "description": f"a file whose name ends in one of {' '.join(files.KINDS)}"},
        "id": {"type": "string", "description": "comes back in the response"},
        "min_confidence": {"type": "number", "minimum": 0, "maximum": 1, "description": "figures below are left out"}}}}}}


class Fields(BaseModel):
    """What may stand beside the file."""

    model_config = ConfigDict(extra="forbid")

    id: str | None = None
    min_confidence: float = Field(0.0, ge=0, le=1)


router = APIRouter()


@router.post("/extract/file", response_model=FileResponse, responses=refusals(400, 413, 415, 422, 503), openapi_extra={"requestBody": BODY})
async def extract_file(request: Request, pool: WarmPool) -> Response:
    """The figures of a file, and its text, which the offsets point into."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return problem(415, f"the body's type is {request.headers.get('content-type', 'not given')}, expected multipart/form-data", advice=FORM)
    try:
        async with request.form(max_files=1, max_fields=2) as form:
            upload = form.get("file")
            if not isinstance(upload, UploadFile):
                return problem(422, "there is no file in the field `file`", advice=FORM)
            fields = Fields.model_validate({name: value for name, value in form.items() if name != "file"})
            content = await read(upload, request.app.state.settings, request.app.state.readers)
    except HTTPException as error:
        if error.status_code != 400:
            raise
        return problem(400, f"the body is no multipart/form-data: {error.detail}", advice=FORM)
    except ValidationError as error:
        return problem(**invalid(error.errors()))
    except FileError as error:
        return problem(STATUSES[type(error)], str(error), expected=list(files.KINDS))

    extraction = await while_connected(request, partial(pool.read, content.text))
    return Response(await to_thread.run_sync(written, fields, content, extraction), media_type="application/json")


async def read(upload: UploadFile, settings: Settings, readers: anyio.CapacityLimiter) -> files.Content:
    """What an uploaded file holds. Raises OverloadedError when as many files wait as may, FileError."""
    name, limit = upload.filename or "", settings.file_limit
    files.kind(name)
    if (waiting := readers.statistics().tasks_waiting) >= settings.queue:
        raise OverloadedError(f"{waiting} files wait to be read, at most {settings.queue} may; try again in a moment")
    data = await upload.read(limit + 1)
    return await to_thread.run_sync(partial(files.read, data, name, limit=limit), limiter=readers)


def written(fields: Fields, content: files.Content, extraction: Extraction) -> bytes:
    """The response of /extract with the text, as JSON."""
    response: dict[str, Any] = extraction.response(fields.id, fields.min_confidence)
    response["warnings"] = [*content.warnings, *response["warnings"]]
    return json.dumps({**response, "text": content.text}, ensure_ascii=False).encode()
