"""How builds end, and that the ending is told truthfully."""

import asyncio
from typing import Any

import pytest
from temporalio.client import WithStartWorkflowOperation, WorkflowExecutionStatus, WorkflowFailureError
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError, CancelledError
from temporalio.testing import WorkflowEnvironment

from baton.contracts.messages import StartAnswer, StartBuild
from baton.contracts.names import BUILDS_QUEUE, workflow_id
from baton.domain.steps import PhaseOrder
from baton.domain.vocabulary import CommandName, EntryKind, Phase, Role, State, Status
from tests.workflow.stage import Stage, all_manual, stage, terms
from workflows.build import BuildWorkflow

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_abandoned_build_fails_with_a_typed_error(time_skipping: WorkflowEnvironment) -> None:
    async with stage(time_skipping.client, all_manual()) as scene:
        play = await scene.start("abandoned")
        reply = await play.tell(CommandName.ABANDON, expected_state="discovery", reason="not wanted any more")
        with pytest.raises(WorkflowFailureError) as caught:
            await play.handle.result()

    assert reply.status is Status.FAILED
    assert isinstance(caught.value.cause, ApplicationError)
    assert caught.value.cause.type == "build_abandoned"
    assert play.mirrored[-1].kind is EntryKind.BUILD_ABANDONED


async def test_a_cancelled_build_stops_its_phase_and_writes_its_last_entry(time_skipping: WorkflowEnvironment) -> None:
    stopped = asyncio.Event()

    async def endless(_: PhaseOrder) -> dict[str, Any]:
        try:
            await asyncio.Event().wait()
            return {}
        finally:
            stopped.set()

    async with stage(time_skipping.client) as scene:
        scene.script[Phase.IMPLEMENTATION] = [endless]
        play = await scene.start("cancelled")
        await play.until(lambda view: view.current_state is State.IMPLEMENTATION)
        await play.handle.cancel(reason="wrong branch")
        with pytest.raises(WorkflowFailureError) as caught:
            await play.handle.result()
        description = await play.handle.describe()
        view = await play.status()

    assert isinstance(caught.value.cause, CancelledError)
    assert description.status is WorkflowExecutionStatus.CANCELED
    assert stopped.is_set()
    assert view.current_state is State.CANCELLED
    assert play.mirrored[-1].kind is EntryKind.BUILD_CANCELLED


async def test_a_build_cancelled_while_its_phase_is_being_stopped_is_not_kept_waiting(
    time_skipping: WorkflowEnvironment,
) -> None:
    begun, may_stop = asyncio.Event(), asyncio.Event()

    async def slow_to_stop(_: PhaseOrder) -> dict[str, Any]:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await may_stop.wait()
        return {}

    async with stage(time_skipping.client) as scene:
        scene.script[Phase.IMPLEMENTATION] = [slow_to_stop]
        play = await scene.start("cancelled-while-stopping")
        await begun.wait()
        await play.tell(
            CommandName.ROLLBACK, target_state="planning", expected_state="implementation", reason="another plan"
        )
        await play.handle.cancel()
        may_stop.set()
        with pytest.raises(WorkflowFailureError) as caught:
            await play.handle.result()

    assert isinstance(caught.value.cause, CancelledError)
    assert play.mirrored[-1].kind is EntryKind.BUILD_CANCELLED


async def test_a_build_cancelled_at_once_is_still_told(time_skipping: WorkflowEnvironment) -> None:
    async with stage(time_skipping.client, all_manual()) as scene:
        asked = scene.request("cancelled-at-once")
        handle = await time_skipping.client.start_workflow(
            BuildWorkflow.run, StartBuild(request=asked), id=workflow_id(asked.build_id), task_queue=BUILDS_QUEUE
        )
        await handle.cancel()
        with pytest.raises(WorkflowFailureError) as caught:
            await handle.result()

    assert isinstance(caught.value.cause, CancelledError)
    kinds = [entry.kind for entry in scene.mirrored["cancelled-at-once"]]
    assert kinds == [EntryKind.WORKFLOW_STARTED, EntryKind.BUILD_CANCELLED]


async def test_a_build_does_not_close_before_its_last_entry_is_mirrored(time_skipping: WorkflowEnvironment) -> None:
    async with stage(time_skipping.client) as scene:
        scene.mirror_is_away = True
        play = await scene.start("mirror-away")
        await play.until(lambda view: view.current_state is State.COMPLETE)
        assert (await play.handle.describe()).status is WorkflowExecutionStatus.RUNNING
        assert not play.mirrored
        scene.mirror_is_away = False
        await play.handle.result()

    assert len(play.mirrored) == 12


async def start_or_get(scene: Stage, **more: Any) -> StartAnswer:
    asked = scene.request("once", **more)
    operation = WithStartWorkflowOperation(
        BuildWorkflow.run,
        StartBuild(request=asked),
        id=workflow_id("once"),
        task_queue=BUILDS_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )
    return await scene.client.execute_update_with_start_workflow(
        BuildWorkflow.start, asked, start_workflow_operation=operation
    )


async def test_the_same_request_again_finds_the_running_build(time_skipping: WorkflowEnvironment) -> None:
    async with stage(time_skipping.client, all_manual()) as scene:
        first = await start_or_get(scene)
        second = await start_or_get(scene)
        with pytest.raises(Exception, match="Workflow update failed") as caught:
            await start_or_get(scene, title="Another thing", user_id="bob")
        await scene.client.get_workflow_handle(workflow_id("once")).cancel()

    assert first == second
    assert isinstance(caught.value.__cause__, ApplicationError)
    assert caught.value.__cause__.type == "start_differs"
    assert "user_id, title" in caught.value.__cause__.message


async def test_an_unknown_profile_opens_no_build(time_skipping: WorkflowEnvironment) -> None:
    async with stage(time_skipping.client, terms()) as scene:
        with pytest.raises(Exception, match="Workflow update failed") as caught:
            await scene.start("unknown-profile", profile="nightly")
        with pytest.raises(WorkflowFailureError):
            await scene.client.get_workflow_handle("build-unknown-profile").result()

    assert isinstance(caught.value.__cause__, ApplicationError)
    assert caught.value.__cause__.type == "unknown_profile"
    assert not scene.mirrored


async def test_a_mirror_that_lost_entries_gets_them_again(time_skipping: WorkflowEnvironment, cached: int) -> None:
    async with stage(time_skipping.client, all_manual(), cached=cached) as scene:
        play = await scene.start("restored")
        await play.advance(Role.Q_ASSISTANT, "discovery")
        async with asyncio.timeout(10):
            while len(play.mirrored) < 2:
                await asyncio.sleep(0.02)
        scene.mirrored["restored"].clear()
        await play.advance(Role.Q_ASSISTANT, "planning")
        async with asyncio.timeout(10):
            while len(play.mirrored) < 3:
                await asyncio.sleep(0.02)
        await play.handle.cancel()

    assert [entry.sequence for entry in play.mirrored][:3] == [1, 2, 3]
