"""A build that is told to move goes on as a new run, where nobody is at work on it and nothing of it is unfinished."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client

from baton.contracts.names import UPGRADE
from baton.domain.journal import verify
from baton.domain.steps import PhaseOrder
from baton.domain.vocabulary import Phase, Role, State, Status
from baton.runtime.embedded import EmbeddedTemporal
from gateway.builds import Builds
from gateway.worker.readiness import prepare_namespace
from tests.workflow.stage import Play, all_manual, stage, terms


@pytest.fixture
async def client(temporal_server: EmbeddedTemporal) -> Client:
    client = await temporal_server.connect()
    await prepare_namespace(client)
    return client


@pytest.fixture(params=[1000, 0], ids=["cached", "uncached"])
def cached(request: pytest.FixtureRequest) -> int:
    """How many workflows a worker keeps in memory; with none, every task replays the whole history."""
    cached: int = request.param
    return cached


async def test_a_build_that_waits_moves_when_it_is_told_and_one_at_work_when_it_next_waits(
    client: Client, cached: int
) -> None:
    go_on = asyncio.Event()

    async def held(_: PhaseOrder) -> dict[str, Any]:
        await go_on.wait()
        return {}

    async with stage(client, terms(manual=[Role.CODE_WRITER]), cached=cached) as scene:
        builds = Builds(client)
        scene.script[Phase.DISCOVERY] = [held]
        play = await scene.start(f"moves-{uuid4().hex[:12]}")
        began = await _run(client, play)
        await play.handle.signal(UPGRADE)
        await _heard(play)
        assert await _run(client, play) == began
        go_on.set()
        first = await _moved_from(client, play, began)
        await play.handle.signal(UPGRADE)
        await _moved_from(client, play, first)
        await play.advance(Role.CODE_WRITER, "handoff_to_coder")
        await play.advance(Role.CODE_WRITER, "implementation", {"summary": "written"})
        await play.handle.result()
        view = await builds.status(play.request.build_id)

    assert view.status is Status.COMPLETE
    assert verify(play.mirrored) == view.head
    assert view.ledger.phase_runs == len(Phase)


async def test_a_build_that_was_told_to_move_goes_on_while_its_journal_cannot_be_written(
    client: Client, cached: int
) -> None:
    async with stage(client, all_manual(), cached=cached) as scene:
        scene.mirror_is_away = True
        play = await scene.start(f"cannot-move-{uuid4().hex[:12]}")
        began = await _run(client, play)
        await play.handle.signal(UPGRADE)
        reply = await play.advance(Role.Q_ASSISTANT, "discovery")
        stayed = await _run(client, play)
        scene.mirror_is_away = False
        await _moved_from(client, play, began)

    assert reply.state is State.PLANNING
    assert stayed == began


async def _moved_from(client: Client, play: Play, run_id: str) -> str:
    """The run that carries the build, as soon as it is not ``run_id``."""
    async with asyncio.timeout(20):
        while (found := await _run(client, play)) == run_id:
            await asyncio.sleep(0.05)
    return found


async def _heard(play: Play) -> None:
    """Wait until the workflow has taken up the signal."""
    async with asyncio.timeout(20):
        while True:
            kinds = [event.event_type for event in (await play.handle.fetch_history()).events]
            if EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED in kinds:
                since = kinds.index(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED)
                if EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED in kinds[since:]:
                    return
            await asyncio.sleep(0.05)


async def _run(client: Client, play: Play) -> str:
    """The run that carries the build now."""
    described = await client.get_workflow_handle(play.handle.id).describe()
    return str(described.run_id)
