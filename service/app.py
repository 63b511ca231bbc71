"""The app: its parts put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import swagger_ui_bundle
from anyio import to_thread
from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from service import access, batch, extract, files, health, label_studio, model, page, problems, reload
from service.bodies import BESIDES, LimitedBodies, most_bytes
from service.logs import Observed
from service.metrics import Metrics
from service.pool import Pool
from service.settings import Settings
from zhibiao import Extractor, __version__, models


def create(settings: Settings | None = None, extractor: Extractor | None = None) -> FastAPI:
    """The app; it loads the model of the settings when it starts, unless an extractor is given."""
    settings = settings or Settings()
    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        loaded = extractor
        if loaded is None:
            loaded = await to_thread.run_sync(reload.warmed, settings.model or models.current(settings.store), settings)
        app.state.pool = Pool(loaded, settings.workers, settings.queue, metrics)
        async with anyio.create_task_group() as tasks:
            if extractor is None and settings.model is None:
                tasks.start_soon(reload.Follower(app.state.pool, settings).watch)
            yield
            tasks.cancel_scope.cancel()
        await to_thread.run_sync(app.state.desk.retraining.stop)

    app = FastAPI(title="Zhibiao 指标", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None,
                  description="Reads the figures out of Chinese government reports.")
    app.state.pool = None
    app.state.desk = label_studio.Desk(settings)
    app.state.metrics = metrics
    app.state.readers = anyio.CapacityLimiter(files.READERS)
    app.state.settings = settings
    app.mount("/assets/swagger", StaticFiles(directory=swagger_ui_bundle.swagger_ui_path), name="swagger")
    problems.install(app)

    app.add_middleware(LimitedBodies, most_bytes(settings.limit), {
        "/extract/batch": None, "/extract/file": settings.file_limit + BESIDES, "/label-studio/": most_bytes(settings.label_studio_limit)})
    app.add_middleware(Observed, metrics)

    app.include_router(extract.router, **access.guards(settings))
    app.include_router(batch.router, **access.guards(settings))
    app.include_router(files.router, **access.guards(settings))
    app.include_router(model.router, **access.guards(settings))
    app.include_router(health.router)
    app.include_router(page.router)
    app.include_router(page.exports, **access.guards(settings))
    app.include_router(label_studio.router, **access.guards(settings, keys=settings.password is None))

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return get_swagger_ui_html(openapi_url="/openapi.json", title=app.title, swagger_js_url="/assets/swagger/swagger-ui-bundle.js",
                                   swagger_css_url="/assets/swagger/swagger-ui.css", swagger_favicon_url="/assets/swagger/favicon-32x32.png")

    return app
