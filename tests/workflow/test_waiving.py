"""Findings that are waived, and rework that goes nowhere."""

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment

from baton.domain.facts import CommandRefused
from baton.domain.vocabulary import CommandName, EntryKind, Phase, RefusalCode, State, Status
from tests.workflow.stage import GOOD, stage, terms

pytestmark = pytest.mark.asyncio(loop_scope="session")

GONE = {"id": "dilution-1", "message": "test_old is gone", "evidence": "test_old"}
DILUTED = GOOD[Phase.TESTING] | {"findings": [GONE], "tree": "7" * 40}


@pytest.mark.parametrize("way", ["update", "signal"])
async def test_rework_that_stalls_is_freed_by_a_waiver(time_skipping: WorkflowEnvironment, way: str) -> None:
    async with stage(time_skipping.client, terms(waivers=("lead",))) as scene:
        scene.script[Phase.TESTING] = [DILUTED, DILUTED, DILUTED]
        play = await scene.start(f"waived-by-{way}")
        view = await play.until(lambda view: view.parked is not None)
        waiver = {"finding_id": "dilution-1", "reason": "the export is gone too"}
        if way == "update":
            with pytest.raises(WorkflowUpdateFailedError) as caught:
                await play.tell(CommandName.WAIVE, **waiver)
            assert isinstance(caught.value.cause, ApplicationError)
            assert caught.value.cause.type == RefusalCode.NOT_AN_APPROVER
            reply = await play.tell(CommandName.WAIVE, "lead", **waiver)
            assert (reply.state, reply.status) == (State.ERROR, Status.ERROR)
        else:
            await play.signal(CommandName.WAIVE, **waiver)
            await play.signal(CommandName.WAIVE, "lead", **waiver)
            await play.until(lambda view: bool(view.waivers))
        await play.tell(CommandName.REQUEST_RETRY, expected_state="error", reason="it is waived")
        await play.handle.result()

    assert view.parked is not None
    assert (view.parked.code, view.ledger.rework_rounds) == ("rework_stalled", 1)
    assert scene.orders[-1].waived == ("dilution-1",)
    refused = [CommandRefused.model_validate(e.data) for e in play.mirrored if e.kind is EntryKind.COMMAND_REFUSED]
    assert [fact.code for fact in refused] == ([] if way == "update" else [RefusalCode.NOT_AN_APPROVER])
    [waived] = [entry for entry in play.mirrored if entry.kind is EntryKind.FINDING_WAIVED]
    assert waived.actor.id == "lead"
