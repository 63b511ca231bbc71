"""What can be counted, and the model that counts it."""

import json
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from service.pool import WarmPool
from service.problems import refusals
from service.schema import IndicatorList
from zhibiao import catalogue

router = APIRouter()


@router.get("/indicators", response_model=IndicatorList)
async def indicators() -> dict[str, Any]:
    """The list of indicators, groups, roles and approximations."""
    known = catalogue()
    return {"version": known.version, "groups": dict(known.groups), "roles": dict(known.roles),
            "approximations": dict(known.approximations), "indicators": [asdict(i) for i in known.indicators.values()]}


@router.get("/model", responses=refusals(503))
async def model(pool: WarmPool) -> JSONResponse:
    """The model's name, version, metrics and card."""
    tagger = pool.extractor.tagger
    return JSONResponse({"name": tagger.name, "version": tagger.version, "config": tagger.config,
                         "metrics": json.loads((tagger.folder / "metrics.json").read_text(encoding="utf-8")),
                         "card": (tagger.folder / "README.md").read_text(encoding="utf-8")})
