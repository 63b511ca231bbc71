"""What goes in and out, for validation and for the API's documentation. The codes come from the catalogue."""

import re
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from zhibiao import catalogue

ROLES = tuple(catalogue().roles)
APPROXIMATIONS = tuple(catalogue().approximations)


def one_of(codes: Sequence[str]) -> str:
    """The pattern of the codes, since a Literal cannot come from the catalogue."""
    return f"^(?:{'|'.join(map(re.escape, codes))})$"


class ExtractRequest(BaseModel):
    """A report to read."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"text": "全市政府网站由67家缩减至23家。"}]})

    text: str = Field(strict=True, description="the report's text, simplified or traditional")
    id: str | None = Field(None, strict=True, description="comes back in the response")
    min_confidence: float = Field(0.0, strict=True, ge=0, le=1, description="figures below are left out")


class StrictModel(BaseModel):
    """No value is turned into another type: "5" is no number."""

    model_config = ConfigDict(strict=True)


class Interval(StrictModel):
    """Code points into the text as sent, end exclusive."""

    start: int
    end: int


class Confidences(StrictModel):
    """Calibrated probabilities of the parts."""

    span: float
    indicator: float
    role: float
    value: float


class FigureModel(StrictModel):
    """One figure."""

    indicator: str = Field(description="a code of /indicators, or that of a table's cell")
    name: str
    group: str
    role: str = Field(pattern=one_of(ROLES), json_schema_extra={"enum": list(ROLES)})
    value: float | None
    value_max: float | None
    unit: str
    approx: str = Field(pattern=one_of(APPROXIMATIONS), json_schema_extra={"enum": list(APPROXIMATIONS)})
    nil: bool
    text: str
    start: int
    end: int
    object: str | None
    section: str | None
    sentence: Interval
    source: Literal["prose", "table"]
    confidence: float = Field(ge=0, le=1, description="calibrated probability that indicator, role, value and unit are all right")
    confidences: Confidences


class Reading(StrictModel):
    value: str | int | None
    confidence: float


class Report(StrictModel):
    title: Reading
    organization: Reading
    year: Reading


class FieldModel(StrictModel):
    value: float | None
    unit: str
    confidence: float
    figure: int = Field(description="index into figures")


class CheckModel(StrictModel):
    rule: str
    status: Literal["holds", "violated", "not_assessable"]
    message: str
    figures: list[int]


class ModelName(StrictModel):
    name: str
    version: str


class ExtractResponse(StrictModel):
    """What was read from a text."""

    id: str | None
    model: ModelName
    script: Literal["hans", "hant"]
    report: Report
    figures: list[FigureModel]
    fields: dict[str, dict[str, list[FieldModel]]]
    tables: dict[str, Any] | None
    checks: list[CheckModel]
    warnings: list[str]


class FileResponse(ExtractResponse):
    """What was read from a file."""

    text: str = Field(description="the file's text, which the offsets point into")


class Problem(BaseModel):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str


class IndicatorModel(BaseModel):
    code: str
    name: str
    group: str
    units: list[str]
    note: str


class IndicatorList(BaseModel):
    version: int
    groups: dict[str, str]
    roles: dict[str, str]
    approximations: dict[str, str]
    indicators: list[IndicatorModel]
