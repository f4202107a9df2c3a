"""``explain``: whose journal is told, and how."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from temporalio.client import Client

from baton.domain.journal import Entry
from baton.domain.vocabulary import EntryKind, Phase
from baton.runtime.ports import free_port
from baton.store.engine import open_engine
from baton.store.mirror import Mirror
from baton.store.schema import upgrade
from baton.store.tables import WorkflowEvent
from gateway.builds import Builds
from tests import journals
from tests.command_line import CommandLine
from tests.workflow.stage import FAILED_TESTS, request, stage

FIRST = "b-1 has stood in error since"


@pytest.fixture
def sql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The mirror with one build, which Temporal has never seen."""
    url = f"sqlite:///{tmp_path / 'mirror.db'}"
    monkeypatch.setenv("BATON_DATABASE_URL", url)
    engine = open_engine(url)
    upgrade(engine)
    Mirror(engine).write(journals.refused().batch())
    yield engine
    engine.dispose()


async def test_a_build_is_told_from_temporal_each_sentence_with_entries_that_there_are(
    client: Client, here: CommandLine
) -> None:
    async with stage(client) as scene:
        scene.script[Phase.TESTING] = [FAILED_TESTS]
        await Builds(client).start(request("told"))
        await Builds(client).result("told")
        said = await here("explain", "told", "--json")
        shown = await here("explain", "told")
        entries: list[Entry] = await Builds(client).journal("told")

    assert (said.code, said.err) == (0, "")
    assert (said.json["build_id"], said.json["source"], said.json["entries"]) == ("told", "temporal", len(entries))
    numbers = {number for one in said.json["sentences"] for number in one["entries"]}
    assert all(one["entries"] for one in said.json["sentences"])
    assert numbers <= {entry.sequence for entry in entries}
    assert next(entry.sequence for entry in entries if entry.kind is EntryKind.BUILD_COMPLETED) in numbers
    assert next(line for line in shown.out.splitlines() if line and not line.startswith("   ")) == "  Now"
    assert "The Test Auditor sent the work back to implementation:" in shown.out
    assert "told has been complete since" in shown.out


async def test_a_build_that_temporal_has_forgotten_is_told_from_sql_and_says_so(
    here: CommandLine, client: Client, sql: Any
) -> None:
    said = await here("explain", "b-1")
    assert (said.code, FIRST in said.out) == (0, True)
    assert said.err == "note: Temporal no longer has this build. Told from SQL, which can be moments behind\n"
    assert "python starter.py request-retry b-1 --reason WHY" in said.out


async def test_while_temporal_is_away_a_build_is_told_from_sql(
    cli: CommandLine, sql: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", f"127.0.0.1:{free_port()}")
    said = await cli("explain", "b-1", "--json")
    assert (said.code, said.json["source"]) == (0, "sql")
    assert "Cannot reach Temporal" in said.err
    only = await cli("explain", "b-1", "--source", "temporal")
    assert (only.code, only.out) == (3, "")
    neither = await cli("explain", "b-2")
    assert (neither.code, "Cannot reach Temporal" in neither.err) == (3, True)


async def test_sql_alone_can_be_asked(cli: CommandLine, sql: Any) -> None:
    said = await cli("explain", "b-1", "--source", "sql")
    assert (said.code, said.err, FIRST in said.out) == (0, "", True)
    missing = await cli("explain", "b-2", "--source", "sql", "--json")
    assert (missing.code, missing.json["error"]["code"]) == (1, "not_found")


async def test_a_build_that_nobody_has_is_told_as_temporal_tells_it(here: CommandLine, client: Client) -> None:
    said = await here("explain", "nobody")
    assert (said.code, "There is no build 'nobody' at" in said.err) == (1, True)


async def test_a_database_that_is_away_leaves_what_temporal_said(
    here: CommandLine, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BATON_DATABASE_URL", f"postgresql://baton@127.0.0.1:{free_port()}/baton")
    said = await here("explain", "nobody")
    assert (said.code, "There is no build 'nobody' at" in said.err) == (1, True)
    said = await here("explain", "nobody", "--source", "sql")
    assert (said.code, "database" in said.err) == (3, True)


async def test_a_journal_that_was_tampered_with_tells_nothing(cli: CommandLine, sql: Any) -> None:
    with sql.begin() as connection:
        connection.execute(update(WorkflowEvent).where(WorkflowEvent.sequence == 11).values(triggered_by="person:eve"))
        connection.execute(update(WorkflowEvent).where(WorkflowEvent.sequence == 11).values(event_data={"state": "x"}))
    said = await cli("explain", "b-1", "--source", "sql", "--json")
    assert (said.code, said.json["error"]["code"]) == (1, "chain_broken")
    assert "tampered with" in said.err


async def test_a_source_that_there_is_not_is_a_mistake_on_the_command_line(cli: CommandLine) -> None:
    said = await cli("explain", "b-1", "--source", "mirror")
    assert (said.code, "temporal" in said.err) == (2, True)
