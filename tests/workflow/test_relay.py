"""The way of a build through its states."""

import pytest
from temporalio.testing import WorkflowEnvironment

from baton.domain.fold import fold
from baton.domain.journal import verify
from baton.domain.vocabulary import EntryKind, Phase, State, Status
from tests.workflow.stage import FAILED_TESTS, stage

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_build_runs_from_request_to_release(time_skipping: WorkflowEnvironment, cached: int) -> None:
    async with stage(time_skipping.client, cached=cached) as scene:
        play = await scene.start("happy")
        reply = await play.handle.result()
        view = await play.status()

    assert reply.state is State.COMPLETE
    assert (view.status, view.progress, len(view.handoff_history)) == (Status.COMPLETE, 100.0, 5)
    assert [order.phase for order in scene.orders] == list(Phase)
    assert len(play.mirrored) == 12
    assert verify(play.mirrored) == view.head
    assert fold(play.mirrored) == view


async def test_failed_tests_go_back_to_the_code_writer_with_the_findings(
    time_skipping: WorkflowEnvironment, cached: int
) -> None:
    async with stage(time_skipping.client, cached=cached) as scene:
        scene.script[Phase.TESTING] = [FAILED_TESTS]
        play = await scene.start("rework")
        await play.handle.result()
        view = await play.status()

    second = next(order for order in scene.orders if order.phase is Phase.IMPLEMENTATION and order.run_in_phase == 2)
    assert second.feedback is not None
    assert "test_add fails" in [finding.message for finding in second.feedback.findings]
    assert view.ledger.rework_rounds == 1
    assert [entry.kind for entry in play.mirrored].count(EntryKind.STATE_ADVANCED) == 13
