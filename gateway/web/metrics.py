"""The gateway's metrics: a page of them, and what it counts."""

import asyncio
import time

from fastapi import APIRouter, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from baton.runtime.metrics import catalogue, meter
from baton.runtime.metrics.opening import opened
from baton.runtime.settings import variable_of
from gateway.web.callers import WhoCalls
from gateway.web.problems import Problem

router = APIRouter(tags=["health"])

PATH = "/metrics"
_UNCOUNTED = (PATH, "/healthz", "/readyz")
_ELSEWHERE = "other"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@router.get(PATH, include_in_schema=False)
async def metrics(caller: WhoCalls) -> Response:
    """The metrics of this gateway, in Prometheus's text format. They count builds of every project: so must the token
    reach. 404 while none are kept.
    """
    page = opened()
    if page is None:
        raise Problem(
            404, "not_found", f"This gateway keeps no metrics: set {variable_of('gateway_metrics')} and start it again"
        )
    if caller.grant.projects is not None:
        raise Problem(403, "forbidden", "Metrics count builds of every project: take a token without projects")
    from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

    text = await asyncio.to_thread(generate_latest, page.registry)
    return Response(text, media_type=CONTENT_TYPE_PLAIN_0_0_4)


class Counting:
    """Counts requests, each by its route: not by its path, which names builds."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in _UNCOUNTED or not meter.metering():
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 0

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        meter.add(catalogue.HTTP_OPEN)
        try:
            await self._app(scope, receive, watch)
        finally:
            meter.add(catalogue.HTTP_OPEN, -1)
            meter.observe(
                catalogue.HTTP_SECONDS,
                time.perf_counter() - began,
                method=scope["method"] if scope["method"] in _METHODS else _ELSEWHERE,
                route=getattr(scope.get("route"), "path", _ELSEWHERE),
                status=str(status or 500),
            )
