"""The door as a process of its own: exit codes, clean standard output, no traceback."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import pytest
from temporalio.client import Client

from baton.runtime.client import environment_for
from baton.runtime.embedded import EmbeddedTemporal
from gateway.builds import Builds
from tests.command_line import CommandLine
from tests.workflow.stage import all_manual, request, stage

ROOT = Path(__file__).parents[3]


@pytest.fixture
def environment(temporal_server: EmbeddedTemporal, tmp_path: Path) -> dict[str, str]:
    base = {name: value for name, value in os.environ.items() if not name.startswith("BATON_")}
    return environment_for(temporal_server.address, base) | {"BATON_HOME": str(tmp_path / "home"), "COLUMNS": "100"}


async def spawn(environment: dict[str, str], *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        str(ROOT / "starter.py"),
        *arguments,
        env=environment,
        cwd="/",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def run(environment: dict[str, str], *arguments: str, stdin: bytes = b"") -> tuple[int | None, str, str]:
    process = await spawn(environment, *arguments)
    async with asyncio.timeout(30):
        out, err = await process.communicate(stdin)
    assert b"Traceback" not in err
    return process.returncode, out.decode(), err.decode()


async def test_a_build_is_started_and_seen_by_other_processes(client: Client, environment: dict[str, str]) -> None:
    asked = ("start", "-", "--project", "shop", "--user", "ada", "--profile", "script", "--build-id", "doors", "--json")
    async with stage(client, all_manual()):
        code, out, err = await run(environment, *asked, stdin=b"# Thing")
        assert (code, err, json.loads(out)["build_id"]) == (0, "", "doors")
        code, out, _ = await run(environment, "status", "doors")
        assert (code, "Waits for a report" in out) == (0, True)


async def test_errors_are_told_with_their_exit_codes(client: Client, environment: dict[str, str]) -> None:
    code, out, err = await run(environment, "status", "nobody", "--json")
    assert (code, json.loads(out)["error"]["code"], err.startswith("error: ")) == (1, "not_found", True)
    code, out, _ = await run(environment, "advance", "--json")
    assert (code, json.loads(out)["error"]["code"]) == (2, "usage")
    code, out, _ = await run(environment, "list", "--database-url", "postgresql://a:s3cr-et@127.0.0.1:1/b", "--json")
    assert (code, json.loads(out)["error"]["code"], "s3cr-et" in out) == (3, "database_unavailable", False)


async def test_ctrl_c_leaves_a_watch_cleanly(client: Client, environment: dict[str, str]) -> None:
    async with stage(client, all_manual()):
        await Builds(client).start(request("left-alone"))
        process = await spawn(environment, "watch", "left-alone")
        assert process.stdout is not None
        async with asyncio.timeout(30):
            await process.stdout.readline()
            process.send_signal(signal.SIGINT)
            _, err = await process.communicate()

    assert process.returncode == 130
    assert err.decode() == "note: The build goes on. See it again: python starter.py watch left-alone\n"


async def test_the_doctor_finds_what_is_there_and_what_is_not(
    client: Client, here: CommandLine, tmp_path: Path
) -> None:
    before = await here("doctor", "--json")
    await here("db", "upgrade")
    async with stage(client):
        after = await here("doctor", "--json")
        shown = await here("doctor")

    found = {check["name"]: check["health"] for check in after.json["checks"]}
    assert {check["name"]: check["health"] for check in before.json["checks"]}["database"] == "failed"
    assert before.json["healthy"] is False
    assert before.code == 1
    for name in ("python", "git", "database", "temporal", "namespace", "search attributes", "queue baton-builds"):
        assert found[name] == "ok"
    assert "server 1." in shown.out


async def test_the_doctor_without_a_server_says_how_to_get_one(cli: CommandLine) -> None:
    said = await cli("doctor", "--address", "127.0.0.1:1", "--json")
    temporal = next(check for check in said.json["checks"] if check["name"] == "temporal")

    assert said.code == 3
    assert temporal["health"] == "failed"
    assert "python starter.py dev" in temporal["advice"]
