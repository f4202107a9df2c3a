"""The access log: who asked for what, how that went, how long it took. No query, no body, no token."""

import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.web.problems import Problem

log = logging.getLogger("baton.gateway.access")
errors = logging.getLogger("baton.gateway")

_ASKED_ALL_THE_TIME = ("/healthz", "/readyz", "/metrics")
_LONGEST_PATH = 300


class AccessLog:
    """Logs every request at INFO when its answer has ended; those for the health at DEBUG."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 0
        scope.setdefault("state", {})["caller_name"] = None

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as error:
            # The app has said what it was when it answered; who asked gets an answer in any case.
            if not status:
                errors.error("%s %s went wrong", scope["method"], _path(scope), exc_info=error)
                await Problem(500, "unexpected", "Something went wrong that nobody foresaw").answer()(
                    scope, receive, watch
                )
        finally:
            level = logging.DEBUG if scope["path"] in _ASKED_ALL_THE_TIME else logging.INFO
            seconds = time.perf_counter() - began
            client = scope["client"][0] if scope.get("client") else "-"
            name = scope["state"]["caller_name"] or "-"
            log.log(
                level,
                "%s %s %s %s %d %.3f s",
                client,
                name,
                scope["method"],
                _path(scope),
                status,
                seconds,
                extra=_named(scope),
            )


def _named(scope: Scope) -> dict[str, str]:
    """The build that the request was about, if it was about one."""
    build_id = scope["state"].get("build_id") or scope.get("path_params", {}).get("build_id")
    return {"build_id": build_id[:_LONGEST_PATH]} if isinstance(build_id, str) else {}


def _path(scope: Scope) -> str:
    # Nothing that was sent can begin a new line of the log, or a sequence that a terminal obeys.
    path = "".join(letter if letter.isprintable() else "?" for letter in scope["path"])
    return path if len(path) <= _LONGEST_PATH else path[:_LONGEST_PATH] + "…"
