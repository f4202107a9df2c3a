"""What stands around the app, around an app of the test's own."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from baton.runtime.settings import Settings
from gateway.web.shell.headers import SECURITY_HEADERS
from gateway.web.shell.patience import StreamPatience
from gateway.web.shell.shell import surrounded


def _served(app: ASGIApp, tmp_path: Path, **given: Any) -> httpx2.AsyncClient:
    settings = Settings.model_validate({"home": tmp_path, "database_url": "sqlite:///unused.db"} | given)
    transport = httpx2.ASGITransport(surrounded(app, settings), raise_app_exceptions=True)
    return httpx2.AsyncClient(transport=transport, base_url="http://localhost")


def _app() -> FastAPI:
    app = FastAPI()

    @app.post("/length")
    async def length(request: Request) -> int:
        return len(await request.body())

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("nobody foresaw this")

    @app.get("/stored")
    async def stored(request: Request) -> str:
        request.state.answer_headers["Cache-Control"] = "max-age=60"
        request.state.caller_name = "grace"
        return "kept"

    return app


async def _in_pieces(*sizes: int) -> AsyncIterator[bytes]:
    for size in sizes:
        yield b"x" * size


async def test_a_body_is_read_up_to_the_limit(tmp_path: Path) -> None:
    async with _served(_app(), tmp_path, gateway_max_body_bytes=2_000) as client:
        assert (await client.post("/length", content=b"x" * 2_000)).json() == 2_000
        assert (await client.post("/length", content=_in_pieces(1_000, 1_000))).json() == 2_000


@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_beyond_the_limit_is_not_read(tmp_path: Path, announced: bool) -> None:
    async with _served(_app(), tmp_path, gateway_max_body_bytes=2_000) as client:
        content = b"x" * 2_001 if announced else _in_pieces(1_000, 1_000, 1)
        assert (await client.post("/length", content=content)).status_code == 413


async def test_an_error_that_nobody_foresaw_is_answered_like_all_others(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def failing(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError("nobody foresaw this")

    for app, path in ((_app(), "/broken"), (failing, "/")):
        async with _served(app, tmp_path) as client:
            answer = await client.get(path)
        assert answer.status_code == 500
        assert "nobody foresaw this" not in answer.text
    assert "nobody foresaw this" in caplog.text


async def test_what_an_answer_says_itself_wins_over_not_storing(tmp_path: Path) -> None:
    async with _served(_app(), tmp_path) as client:
        answer = await client.get("/stored")
    assert answer.headers["cache-control"] == "max-age=60"
    assert SECURITY_HEADERS["Content-Security-Policy"] == answer.headers["content-security-policy"]


async def test_the_log_names_who_asked_for_what_and_neither_query_nor_token(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with _served(_app(), tmp_path) as client:
        await client.get("/stored?secret=sesame", headers={"Authorization": "Bearer baton_sesame"})
        await client.get("/a%0Ab%1b%5B31m")
    said = [record.getMessage() for record in caplog.records if record.name.startswith("baton.")]
    assert "grace GET /stored 200" in said[0]
    assert "GET /a?b?[31m 404" in said[1]
    assert "sesame" not in str(said)


async def test_the_health_is_asked_for_in_silence(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "baton.gateway.access")
    async with _served(_app(), tmp_path) as client:
        await client.get("/healthz")
    assert [record for record in caplog.records if record.name == "baton.gateway.access"] == []


async def test_a_stream_whose_client_takes_nothing_ends(tmp_path: Path) -> None:
    given: list[Message] = []

    async def endless(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
        while True:
            await send({"type": "http.response.body", "body": b": ping\n\n", "more_body": True})

    async def stuck(message: Message) -> None:
        given.append(message)
        if len(given) > 3:
            await asyncio.sleep(60)

    async def nothing() -> Message:
        return {"type": "http.disconnect"}

    with pytest.raises(TimeoutError):
        await StreamPatience(endless, seconds=0.05)({"type": "http"}, nothing, stuck)
    assert len(given) == 4
