"""A rollback undoes what phases did outside the workspace, and everything that can come between."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from temporalio.client import WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError, CancelledError
from temporalio.testing import WorkflowEnvironment

from baton.domain.fold import fold
from baton.domain.journal import verify
from baton.domain.steps import CompensationOrder, PhaseOrder
from baton.domain.terms import ApprovalTerms, Limits, Terms
from baton.domain.view import BuildView
from baton.domain.vocabulary import CommandName, EntryKind, Phase, State, Status
from tests.workflow.stage import Play, Stage, stage, terms

pytestmark = pytest.mark.asyncio(loop_scope="session")


def effective(*undone: Phase, **more: Any) -> Terms:
    return terms(undone=undone or (Phase.DEPLOYMENT,), **more)


async def endless(_: PhaseOrder) -> dict[str, Any]:
    await asyncio.Event().wait()
    return {}


def held(stopped: asyncio.Event) -> Callable[[CompensationOrder], Awaitable[dict[str, Any]]]:
    async def hold(_: CompensationOrder) -> dict[str, Any]:
        try:
            await asyncio.Event().wait()
            return {}
        finally:
            stopped.set()

    return hold


async def deploying(scene: Stage, build_id: str) -> Play:
    """A build whose deployment is at work."""
    scene.script[Phase.DEPLOYMENT] = [endless]
    play = await scene.start(build_id)
    await play.until(lambda view: view.current_state is State.DEPLOYMENT)
    async with asyncio.timeout(10):
        while not scene.orders or scene.orders[-1].phase is not Phase.DEPLOYMENT:
            await asyncio.sleep(0.02)
    return play


async def go_back(play: Play, target: Phase = Phase.IMPLEMENTATION) -> None:
    state = (await play.status()).current_state
    await play.tell(CommandName.ROLLBACK, target_state=target.value, expected_state=state.value, reason="wrong release")


async def undoing(scene: Stage, build_id: str) -> tuple[Play, asyncio.Event]:
    """A build that undoes its deployment, and does not come to an end with it."""
    stopped = asyncio.Event()
    scene.undo_script[Phase.DEPLOYMENT] = [held(stopped)]
    play = await deploying(scene, build_id)
    await go_back(play)
    async with asyncio.timeout(10):
        while not scene.undo_orders:
            await asyncio.sleep(0.02)
    return play, stopped


async def test_what_was_done_is_undone_before_the_phase_begins(time_skipping: WorkflowEnvironment, cached: int) -> None:
    undone: list[tuple[Phase, int]] = []

    async def undo(order: CompensationOrder) -> dict[str, Any]:
        undone.append((order.phase, len(scene.orders)))
        return {"succeeded": True, "message": "v1 is back"}

    profile = effective(Phase.TESTING, Phase.DEPLOYMENT)
    async with stage(time_skipping.client, profile, cached=cached) as scene:
        scene.undo_script = {Phase.DEPLOYMENT: [undo], Phase.TESTING: [undo]}
        play = await deploying(scene, "undone")
        before = len(scene.orders)
        await go_back(play)
        reply = await play.handle.result()
        view = await play.status()

    assert reply.status is Status.COMPLETE
    assert undone == [(Phase.DEPLOYMENT, before), (Phase.TESTING, before)]
    assert [(order.run, order.reason) for order in scene.undo_orders] == [(1, "wrong release")] * 2
    assert scene.orders[before].phase is Phase.IMPLEMENTATION
    assert [view.phases[phase].compensated for phase in (Phase.TESTING, Phase.DEPLOYMENT)] == [1, 1]
    assert verify(play.mirrored) == view.head
    assert fold(play.mirrored) == view


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        ({"succeeded": False, "message": "403"}, "could not be undone: 403"),
        (ApplicationError("no such command", type="runner_misconfigured", non_retryable=True), "no such command"),
    ],
    ids=["told", "raised"],
)
async def test_what_cannot_be_undone_parks_and_a_retry_undoes_it_again(
    time_skipping: WorkflowEnvironment, outcome: Any, told: str
) -> None:
    async with stage(time_skipping.client, effective()) as scene:
        scene.undo_script[Phase.DEPLOYMENT] = [outcome]
        play = await deploying(scene, f"not-undone-{type(outcome).__name__}")
        await go_back(play)
        view = await play.until(lambda view: view.parked is not None)
        ordered = len(scene.orders)
        await play.tell(CommandName.REQUEST_RETRY, expected_state="error", reason="the token is renewed")
        await play.handle.result()

    assert view.parked is not None
    assert (view.parked.code, told in view.parked.message) == ("compensation_failed", True)
    assert [order.run for order in scene.undo_orders] == [1, 2]
    assert len({order.number for order in scene.undo_orders}) == 1
    feedback = scene.orders[ordered].feedback
    assert feedback is not None
    assert feedback.reason == "wrong release\nthe token is renewed"


async def test_an_undoing_that_fails_for_a_moment_is_tried_again_by_itself(time_skipping: WorkflowEnvironment) -> None:
    async with stage(time_skipping.client, effective()) as scene:
        scene.undo_script[Phase.DEPLOYMENT] = [ApplicationError("the network is away", type="runner_failed")]
        play = await deploying(scene, "undone-again")
        await go_back(play)
        await play.handle.result()

    assert [order.run for order in scene.undo_orders] == [1, 1]
    assert [entry.kind for entry in play.mirrored].count(EntryKind.PHASE_COMPENSATED) == 1


async def test_a_build_that_is_cancelled_stops_its_undoing(time_skipping: WorkflowEnvironment) -> None:
    async with stage(time_skipping.client, effective()) as scene:
        play, stopped = await undoing(scene, "undoing-cancelled")
        await play.handle.cancel(reason="leave it")
        with pytest.raises(WorkflowFailureError) as caught:
            await play.handle.result()

    assert isinstance(caught.value.cause, CancelledError)
    assert stopped.is_set()
    assert play.mirrored[-1].kind is EntryKind.BUILD_CANCELLED
    assert EntryKind.PHASE_COMPENSATED not in [entry.kind for entry in play.mirrored]


async def test_a_build_that_is_abandoned_stops_its_undoing(time_skipping: WorkflowEnvironment) -> None:
    async with stage(time_skipping.client, effective()) as scene:
        play, stopped = await undoing(scene, "undoing-abandoned")
        await play.tell(CommandName.ABANDON, expected_state="implementation", reason="hopeless")
        with pytest.raises(WorkflowFailureError) as caught:
            await play.handle.result()

    assert isinstance(caught.value.cause, ApplicationError)
    assert caught.value.cause.type == "build_abandoned"
    assert stopped.is_set()
    assert play.mirrored[-1].kind is EntryKind.BUILD_ABANDONED


async def test_a_rollback_that_goes_further_takes_the_undoing_over(time_skipping: WorkflowEnvironment) -> None:
    async with stage(time_skipping.client, effective()) as scene:
        play, stopped = await undoing(scene, "undoing-overtaken")
        await go_back(play, Phase.DISCOVERY)
        await play.handle.result()

    assert stopped.is_set()
    first, second = scene.undo_orders
    assert first.number < second.number
    assert [entry.kind for entry in play.mirrored].count(EntryKind.PHASE_COMPENSATED) == 1


async def test_what_was_undone_by_hand_is_waived_in_the_middle_of_the_next_try(
    time_skipping: WorkflowEnvironment,
) -> None:
    async with stage(time_skipping.client, effective(waivers=("lead",))) as scene:
        scene.undo_script[Phase.DEPLOYMENT] = [{"succeeded": False, "message": "403"}, held(stopped := asyncio.Event())]
        play = await deploying(scene, "undone-by-hand")
        await go_back(play)
        await play.until(lambda view: view.parked is not None)
        await play.tell(CommandName.REQUEST_RETRY, expected_state="error", reason="again")
        with pytest.raises(WorkflowUpdateFailedError) as caught:
            await play.tell(CommandName.WAIVE, finding_id="compensation-deployment", reason="undone by hand")
        await play.signal(CommandName.WAIVE, "lead", finding_id="compensation-deployment", reason="undone by hand")
        await play.handle.result()

    assert isinstance(caught.value.cause, ApplicationError)
    assert caught.value.cause.type == "not_an_approver"
    assert stopped.is_set() or len(scene.undo_orders) == 1
    assert EntryKind.FINDING_WAIVED in [entry.kind for entry in play.mirrored]


async def test_a_build_that_undoes_goes_on_in_new_runs(time_skipping: WorkflowEnvironment, cached: int) -> None:
    async def passes(condition: Callable[[BuildView], bool]) -> None:
        """A run that has just gone on in another rests for a second of the server's time."""
        async with asyncio.timeout(20):
            while not condition(await play.status()):
                await time_skipping.sleep(1)

    profile = effective(*Phase, history_events=20)
    async with stage(time_skipping.client, profile, cached=cached) as scene:
        scene.script[Phase.DEPLOYMENT] = [endless]
        scene.undo_script[Phase.VERIFICATION] = [{"succeeded": False}]
        play = await scene.start("undone-in-new-runs")
        await passes(lambda view: view.current_state is State.DEPLOYMENT)
        await go_back(play, Phase.TESTING)
        await passes(lambda view: view.parked is not None)
        await play.tell(CommandName.REQUEST_RETRY, expected_state="error", reason="again")
        await play.handle.result()
        view = await play.status()
        last = (await play.handle.describe()).run_id

    undone = [(order.phase, order.run) for order in scene.undo_orders]
    assert undone == [(Phase.DEPLOYMENT, 1), (Phase.VERIFICATION, 1), (Phase.VERIFICATION, 2), (Phase.TESTING, 1)]
    assert verify(play.mirrored) == view.head
    assert fold(play.mirrored) == view
    assert view.first_run_id != last


async def test_time_that_is_up_stops_the_undoing(time_skipping: WorkflowEnvironment) -> None:
    # Time is skipped while the build waits for its approval, and passes as it does everywhere while a role works.
    profile = effective(
        approvals={State.HANDOFF_TO_RELEASER: ApprovalTerms()}, limits=Limits(wall_clock=timedelta(hours=2))
    )
    stopped = asyncio.Event()
    async with stage(time_skipping.client, profile) as scene:
        scene.script[Phase.DEPLOYMENT] = [endless]
        scene.undo_script[Phase.DEPLOYMENT] = [held(stopped)]
        play = await scene.start("undoing-too-long")
        view = await play.until(lambda view: view.pending_approval is not None)
        await time_skipping.sleep(timedelta(hours=2, seconds=-4) - timedelta(seconds=view.elapsed_time))
        await play.tell(CommandName.APPROVE, expected_state="handoff_to_releaser")
        await play.until(lambda view: view.current_state is State.DEPLOYMENT)
        await go_back(play)
        view = await play.until(lambda view: view.parked is not None)
        await play.tell(CommandName.EXTEND_LIMITS, limits={"wall_clock": None})
        await play.tell(CommandName.REQUEST_RETRY, expected_state="error", reason="take your time")
        await play.until(lambda view: view.pending_approval is not None)
        await play.handle.cancel()

    assert view.parked is not None
    assert view.parked.code == "limit_wall_clock"
    assert stopped.is_set()
    assert [order.run for order in scene.undo_orders] == [1, 2]
