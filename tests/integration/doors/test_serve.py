"""``starter.py serve`` as a program: where it serves, what it says, how it stops."""

import asyncio
import signal
import socket
import time
from pathlib import Path

import httpx2

from baton.runtime.client import environment_for
from baton.runtime.embedded import EmbeddedTemporal
from tests.integration.doors.programs import program


async def test_it_serves_until_it_is_told_to_stop_and_its_log_holds_no_secret(
    connected: dict[str, str], home: Path, tmp_path: Path, temporal_server: EmbeddedTemporal
) -> None:
    arguments = ["serve", "--json", "--port", 0, "--home", home, "--upgrade", "--log-format", "json"]
    with program("starter.py", *arguments, env=connected, cwd=tmp_path) as gateway:
        where = await gateway.document()
        assert (where["host"], where["asked_host"], where["tokens"]) == ("127.0.0.1", "127.0.0.1", "none")
        assert where["pid"] == gateway.process.pid
        async with httpx2.AsyncClient(base_url=where["url"], timeout=20) as client:
            async with asyncio.timeout(30):
                while (ready := await client.get("/readyz")).status_code != 200:
                    await asyncio.sleep(0.1)
            assert ready.json() == {"status": "ok", "temporal": "ok", "database": "ok"}
            secret = {"Authorization": "Bearer sesame-open-sesame"}
            assert (await client.get("/api/stream?word=sesame", headers=secret)).status_code == 401
            async with client.stream("GET", "/api/stream") as stream:
                assert await anext(stream.aiter_lines()) == "event: refresh"
                began = time.monotonic()
                assert await gateway.end(signal.SIGTERM) == 0
                assert time.monotonic() - began < 10
        assert "this machine alone" in gateway.said
        assert "GET /api/stream 401" in gateway.said
        assert "sesame" not in gateway.said
        assert "Traceback" not in gateway.said


async def test_tables_that_are_not_there_are_one_message(environ: dict[str, str], home: Path, tmp_path: Path) -> None:
    env = environment_for("127.0.0.1:9", environ)
    with program("starter.py", "serve", "--port", 0, "--home", home, env=env, cwd=tmp_path) as gateway:
        assert await gateway.end() == 1
        assert "run: python starter.py db upgrade" in gateway.said


async def test_a_port_that_is_taken_is_one_message(environ: dict[str, str], home: Path, tmp_path: Path) -> None:
    env = environment_for("127.0.0.1:9", environ)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        arguments = ["serve", "--port", port, "--home", home, "--upgrade"]
        with program("starter.py", *arguments, env=env, cwd=tmp_path) as gateway:
            assert await gateway.end() == 1
            assert f"cannot listen at port {port} of '127.0.0.1'" in gateway.said
            assert "Traceback" not in gateway.said
