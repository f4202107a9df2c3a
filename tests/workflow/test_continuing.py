"""Continue-as-new: a long build goes on in a new run, and nothing of it is lost."""

from datetime import timedelta

import pytest
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from baton.contracts.messages import PageRequest
from baton.domain.journal import verify
from baton.domain.terms import Limits
from baton.domain.vocabulary import CommandName, Phase, Status
from tests.workflow.stage import FAILED_TESTS, all_manual, stage, terms
from workflows.build import BuildWorkflow

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_long_build_goes_on_in_new_runs(time_skipping: WorkflowEnvironment, cached: int) -> None:
    profile = terms(history_events=60, limits=Limits(rework_rounds=20))
    async with stage(time_skipping.client, profile, cached=cached) as scene:
        scene.script[Phase.TESTING] = [FAILED_TESTS] * 6
        play = await scene.start("long")
        reply = await play.handle.result()
        view = await play.status()
        last = await play.handle.query(BuildWorkflow.journal, PageRequest())
        earlier: WorkflowHandle[BuildWorkflow, object] = scene.client.get_workflow_handle_for(
            BuildWorkflow.run, play.handle.id, run_id=last.earlier_run_id
        )
        before = await earlier.query(BuildWorkflow.journal, PageRequest())

    assert reply.status is Status.COMPLETE
    assert view.ledger.rework_rounds == 6
    assert verify(play.mirrored) == view.head
    assert [entry.sequence for entry in play.mirrored] == list(range(1, view.head.sequence + 1))
    assert last.first_sequence > 1
    assert before.entries[-1].sequence == last.first_sequence - 1


async def test_a_command_is_known_again_after_continue_as_new(time_skipping: WorkflowEnvironment, cached: int) -> None:
    profile = all_manual(history_events=10)
    async with stage(time_skipping.client, profile, cached=cached) as scene:
        play = await scene.start("known-again")
        fields = {"role": "q_assistant", "completed_state": "discovery", "command_id": "key-1"}
        first = await play.tell(CommandName.ADVANCE, **fields)
        for _ in range(3):
            await play.tell(CommandName.PAUSE)
            await play.tell(CommandName.RESUME)
        await time_skipping.sleep(timedelta(seconds=1))
        again = await play.tell(CommandName.ADVANCE, **fields)
        description = await play.handle.describe()
        await play.handle.cancel()

    assert description.raw_description.workflow_execution_info.execution.run_id != play.handle.first_execution_run_id
    assert again.duplicate
    assert again.sequence == first.sequence
