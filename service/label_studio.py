"""The ML backend of Label Studio: pre-annotation, and a signal to retrain.

Label Studio says who it is by Basic authentication, or, in the webhooks that we register with it, by a secret header. Its
webhooks wait one second inside the annotator's save and are never sent again: they are acknowledged and counted here, and
what was annotated is fetched by `annotations.pull`.
"""

import hashlib
import json
import logging
import secrets
from collections import OrderedDict
from typing import Annotated, Any

import anyio
from anyio import to_thread
from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBasic, HTTPBasicCredentials
from pydantic import BaseModel, ConfigDict, Field

from service.pool import Pool, WarmPool, while_connected
from service.problems import refusals
from service.retraining import Retraining
from service.settings import Settings
from zhibiao import Extraction, Extractor, ZhibiaoError, label_studio

log = logging.getLogger(__name__)
REMEMBERED = 4096


class Desk:
    """What the routes share. bulk: of the pool's workers, at most half read tasks, so that other requests find one free."""

    def __init__(self, settings: Settings) -> None:
        self.bulk = anyio.CapacityLimiter(max(1, settings.workers // 2))
        self.retraining = Retraining(settings.label_studio_train, settings.store / "retrain.log")
        self.webhooks = self.duplicates = 0
        self._seen: OrderedDict[bytes, None] = OrderedDict()

    def first(self, body: bytes) -> bool:
        """Whether a webhook was not seen before. Label Studio numbers none; one delivered twice has the same bytes."""
        digest = hashlib.sha256(body).digest()
        if digest in self._seen:
            return False
        self._seen[digest] = None
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return True


def desk(request: Request) -> Desk:
    found: Desk = request.app.state.desk
    return found


async def credentials(request: Request) -> HTTPBasicCredentials | None:
    """Those of the request. Not declared in the API's document, for they are asked for only where the settings have a password."""
    return await HTTPBasic(auto_error=False)(request)


Credentials = Annotated[HTTPBasicCredentials | None, Depends(credentials)]


def same(given: str, expected: str) -> bool:
    """Compares in constant time."""
    return secrets.compare_digest(given.encode(), expected.encode())


def known(credentials: HTTPBasicCredentials | None, settings: Settings) -> bool:
    """Whether these are the user and password of the settings."""
    password = settings.password
    return (credentials is not None and password is not None
            and same(credentials.username, settings.label_studio_user) & same(credentials.password, password.get_secret_value()))


def authenticated(request: Request, credentials: Credentials) -> None:
    """Refuses a caller without the user and password of the settings, where they have a password."""
    settings: Settings = request.app.state.settings
    if settings.password is not None and not known(credentials, settings):
        raise HTTPException(401, f"{'the user or password is wrong' if credentials else 'no user and password were sent'}; give Label Studio's "
                                 "ML backend those of ZHIBIAO_LABEL_STUDIO_USER and ZHIBIAO_LABEL_STUDIO_PASSWORD",
                            {"WWW-Authenticate": 'Basic realm="label-studio"'})


def authorised(request: Request, credentials: Credentials) -> None:
    """Refuses a webhook with neither the secret header nor the user and password of the settings, where they have any."""
    settings: Settings = request.app.state.settings
    secret = settings.label_studio_secret
    if settings.password is None or known(credentials, settings):
        return
    given = request.headers.get(label_studio.SECRET_HEADER)
    if secret is None or given is None or not same(given, secret.get_secret_value()):
        raise HTTPException(401, f"{'the secret is wrong' if given else 'no secret was sent'}; register the webhook with the header "
                                 f"{label_studio.SECRET_HEADER} as in ZHIBIAO_LABEL_STUDIO_SECRET",
                            {"WWW-Authenticate": 'Basic realm="label-studio"'})


class SetupRequest(BaseModel):
    """What Label Studio tells of itself; none of it is needed."""

    model_config = ConfigDict(extra="allow")


class PredictRequest(BaseModel):
    """Tasks to read; whatever else Label Studio sends is not needed."""

    tasks: list[Any] = Field(description=f'each with its text under `data.{label_studio.TEXT}`')


class Webhook(BaseModel):
    """An event; what is beside the action depends on it."""

    model_config = ConfigDict(extra="allow")

    action: str = Field(examples=["ANNOTATION_CREATED", "START_TRAINING"])


router = APIRouter(prefix="/label-studio", tags=["Label Studio"])
PROTECTED = [Depends(authenticated)]
TheDesk = Annotated[Desk, Depends(desk)]


def version(extractor: Extractor) -> str:
    return label_studio.model_version(extractor.tagger.name, extractor.tagger.version)


@router.get("/health", responses=refusals(401, 503), dependencies=PROTECTED)
async def health(_: WarmPool) -> dict[str, str]:
    """The backend can predict."""
    return {"status": "UP"}


@router.post("/setup", responses=refusals(400, 401, 422, 503), dependencies=PROTECTED)
async def setup(_: SetupRequest, pool: WarmPool) -> dict[str, str]:
    """The version under which predictions come."""
    return {"model_version": version(pool.extractor)}


@router.get("/versions", responses=refusals(401, 503), dependencies=PROTECTED)
async def versions(pool: WarmPool) -> dict[str, list[str]]:
    """The versions that can be asked for."""
    return {"versions": [version(pool.extractor)]}


@router.post("/predict", responses=refusals(400, 401, 413, 422, 503), dependencies=PROTECTED)
async def predict(body: PredictRequest, request: Request, pool: WarmPool, desk: TheDesk) -> Response:
    """A prediction for each task, in order; an empty one of score 0 where a task has no text that can be read.

    All are by the model in use when the request came. Label Studio waits 100 seconds; when it has gone, reading stops.
    """
    extractor = pool.extractor

    async def predictions() -> list[str]:
        results = []
        for task in body.tasks:
            async with desk.bulk:
                results.append(await predicted(task, pool, extractor))
        return results

    return Response(f'{{"results": [{", ".join(await while_connected(request, predictions))}]}}', media_type="application/json")


async def predicted(task: Any, pool: Pool, extractor: Extractor) -> str:
    """The prediction for a task, as JSON."""
    text = data.get(label_studio.TEXT) if isinstance(task, dict) and isinstance(data := task.get("data"), dict) else None
    fault = f"its data.{label_studio.TEXT} is {type(text).__name__}, expected a string"
    if isinstance(text, str):
        try:
            extraction = await pool.read(text, extractor, patient=True)
        except ZhibiaoError as error:
            fault = str(error)
        else:
            return await to_thread.run_sync(written, extraction)
    log.warning("task %s has no prediction: %s", ascii(task.get("id")) if isinstance(task, dict) else "without id", fault)
    return json.dumps({"model_version": version(extractor), "score": 0.0, "result": []})


def written(extraction: Extraction) -> str:
    return json.dumps(label_studio.prediction(extraction.response()), ensure_ascii=False)


@router.post("/webhook", status_code=202, responses=refusals(400, 401, 422), dependencies=[Depends(authorised)])
async def webhook(event: Webhook, request: Request, desk: TheDesk) -> JSONResponse:
    """Acknowledges an event at once. START_TRAINING starts a retraining, unless one is under way or it is off."""
    if event.action == "START_TRAINING":
        message = await to_thread.run_sync(desk.retraining.start)
        return JSONResponse({"action": event.action, "message": message}, 202)
    if not desk.first(await request.body()):
        desk.duplicates += 1
        return JSONResponse({"action": event.action, "message": "seen before; nothing was done"}, 202)
    desk.webhooks += 1
    return JSONResponse({"action": event.action, "message": "noted"}, 202)


@router.get("/training", responses=refusals(401), dependencies=PROTECTED)
async def training(desk: TheDesk) -> dict[str, Any]:
    """The retraining under way or the last one, and the webhooks since the service started."""
    return {**await to_thread.run_sync(desk.retraining.status), "webhooks": desk.webhooks, "duplicates": desk.duplicates}
