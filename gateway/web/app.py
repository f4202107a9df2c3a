"""The HTTP server's app, put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse

from gateway.web import health, problems
from gateway.web.api import router as api
from gateway.web.api.documented import describe
from gateway.web.live import routes
from gateway.web.problems import Problem
from gateway.web.site import Site


def create_app(site: Site) -> FastAPI:
    """The app that serves ``site``. Its life span watches Temporal and the mirror."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with site.temporal.watched(), site.feed.running():
            yield

    # FastAPI's own pages of documentation load scripts from elsewhere.
    app = FastAPI(title="Baton", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url="/openapi.json")
    app.state.site = site
    app.include_router(health.router)
    app.include_router(api.router)
    app.include_router(routes.router)
    problems.install(app, _page)
    describe(app)
    return app


def _page(_: Request, problem: Problem) -> Response:
    return PlainTextResponse(f"{problem.details.title}: {problem.detail}\n", problem.status, headers=problem.headers)
