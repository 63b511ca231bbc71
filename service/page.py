"""The page: GET / and its assets, which need no other host, and the spreadsheets it offers."""

import io
import mimetypes
from pathlib import Path
from typing import Annotated, Any, Final, Self

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, field_validator, model_validator
from starlette.exceptions import HTTPException

from service.schema import CheckModel, FigureModel
from zhibiao import formats

FOLDER: Final = Path(__file__).parent / "page"
ASSETS: Final = {path.name: path for path in FOLDER.iterdir()}
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
                               "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    # A new release must not meet the scripts of an old one.
    "Cache-Control": "no-cache",
}
Number = int | Annotated[float, Field(allow_inf_nan=False)] | None
CELL: Final = TypeAdapter[tuple[Number, str]](tuple[Number, str])
# Browsers refuse modules of any other type, and what a system calls .js differs.
mimetypes.add_type("text/javascript", ".js")

# Parts of the page, not of the API.
router = APIRouter(include_in_schema=False)
exports = APIRouter(include_in_schema=False)


@router.get("/")
async def page() -> Response:
    """The page itself."""
    return FileResponse(ASSETS["index.html"], headers=HEADERS)


@router.get("/page/{name}")
async def asset(name: str) -> Response:
    """A script, style, picture or text of the page."""
    if name not in ASSETS:
        raise HTTPException(404, f"the page has no part named {name!r}")
    return FileResponse(ASSETS[name], headers=HEADERS)


class Row(FigureModel):
    """A figure as a row of a spreadsheet: whole numbers stay whole."""

    model_config = ConfigDict(strict=True)

    value: Number
    value_max: Number


class Sheet(BaseModel):
    """What a spreadsheet is to hold, as /extract gave it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    id: str | None = Field(None, description="for the first column")
    figures: list[Row]
    tables: dict[str, Any] | None = Field(None, description="for XLSX")
    checks: list[CheckModel] = Field([], description="for XLSX")

    @field_validator("tables")
    @classmethod
    def readable(cls, tables: dict[str, Any] | None) -> dict[str, Any] | None:
        """Tables that the writer can read."""
        try:
            for *_, value, unit in formats.table_rows(tables or {}):
                CELL.validate_python((value, unit))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ValueError("these are not the tables of a response of /extract") from error
        return tables

    @model_validator(mode="after")
    def encodable(self) -> Self:
        """No lone surrogates, which no file can carry."""
        self.model_dump_json()
        return self


@exports.post("/export/csv")
def csv(sheet: Sheet) -> Response:
    """CSV, one figure a row, that spreadsheet programs open with its Chinese intact."""
    stream = io.StringIO(newline="")
    formats.write_csv([("", sheet.model_dump())], stream)
    return Response(stream.getvalue().encode(formats.ENCODINGS["csv"]), media_type="text/csv; charset=utf-8")


@exports.post("/export/xlsx")
def xlsx(sheet: Sheet) -> Response:
    """An Excel workbook with a sheet each of figures, of the cells of the tables, and of checks."""
    stream = io.BytesIO()
    formats.write_xlsx([("", sheet.model_dump())], stream)
    return Response(stream.getvalue(), media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
