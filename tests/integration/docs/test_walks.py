"""What the docs tell people to type carries builds to complete: real server, real worker, real command line, SQLite."""

import asyncio
import json
import os
import re
import shlex
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine
from temporalio.client import Client

from baton.contracts.names import workflow_id
from baton.runners.catalogue import Profiles
from baton.runtime.client import environment_for
from baton.runtime.embedded import EmbeddedTemporal
from baton.runtime.settings import Settings
from baton.store import schema
from baton.store.engine import open_engine
from baton.store.reading import events, get_build, handoffs
from gateway.worker.assembly import orchestrator
from gateway.worker.readiness import prepare_namespace
from tests.command_line import CommandLine
from tests.installed import declared_runners
from tests.pages import ROOT, page

COMMANDS = page("docs/commands.md")
GETTING_STARTED = page("docs/getting-started.md")
BY_HAND = COMMANDS.section("A whole build, by the command line alone")
BY_SIGNALS = COMMANDS.section("The same from Temporal's Web UI, by signals alone")


@dataclass(frozen=True)
class House:
    """A running Baton, and the environment in which people type."""

    engine: Engine
    environ: dict[str, str]
    cli: CommandLine

    async def type(self, line: str) -> None:
        """One line of the docs."""
        python, door, *words = shlex.split(line)
        assert (python, door) == ("python", "starter.py"), line
        said = await self.cli(*words)
        assert said.code == 0, f"{line}\n{said.told}"

    async def type_for_real(self, line: str) -> None:
        """The same, as a program."""
        words = shlex.split(line)
        assert words[0] == "python"
        typed = await asyncio.create_subprocess_exec(
            sys.executable,
            *words[1:],
            cwd=ROOT,
            env=self.environ,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await asyncio.wait_for(typed.communicate(), 60)
        assert typed.returncode == 0, f"{line}\n{said.decode()}"

    def told(self, build_id: str) -> tuple[str, int, int]:
        """What SQL says: the build's status, and how many events and handoffs it has."""
        build = get_build(self.engine, build_id)
        assert build is not None
        return build.summary.status, len(events(self.engine, build_id)), len(handoffs(self.engine, build_id))


@pytest.fixture
async def house(
    client: Client,
    temporal_server: EmbeddedTemporal,
    cli: CommandLine,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> AsyncIterator[House]:
    settings = Settings.from_environment({}, home=tmp_path / "home")
    engine = open_engine(settings.database_url)
    schema.upgrade(engine)
    await prepare_namespace(client)
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("BATON_", "TEMPORAL_"))}
    environ = environment_for(temporal_server.address, kept | {"BATON_HOME": str(settings.home), "BATON_USER": "you"})
    for name in ("TEMPORAL_ADDRESS", "BATON_HOME", "BATON_USER"):
        monkeypatch.setenv(name, environ[name])
    monkeypatch.chdir(ROOT)
    async with orchestrator(client, settings, Profiles(None, declared_runners()), engine):
        yield House(engine, environ, cli)
    engine.dispose()


def lines(text: str, build_id: str) -> list[str]:
    """The lines in blocks of shell that speak of this build, in order."""
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if build_id in line]


def number(text: str, what: str) -> int:
    """How many of ``what`` the docs promise."""
    match = re.search(rf"\b(\d+) {what}\b", text)
    assert match is not None, f"no number of {what}"
    return int(match[1])


async def test_the_command_line_alone_carries_a_build_to_complete(house: House, client: Client) -> None:
    for line in lines(BY_HAND, "slugify-1"):
        await house.type(line)
    await client.get_workflow_handle(workflow_id("slugify-1")).result()
    assert house.told("slugify-1") == ("complete", number(BY_HAND, "entries"), number(BY_HAND, "handoffs"))
    assert number(BY_HAND, "entries") >= 10
    assert number(BY_HAND, "handoffs") >= 5


async def test_signals_alone_carry_a_build_to_complete(house: House, client: Client) -> None:
    for line in lines(BY_SIGNALS, "slugify-2"):
        await house.type_for_real(line)
    handle = client.get_workflow_handle(workflow_id("slugify-2"))
    steps = re.findall(r"Signal name `(\w+)`.*?```json \w+ step\n(.*?)```", BY_SIGNALS, re.DOTALL)
    assert len(steps) == len([fence for fence in COMMANDS.fences if fence.label.endswith(" step")])
    for name, message in steps:
        await handle.signal(name, json.loads(message))
    await handle.result()
    status, entries, passings = house.told("slugify-2")
    assert (status, entries, passings) == (
        "complete",
        number(BY_SIGNALS, "events"),
        number(BY_SIGNALS, "handoffs"),
    )
    assert 10 <= entries <= 20
    assert passings >= 5
    assert "command_refused" not in {event.event_type for event in events(house.engine, "slugify-2")}


async def test_getting_started_leads_to_a_complete_build(house: House, client: Client) -> None:
    typed = lines(GETTING_STARTED.text, "hello-1")
    for line in typed[:-2]:
        await house.type(line)
    await client.get_workflow_handle(workflow_id("hello-1")).result()
    for line in typed[-2:]:  # journal and history, of a build that has ended
        await house.type(line)
    status, entries, passings = house.told("hello-1")
    assert status == "complete"
    assert entries >= 10
    assert passings >= 5
