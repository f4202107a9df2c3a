"""Quick phases, done in passing by the worker that carries the build."""

import asyncio
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment

from baton.domain.journal import verify
from baton.domain.steps import PhaseOrder
from baton.domain.vocabulary import Phase, Role, State, Status
from tests.workflow.stage import FAILED_TESTS, GOOD, stage, terms

pytestmark = pytest.mark.asyncio(loop_scope="session")

ALL_QUICK = terms(beside=True, quick=tuple(Phase))
READING = (Phase.DISCOVERY, Phase.PLANNING)


async def test_a_build_of_quick_phases_is_one_workflow_task_and_one_write(
    time_skipping: WorkflowEnvironment, cached: int
) -> None:
    async with stage(time_skipping.client, ALL_QUICK, cached=cached) as scene:
        play = await scene.start("quick")
        await play.handle.result()
        view, asked, events = await play.status(), await play.asked(), (await play.handle.fetch_history()).events

    assert view.status is Status.COMPLETE
    assert verify(play.mirrored) == view.head
    assert scene.in_passing == list(Phase)
    assert asked == ["mirror_journal"]
    assert len(events) <= 24, [EventType.Name(event.event_type) for event in events]


async def test_quick_phases_are_judged_as_all_others_are(time_skipping: WorkflowEnvironment) -> None:
    async with stage(time_skipping.client, ALL_QUICK) as scene:
        scene.script[Phase.TESTING] = [FAILED_TESTS]
        play = await scene.start("quick-rework")
        await play.handle.result()
        view = await play.status()

    assert view.ledger.rework_rounds == 1
    assert scene.in_passing.count(Phase.IMPLEMENTATION) == 2


async def test_what_comes_after_quick_phases_takes_their_entries_along(time_skipping: WorkflowEnvironment) -> None:
    async with stage(time_skipping.client, terms(beside=True, quick=READING)) as scene:
        scene.takes_along = scene.book
        play = await scene.start("mixed")
        await play.handle.result()
        view, asked = await play.status(), await play.asked()

    assert scene.in_passing == list(READING)
    assert asked == ["perform_phase"] * 4 + ["mirror_journal"]
    assert [entry.sequence for entry in scene.aboard[0].entries] == [1, 2, 3, 4]
    assert verify(play.mirrored) == view.head


async def test_a_quick_phase_that_fails_is_done_by_whoever_serves_the_role(time_skipping: WorkflowEnvironment) -> None:
    async with stage(time_skipping.client, terms(beside=True, quick=READING)) as scene:
        scene.script[Phase.PLANNING] = [ApplicationError("no room", type="runner_failed"), GOOD[Phase.PLANNING]]
        play = await scene.start("falls-back")
        await play.handle.result()
        view, asked = await play.status(), await play.asked()

    assert view.status is Status.COMPLETE
    assert scene.in_passing == list(READING)
    assert [order.number for order in scene.orders if order.phase is Phase.PLANNING] == [2, 2]
    assert asked.count("perform_phase") == 5


async def test_a_worker_that_performs_no_phases_has_the_role_do_it(time_skipping: WorkflowEnvironment) -> None:
    async with stage(time_skipping.client, ALL_QUICK, passing=False) as scene:
        play = await scene.start("not-here")
        await play.handle.result()
        view = await play.status()

    assert scene.in_passing == []
    assert view.status is Status.COMPLETE
    assert [order.phase for order in scene.orders] == list(Phase)


async def test_a_repository_is_cloned_by_the_role(time_skipping: WorkflowEnvironment) -> None:
    async with stage(time_skipping.client, terms(beside=True, quick=READING)) as scene:
        play = await scene.start("cloned", repo="https://example.org/thing.git")
        await play.handle.result()

    assert Phase.DISCOVERY not in scene.in_passing


async def test_a_build_is_cancelled_in_the_middle_of_a_quick_phase(time_skipping: WorkflowEnvironment) -> None:
    begun = asyncio.Event()

    async def endless(_: PhaseOrder) -> dict[str, Any]:
        begun.set()
        await asyncio.Event().wait()
        return {}

    async with stage(time_skipping.client, terms(beside=True, quick=[Phase.DEPLOYMENT])) as scene:
        scene.script[Phase.DEPLOYMENT] = [endless]
        play = await scene.start("cancelled-quick")
        await asyncio.wait_for(begun.wait(), 20)
        await play.handle.cancel()
        with pytest.raises(WorkflowFailureError):
            await play.handle.result()
        view = await play.status()

    assert view.current_state is State.CANCELLED
    assert verify(play.mirrored) == view.head


async def test_a_role_that_is_played_elsewhere_does_its_quick_phases_there(time_skipping: WorkflowEnvironment) -> None:
    async with stage(time_skipping.client, terms(quick=tuple(Phase), manual=[Role.RELEASE_MANAGER])) as scene:
        play = await scene.start("elsewhere-quick")
        await play.until(lambda view: view.current_state is State.HANDOFF_TO_RELEASER)

    assert scene.in_passing == []
