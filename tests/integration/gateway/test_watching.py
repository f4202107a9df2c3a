"""Watching a build through bad times."""

import asyncio
from pathlib import Path

from baton.runtime.embedded import EmbeddedTemporal
from gateway.builds import Builds
from gateway.web_ui import WANTED_SEARCH_ATTRIBUTES
from tests.command_line import CommandLine
from tests.workflow.stage import all_manual, request, stage


async def test_a_watch_goes_on_when_the_server_comes_back(cli: CommandLine, tmp_path: Path) -> None:
    server = EmbeddedTemporal(tmp_path / "server", ui=False, search_attributes=WANTED_SEARCH_ATTRIBUTES)
    async with server:
        client = await server.connect()
        async with stage(client, all_manual()):
            builds = Builds(client)
            await builds.start(request("patient-watch"))
            watching = asyncio.create_task(cli("watch", "patient-watch", "--address", server.address))
            await asyncio.sleep(1.5)
            server.kill()
            await server.start()
            await builds.cancel("patient-watch", "enough seen")
            async with asyncio.timeout(40):
                said = await watching

    assert said.code == 1
    assert said.out.splitlines()[0].startswith("  1  ")
    assert "in discovery: enough seen" in said.out.splitlines()[-1]
