"""Approvals, questions, limits, failures and rollback, with their deadlines."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment

from baton.domain.steps import PhaseOrder
from baton.domain.terms import ApprovalTerms, Limits, OnDeadline, OnUnanswered
from baton.domain.vocabulary import CommandName, EntryKind, Phase, State, Status
from tests.workflow.stage import FAILED_TESTS, stage, terms

pytestmark = pytest.mark.asyncio(loop_scope="session")


def guarded(**more: Any) -> dict[State, ApprovalTerms]:
    return {State.HANDOFF_TO_RELEASER: ApprovalTerms.model_validate({"approvers": ("lead",)} | more)}


async def test_an_approved_handoff_goes_on(time_skipping: WorkflowEnvironment) -> None:
    async with stage(time_skipping.client, terms(approvals=guarded())) as scene:
        play = await scene.start("approved")
        await play.until(lambda view: view.pending_approval is not None)
        await play.tell(CommandName.APPROVE, who="lead", expected_state="handoff_to_releaser")
        reply = await play.handle.result()

    assert reply.status is Status.COMPLETE


async def test_a_refused_handoff_is_mended_by_the_code_writer(time_skipping: WorkflowEnvironment) -> None:
    async with stage(time_skipping.client, terms(approvals=guarded())) as scene:
        play = await scene.start("refused")
        await play.until(lambda view: view.pending_approval is not None)
        await play.tell(CommandName.REFUSE, who="lead", expected_state="handoff_to_releaser", reason="no changelog")
        parked = await play.status()
        await play.tell(CommandName.REQUEST_RETRY, expected_state="error", reason="write one")
        await play.until(lambda view: view.pending_approval is not None)
        await play.tell(CommandName.APPROVE, who="lead", expected_state="handoff_to_releaser")
        await play.handle.result()

    assert parked.status is Status.ERROR
    assert parked.parked is not None
    assert "no changelog" in parked.parked.message
    assert [order.phase for order in scene.orders].count(Phase.IMPLEMENTATION) == 2


async def test_a_handoff_that_nobody_approves_for_days_is_refused(time_skipping: WorkflowEnvironment) -> None:
    profile = terms(approvals=guarded(deadline=timedelta(days=2)))
    async with stage(time_skipping.client, profile) as scene:
        play = await scene.start("expired")
        await play.until(lambda view: view.pending_approval is not None)
        await time_skipping.sleep(timedelta(days=2, minutes=1))
        view = await play.until(lambda view: view.current_state is State.ERROR)
        await play.handle.cancel()

    assert view.parked is not None
    assert view.parked.code == "approval_expired"
    assert view.parked.retry_phase is Phase.VERIFICATION


async def test_a_profile_may_approve_by_default_when_time_is_up(time_skipping: WorkflowEnvironment) -> None:
    profile = terms(approvals=guarded(deadline=timedelta(days=2), on_deadline=OnDeadline.APPROVE))
    async with stage(time_skipping.client, profile) as scene:
        play = await scene.start("approved-by-default")
        reply = await play.handle.result()

    assert reply.status is Status.COMPLETE
    assert EntryKind.APPROVAL_EXPIRED in [entry.kind for entry in play.mirrored]


async def test_a_question_is_asked_answered_and_its_answer_reaches_the_role(time_skipping: WorkflowEnvironment) -> None:
    async with stage(time_skipping.client) as scene:
        scene.script[Phase.DISCOVERY] = [{"questions": ["Which database?"]}]
        play = await scene.start("question")
        view = await play.until(lambda view: bool(view.open_questions))
        await play.tell(CommandName.ANSWER, question_id=view.open_questions[0].id, answer="PostgreSQL")
        await play.handle.result()

    second = scene.orders[1]
    assert second.phase is Phase.DISCOVERY
    assert [answer.answer for answer in second.answers] == ["PostgreSQL"]


async def test_an_unanswered_question_parks_the_build(time_skipping: WorkflowEnvironment) -> None:
    async with stage(time_skipping.client, terms(answer_deadline=timedelta(hours=8))) as scene:
        scene.script[Phase.DISCOVERY] = [{"questions": ["Which database?"]}]
        play = await scene.start("unanswered")
        await play.until(lambda view: bool(view.open_questions))
        await time_skipping.sleep(timedelta(hours=9))
        view = await play.until(lambda view: view.current_state is State.ERROR)
        await play.handle.cancel()

    assert view.parked is not None
    assert "Which database?" in view.parked.message


async def test_a_question_that_nobody_answers_is_assumed_where_the_profile_says_so(
    time_skipping: WorkflowEnvironment,
) -> None:
    profile = terms(answer_deadline=timedelta(hours=8), on_unanswered=OnUnanswered.ASSUME)
    async with stage(time_skipping.client, profile) as scene:
        scene.script[Phase.DISCOVERY] = [{"questions": ["Which database?", "Which colour?"]}]
        play = await scene.start("assumed")
        await play.until(lambda view: bool(view.open_questions))
        await play.tell(CommandName.ANSWER, question_id="q2", answer="red")
        await play.handle.result()
        view = await play.status()

    second = scene.orders[1]
    assert [(answer.id, answer.assumed) for answer in second.answers] == [("q1", True), ("q2", False)]
    assert view.elapsed_time >= 8 * 3600
    assert view.ledger.phase_runs == 7


async def test_a_limit_parks_the_build_and_an_extension_lets_it_go_on(time_skipping: WorkflowEnvironment) -> None:
    async with stage(time_skipping.client, terms(limits=Limits(rework_rounds=1))) as scene:
        scene.script[Phase.TESTING] = [FAILED_TESTS, FAILED_TESTS]
        play = await scene.start("limit")
        view = await play.until(lambda view: view.current_state is State.ERROR)
        await play.tell(CommandName.EXTEND_LIMITS, limits={"rework_rounds": 3})
        await play.tell(CommandName.REQUEST_RETRY, expected_state="error", reason="nearly there")
        await play.handle.result()

    assert view.parked is not None
    assert view.parked.code == "limit_rework_rounds"
    assert "extend-limits" in view.parked.what_next.lower()


async def test_the_wall_clock_stops_a_phase_at_work(time_skipping: WorkflowEnvironment, cached: int) -> None:
    cancelled = asyncio.Event()

    async def endless(_: PhaseOrder) -> dict[str, Any]:
        try:
            await asyncio.Event().wait()
            return {}
        finally:
            cancelled.set()

    async with stage(time_skipping.client, terms(limits=Limits(wall_clock=timedelta(seconds=2)))) as scene:
        scene.script[Phase.IMPLEMENTATION] = [endless]
        play = await scene.start("wall-clock")
        view = await play.until(lambda view: view.current_state is State.ERROR)
        async with asyncio.timeout(10):
            await cancelled.wait()
        await play.handle.cancel()

    assert view.parked is not None
    assert view.parked.code == "limit_wall_clock"


async def test_a_phase_that_fails_for_a_moment_is_tried_again_by_itself(time_skipping: WorkflowEnvironment) -> None:
    async with stage(time_skipping.client) as scene:
        scene.script[Phase.IMPLEMENTATION] = [ApplicationError("the model is overloaded", type="runner_failed")]
        play = await scene.start("flaky")
        await play.handle.result()

    assert [order.phase for order in scene.orders].count(Phase.IMPLEMENTATION) == 2
    assert len(play.mirrored) == 12


async def test_a_phase_that_keeps_failing_parks_and_a_retry_goes_on(time_skipping: WorkflowEnvironment) -> None:
    async with stage(time_skipping.client) as scene:
        broken = [ApplicationError("no such model", type="runner_misconfigured", non_retryable=True)]
        scene.script[Phase.IMPLEMENTATION] = [*broken]
        play = await scene.start("parked")
        view = await play.until(lambda view: view.current_state is State.ERROR)
        await play.tell(CommandName.REQUEST_RETRY, expected_state="error", reason="model name mended")
        await play.handle.result()

    assert view.parked is not None
    assert (view.parked.code, view.parked.retry_phase) == ("runner_misconfigured", Phase.IMPLEMENTATION)
    assert "no such model" in view.parked.message


async def test_a_rollback_overtakes_the_phase_at_work(time_skipping: WorkflowEnvironment, cached: int) -> None:
    async def slow(_: PhaseOrder) -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    async with stage(time_skipping.client, cached=cached) as scene:
        scene.script[Phase.IMPLEMENTATION] = [{"commit": "a" * 40}, {"commit": "b" * 40}]
        scene.script[Phase.PLANNING] = [{"commit": "9" * 40}]
        scene.script[Phase.VERIFICATION] = [slow]
        play = await scene.start("rollback")
        await play.until(lambda view: view.current_state is State.VERIFICATION)
        reply = await play.tell(
            CommandName.ROLLBACK, target_state="implementation", expected_state="verification", reason="another way"
        )
        await play.handle.result()
        view = await play.status()

    assert reply.state is State.IMPLEMENTATION
    second = [order for order in scene.orders if order.phase is Phase.IMPLEMENTATION][1]
    assert second.commit == "9" * 40
    assert view.ledger.rollbacks == 1
    assert len(view.handoff_history) == 5 + 3


async def test_a_paused_build_starts_no_new_phase(time_skipping: WorkflowEnvironment) -> None:
    gate = asyncio.Event()

    async def held(_: PhaseOrder) -> dict[str, Any]:
        await gate.wait()
        return {}

    async with stage(time_skipping.client) as scene:
        scene.script[Phase.IMPLEMENTATION] = [held]
        play = await scene.start("paused")
        await play.until(lambda view: view.current_state is State.IMPLEMENTATION)
        await play.tell(CommandName.PAUSE, reason="freeze")
        gate.set()
        view = await play.until(lambda view: view.current_state is State.HANDOFF_TO_TESTER)
        assert view.status is Status.PAUSED
        await play.tell(CommandName.RESUME)
        reply = await play.handle.result()

    assert reply.status is Status.COMPLETE
