"""Journals from the histories of a real server: by any of their runs, of workflows that ended in every way."""

import asyncio
from uuid import uuid4

import pytest
from sqlalchemy import Engine, delete
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import Client

from activities.mirror_journal import JournalMirror
from baton.domain.vocabulary import Phase, State
from baton.store.ids import build_key
from baton.store.mirror import Mirror
from baton.store.reading import journal
from baton.store.tables import WorkflowEvent
from gateway.histories.journal import read_run, recorded_journal
from gateway.histories.standing import Standing
from gateway.mirroring.judging import Outcome
from gateway.mirroring.repairing import Deed, Repairing
from gateway.mirroring.verifying import check_build
from tests.integration.mirroring.ground import CONTINUED, Ground
from tests.workflow.stage import FAILED_TESTS, stage, terms

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
    async with stage(client, mirror_journal=JournalMirror(Mirror(engine)).mirror_journal) as scene:
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


async def test_what_retention_has_taken_is_proven_by_what_follows_it(client: Client, engine: Engine) -> None:
    name = f"aged-{uuid4().hex[:8]}"
    async with stage(client, terms(**CONTINUED), mirror_journal=JournalMirror(Mirror(engine)).mirror_journal) as scene:
        scene.script[Phase.TESTING] = [FAILED_TESTS] * 2
        play = await scene.start(name)
        await play.handle.result()
    await _forget(client, play.handle.id, (await recorded_journal(client, play.handle.id)).run_ids[0])

    cut = await recorded_journal(client, play.handle.id)
    check = await check_build(client, engine, name)
    with engine.begin() as connection:
        connection.execute(
            delete(WorkflowEvent).where(WorkflowEvent.workflow_id == build_key(name), WorkflowEvent.sequence == 2)
        )
    broken = await check_build(client, engine, name)
    left = await Repairing(client, engine).repair(name)

    assert (cut.cut, cut.whole, cut.standing) == (True, False, Standing.COMPLETED)
    assert cut.entries[0].sequence > 2
    assert (check.outcome, check.entries) == (Outcome.MATCHES, cut.entries[-1].sequence)
    assert "entry 2 is missing" in [str(difference) for difference in broken.differences]
    assert (broken.outcome, left.deed) == (Outcome.DRIFT, Deed.LEFT)


async def _forget(client: Client, workflow_id: str, run_id: str) -> None:
    """Have the server lose a run, as its retention does in time."""
    await client.workflow_service.delete_workflow_execution(
        DeleteWorkflowExecutionRequest(
            namespace=client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=workflow_id, run_id=run_id),
        )
    )
    async with asyncio.timeout(20):
        while await read_run(client, workflow_id, run_id) is not None:
            await asyncio.sleep(0.1)
