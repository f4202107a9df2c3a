"""Two at once, on the real server: one wins, and the other is told why."""

import asyncio
from collections.abc import Awaitable
from typing import Any
from uuid import uuid4

import pytest
from temporalio.client import Client, WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from baton.domain.journal import verify
from baton.domain.terms import ApprovalTerms
from baton.domain.vocabulary import CommandName, EntryKind, RefusalCode, Role, State, Status
from tests.workflow.stage import all_manual, stage, terms

ROUNDS = 24
IN_TIME = 60


async def both(*attempts: Awaitable[Any]) -> list[Any]:
    async with asyncio.timeout(IN_TIME):
        return await asyncio.gather(*attempts, return_exceptions=True)


def refusals(answers: list[Any]) -> list[str | None]:
    """The codes of the refusals among ``answers``; every other failure fails the test."""
    codes = []
    for answer in answers:
        if isinstance(answer, WorkflowUpdateFailedError):
            assert isinstance(answer.cause, ApplicationError)
            assert answer.cause.message
            codes.append(answer.cause.type)
        elif isinstance(answer, BaseException):
            raise answer
    return codes


async def test_of_two_advances_at_once_one_moves_the_build(client: Client) -> None:
    async with stage(client, all_manual()) as scene:
        for _ in range(ROUNDS):
            play = await scene.start(f"advances-{uuid4().hex[:12]}")
            answers = await both(*(play.advance(Role.Q_ASSISTANT, "discovery") for _ in range(2)))
            view = await play.status()
            await play.handle.terminate()

            assert refusals(answers) == [RefusalCode.STALE_STATE]
            assert (view.current_state, view.head.sequence) == (State.PLANNING, 2)


async def test_of_an_approval_and_a_refusal_at_once_one_decides(client: Client) -> None:
    guarded = terms(approvals={State.HANDOFF_TO_CODER: ApprovalTerms(approvers=("lead", "owner"))})
    outcomes = set()
    async with stage(client, guarded) as scene:
        for turn in range(ROUNDS):
            play = await scene.start(f"decisions-{uuid4().hex[:12]}")
            await play.until(lambda view: view.pending_approval is not None)
            decisions = [
                play.tell(CommandName.APPROVE, who="lead", expected_state="handoff_to_coder"),
                play.tell(CommandName.REFUSE, who="owner", expected_state="handoff_to_coder", reason="too large"),
            ]
            answers = await both(*(decisions if turn % 2 else decisions[::-1]))
            kinds = [entry.kind for entry in await play.journal()]
            await play.handle.terminate()

            assert len(refusals(answers)) == 1
            decided = [kind for kind in kinds if kind in (EntryKind.APPROVAL_GRANTED, EntryKind.APPROVAL_REFUSED)]
            assert len(decided) == 1
            outcomes.add(decided[0])
    assert outcomes


async def test_an_advance_and_a_cancellation_at_once_leave_one_story(client: Client) -> None:
    async with stage(client, all_manual()) as scene:
        for turn in range(ROUNDS):
            play = await scene.start(f"cancels-{uuid4().hex[:12]}")
            attempts = [play.advance(Role.Q_ASSISTANT, "discovery"), play.handle.cancel(reason="not wanted")]
            [advanced, cancelled] = (await both(*(attempts if turn % 2 else attempts[::-1])))[:: 1 if turn % 2 else -1]
            with pytest.raises(WorkflowFailureError):
                await play.handle.result()
            view, entries = await play.status(), await play.journal()

            assert cancelled is None
            assert view.status is Status.CANCELLED
            assert verify(entries) == view.head == play.mirrored[-1].head
            kinds = [entry.kind for entry in entries]
            if isinstance(advanced, WorkflowUpdateFailedError | RPCError):
                assert "cancelled" in str(advanced.__cause__ or advanced) or "completed" in str(advanced)
                assert kinds == [EntryKind.WORKFLOW_STARTED, EntryKind.BUILD_CANCELLED]
            else:
                assert advanced.state is State.PLANNING
                assert kinds == [EntryKind.WORKFLOW_STARTED, EntryKind.STATE_ADVANCED, EntryKind.BUILD_CANCELLED]
