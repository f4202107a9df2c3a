"""``starter.py dev`` as a program: it stays, it mends itself, it keeps what is under way."""

import asyncio
import contextlib
import os
import signal
from pathlib import Path

import httpx2

from baton.domain.requests import BuildRequest
from baton.domain.view import BuildView
from baton.domain.vocabulary import State
from baton.runtime.client import TemporalUnavailable, connect_plainly
from baton.runtime.ownership import Ownership
from baton.runtime.ports import free_port
from gateway.builds import Builds
from gateway.errors import NoWorker
from tests.integration.doors.programs import left_behind, program

REQUEST = BuildRequest(
    build_id="kept-1", project_id="p", user_id="u", title="A thing", requirements="# A thing", profile="manual"
)


async def told(address: str) -> BuildView:
    return await Builds(await connect_plainly(address)).status("kept-1")


async def told_at_last(address: str) -> BuildView:
    """The same, as soon as the server and a worker are there again."""
    async with asyncio.timeout(60):
        while True:
            try:
                return await told(address)
            except (TemporalUnavailable, NoWorker):
                await asyncio.sleep(0.2)


async def shown_at_last(url: str) -> object:
    """The state that the gateway tells, as soon as it is there again and Temporal is for it."""
    async with asyncio.timeout(60), httpx2.AsyncClient() as client:
        while True:
            with contextlib.suppress(httpx2.TransportError):
                if (answer := await client.get(url)).status_code == 200:
                    return answer.json()["current_state"]
            await asyncio.sleep(0.2)


async def test_dev_starts_what_has_died_again_keeps_its_builds_over_a_restart_and_leaves_nothing_behind(
    environ: dict[str, str], home: Path, tmp_path: Path
) -> None:
    arguments = ["dev", "--json", "--home", home, "--port", free_port(), "--ui-port", free_port()]
    with program("starter.py", *arguments, env=environ, cwd=tmp_path) as dev:
        where = await dev.document()
        await Builds(await connect_plainly(where["address"])).start(REQUEST)
        os.kill(where["worker_pid"], signal.SIGKILL)
        os.kill(where["gateway_pid"], signal.SIGKILL)
        await dev.until_told("The worker has died (exit code -9)")
        await dev.until_told("The gateway has died (exit code -9)")
        assert (await told(where["address"])).current_state is State.DISCOVERY
        record = Ownership(home / "temporal").read()
        assert record is not None
        os.kill(record.pid, signal.SIGKILL)
        await dev.until_told("Temporal has died")
        assert (await told_at_last(where["address"])).current_state is State.DISCOVERY
        assert await shown_at_last(f"{where['gateway_url']}/api/workflows/kept-1/status") == "discovery"
        assert await dev.end(signal.SIGTERM) == 0
    assert left_behind(home) == []
    with program("starter.py", *arguments, env=environ, cwd=tmp_path) as dev:
        where = await dev.document()
        view = await told(where["address"])
        assert (view.current_state, view.request) == (State.DISCOVERY, REQUEST)
        assert await dev.end(signal.SIGINT) == 0
    assert left_behind(home) == []


async def test_a_second_dev_is_told_of_the_first_and_nothing_outlives_one_that_is_killed(
    environ: dict[str, str], home: Path, tmp_path: Path
) -> None:
    with program("starter.py", "dev", "--json", "--home", home, env=environ, cwd=tmp_path) as first:
        where = await first.document()
        with program("starter.py", "dev", "--home", home, env=environ, cwd=tmp_path) as second:
            assert await second.end() == 1
            assert f"already runs at {where['address']}" in second.said
        assert first.process.poll() is None

        os.kill(first.process.pid, signal.SIGKILL)
        await first.end()
        async with asyncio.timeout(20):
            while left_behind(home):
                await asyncio.sleep(0.1)
