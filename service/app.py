"""The app: its routes and what they share."""

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from functools import partial
from typing import Any

import anyio
import swagger_ui_bundle
from anyio import to_thread
from fastapi import FastAPI, Request, Response
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.routing import Match

from service import problems
from service.metrics import Metrics
from service.schema import ExtractRequest, ExtractResponse, IndicatorList, Problem
from service.settings import Settings
from zhibiao import Extractor, __version__, catalogue

# A character of JSON takes six bytes at most when escaped, twelve beyond the basic plane.
BYTES_A_CHARACTER = 12


class Pool:
    """The extractor off the event loop: so many texts at a time, so many waiting, one more is refused."""

    def __init__(self, extractor: Extractor, settings: Settings, metrics: Metrics) -> None:
        self.extractor = extractor
        self.limiter = anyio.CapacityLimiter(settings.workers)
        self.most = settings.queue + settings.workers
        self.metrics = metrics
        self.inside = 0

    async def extract(self, request: ExtractRequest) -> dict[str, Any]:
        """The response to a request. Raises OverloadedError when the queue is full."""
        if self.inside >= self.most:
            raise problems.OverloadedError(f"{self.inside} texts are in work or waiting, at most {self.most} may; try again in a moment")
        self.inside += 1
        self.metrics.waiting.set(max(0, self.inside - int(self.limiter.total_tokens)))
        try:
            return await to_thread.run_sync(self._run, request, limiter=self.limiter)
        finally:
            self.inside -= 1
            self.metrics.waiting.set(max(0, self.inside - int(self.limiter.total_tokens)))

    def _run(self, request: ExtractRequest) -> dict[str, Any]:
        return self.extractor(request.text).response(request.id, request.min_confidence)


def create(settings: Settings | None = None, extractor: Extractor | None = None) -> FastAPI:
    """The app; it loads the model of the settings when it starts, unless an extractor is given."""
    settings = settings or Settings()
    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        loaded = extractor
        if loaded is None:
            loaded = await to_thread.run_sync(partial(Extractor.load, settings.model, threads=settings.threads, limit=settings.limit))
        await to_thread.run_sync(loaded, "预热:政府网站由2家减至1家。")
        app.state.pool = Pool(loaded, settings, metrics)
        yield

    app = FastAPI(title="Zhibiao 指标", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None,
                  description="Reads the figures out of Chinese government reports.")
    app.state.pool = None
    app.mount("/assets/swagger", StaticFiles(directory=swagger_ui_bundle.swagger_ui_path), name="swagger")
    problems.install(app)

    @app.middleware("http")
    async def measure(request: Request, forward: Callable[[Request], Awaitable[Response]]) -> Response:
        started = time.monotonic()
        declared = request.headers.get("content-length", "0")
        most = settings.limit * BYTES_A_CHARACTER + 65536
        if declared.isdigit() and int(declared) > most:
            response: Response = problems.problem(413, f"the body has {int(declared):,} bytes, at most {most:,} can hold a text of "
                                                       f"{settings.limit:,} characters; split the text")
        else:
            response = await forward(request)
        route = next((r.path for r in app.routes if hasattr(r, "path") and r.matches(request.scope)[0] == Match.FULL), "other")
        metrics.requests.labels(route, response.status_code).inc()
        metrics.seconds.labels(route).observe(time.monotonic() - started)
        return response

    refusals: dict[int | str, dict[str, Any]] = {
        status: {"model": Problem, "content": {problems.MEDIA_TYPE: {}}} for status in (400, 413, 422, 503)}

    @app.post("/extract", response_model=ExtractResponse, responses=refusals)
    async def extract(body: ExtractRequest, request: Request) -> Response:
        """The figures of a text."""
        if request.app.state.pool is None:
            return problems.problem(503, "the model is not loaded yet; try again in a moment", {"Retry-After": "1"})
        answer = await request.app.state.pool.extract(body)
        metrics.observe(answer["figures"])
        return Response(json.dumps(answer, ensure_ascii=False), media_type="application/json")

    @app.get("/indicators", response_model=IndicatorList)
    async def indicators() -> dict[str, Any]:
        """The list of indicators, groups, roles and approximations."""
        known = catalogue()
        return {"version": known.version, "groups": dict(known.groups), "roles": dict(known.roles),
                "approximations": dict(known.approximations), "indicators": [asdict(i) for i in known.indicators.values()]}

    @app.get("/model", responses={503: refusals[503]})
    async def model(request: Request) -> Response:
        """The model's name, version, metrics and card."""
        if request.app.state.pool is None:
            return problems.problem(503, "the model is not loaded yet; try again in a moment", {"Retry-After": "1"})
        tagger = request.app.state.pool.extractor.tagger
        return JSONResponse({"name": tagger.name, "version": tagger.version, "config": tagger.config,
                             "metrics": json.loads((tagger.folder / "metrics.json").read_text(encoding="utf-8")),
                             "card": (tagger.folder / "README.md").read_text(encoding="utf-8")})

    @app.get("/health/live")
    async def live() -> dict[str, str]:
        """The process answers."""
        return {"status": "live"}

    @app.get("/health/ready", responses={503: refusals[503]})
    async def ready(request: Request) -> Response:
        """The model is loaded and warm."""
        if request.app.state.pool is None:
            return problems.problem(503, "the model is not loaded yet; try again in a moment", {"Retry-After": "1"})
        return JSONResponse({"status": "ready"})

    @app.get("/metrics", response_class=Response)
    async def prometheus() -> Response:
        """Counters for Prometheus."""
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return get_swagger_ui_html(openapi_url="/openapi.json", title=app.title, swagger_js_url="/assets/swagger/swagger-ui-bundle.js",
                                   swagger_css_url="/assets/swagger/swagger-ui.css", swagger_favicon_url="/assets/swagger/favicon-32x32.png")

    return app
