"""Journals from the histories of a real server: by any of their runs, of workflows that ended in every way."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import Engine, delete
from temporalio.client import Client

from activities.journal_writer import JournalWriter
from activities.mirror_journal import JournalMirror
from baton.domain.vocabulary import Phase, State
from baton.store.mirror import Mirror
from baton.store.proof.finding import read_build
from baton.store.reading import journal
from baton.store.tables import WorkflowEvent
from gateway.histories.journal import read_run, recorded_journal
from gateway.histories.standing import Standing
from gateway.mirroring.judging import Outcome, judge
from gateway.mirroring.repairing import Deed, Repairing
from tests.integration.mirroring.ground import Ground
from tests.workflow.stage import stage

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_every_run_of_a_chain_leads_to_the_same_journal(
    client: Client, ground: Ground, database_url: str
) -> None:
    newest = await recorded_journal(client, f"build-{ground.continued}")
    oldest = await recorded_journal(client, f"build-{ground.continued}", run_id=newest.run_ids[0])
    missing = await recorded_journal(client, "build-nobody")

    assert newest == oldest
    assert (newest.whole, newest.standing, newest.first_run_id) == (True, Standing.COMPLETED, newest.run_ids[0])
    assert (missing.standing, missing.entries, missing.run_ids) == (Standing.MISSING, (), ())


async def test_a_terminated_build_is_not_whole_and_says_why(client: Client, engine: Engine) -> None:
    name = f"stopped-{uuid4().hex[:8]}"
    async with stage(client, mirror_journal=JournalMirror(JournalWriter(Mirror(engine))).mirror_journal) as scene:
        scene.script[Phase.TESTING] = [_wait]
        play = await scene.start(name)
        await play.until(lambda view: view.current_state is State.TESTING)
        running = await recorded_journal(client, play.handle.id)
        await play.handle.terminate(reason="power cut")

    found = await recorded_journal(client, play.handle.id)
    assert (running.standing, running.whole) == (Standing.RUNNING, False)
    assert (found.standing, found.whole, found.reason) == (Standing.TERMINATED, False, "power cut")
    assert (await Repairing(client, engine).repair(name)).deed in (Deed.NOTHING, Deed.MENDED)
    assert tuple(journal(engine, name)) == found.entries


async def _wait(_: object) -> dict[str, object]:
    await asyncio.Event().wait()
    return {}


async def test_what_retention_has_taken_is_proven_by_what_follows_it(
    client: Client, engine: Engine, ground: Ground
) -> None:
    """As the journal is read once the server has lost the first run of a chain: it takes its time to."""
    await Repairing(client, engine, rebuild=True).repair(ground.continued)
    whole = await recorded_journal(client, f"build-{ground.continued}")
    later = await recorded_journal(client, f"build-{ground.continued}", run_id=whole.run_ids[-1])
    cut = replace(later, entries=later.entries[9:], run_ids=later.run_ids[1:], whole=False, cut=True)

    check = judge(ground.continued, cut, read_build(engine, ground.continued))
    with engine.begin() as connection:
        connection.execute(delete(WorkflowEvent).where(WorkflowEvent.sequence == 2))
    broken = judge(ground.continued, cut, read_build(engine, ground.continued))

    assert await read_run(client, f"build-{ground.continued}", str(uuid4())) is None
    assert (check.outcome, check.entries) == (Outcome.MATCHES, len(whole.entries))
    assert [str(difference) for difference in broken.differences] == [
        "entry 2 is missing",
        "the entries before 10 do not lead to entry 10, and Temporal no longer keeps the run that held them",
    ]
