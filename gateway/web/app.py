"""The HTTP server's app, put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from gateway.standing.metrics import shown_standing
from gateway.web import codec, health, metrics, problems
from gateway.web.api import router as api
from gateway.web.api.documented import describe
from gateway.web.live import routes as live
from gateway.web.pages import router as pages
from gateway.web.pages.mishaps import mishap
from gateway.web.site import Site
from gateway.web.tracing import trace_requests


def create_app(site: Site) -> FastAPI:
    """The app that serves ``site``. Its life span watches Temporal and the mirror."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with (
            site.temporal.watched(),
            site.feed.running(),
            shown_standing(site.engine, lambda: site.temporal.client),
        ):
            yield

    # FastAPI's own pages of documentation load scripts from elsewhere.
    app = FastAPI(title="Baton", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url="/openapi.json")
    app.state.site = site
    app.include_router(health.router)
    app.include_router(metrics.router)
    app.include_router(api.router)
    app.include_router(live.router)
    app.include_router(codec.router)
    app.include_router(pages.router)
    problems.install(app, mishap)
    describe(app)
    trace_requests(app)
    return app
