"""Builds that opened under the first rules: they are judged by these to their end, and replay as they were recorded.

Nothing in them depends on chance or on the time of day.
"""

import asyncio
from typing import Any

from temporalio.exceptions import ApplicationError

from baton.domain.steps import PhaseOrder
from baton.domain.terms import ApprovalTerms, Limits, Terms
from baton.domain.view import BuildView
from baton.domain.vocabulary import CommandName, Phase, Role, State
from tests.replay.roll import Roll, ended_badly, is_parked
from tests.workflow.stage import FAILED_TESTS, Play, Stage, all_manual, terms

ROLL = Roll()


def _terms(**more: Any) -> Terms:
    return terms(rules=1, **more)


def _by_hand() -> Terms:
    return all_manual(rules=1)


def _guarded() -> Terms:
    return _terms(approvals={State.HANDOFF_TO_RELEASER: ApprovalTerms(approvers=("lead",))})


def _wants_approval(view: BuildView) -> bool:
    return view.pending_approval is not None


async def _endless(_: PhaseOrder) -> dict[str, Any]:
    await asyncio.Event().wait()
    return {}


@ROLL.recorded(_terms())
async def happy_path(scene: Stage, build_id: str) -> Play:
    play = await scene.start(build_id)
    await play.handle.result()
    return play


@ROLL.recorded(_terms())
async def two_reworks(scene: Stage, build_id: str) -> Play:
    scene.script[Phase.TESTING] = [FAILED_TESTS]
    scene.script[Phase.VERIFICATION] = [{"approved_for_deployment": False, "findings": [{"message": "unused import"}]}]
    play = await scene.start(build_id)
    await play.handle.result()
    return play


@ROLL.recorded(_guarded())
async def approval_refused_then_granted(scene: Stage, build_id: str) -> Play:
    play = await scene.start(build_id)
    await play.until(_wants_approval)
    await play.tell(CommandName.REFUSE, who="lead", expected_state="handoff_to_releaser", reason="no changelog")
    await play.tell(CommandName.REQUEST_RETRY, expected_state="error", reason="write one")
    await play.until(_wants_approval)
    await play.tell(CommandName.APPROVE, who="lead", expected_state="handoff_to_releaser")
    await play.handle.result()
    return play


@ROLL.recorded(_terms())
async def rolled_back_from_a_phase_at_work(scene: Stage, build_id: str) -> Play:
    scene.script[Phase.VERIFICATION] = [_endless]
    play = await scene.start(build_id)
    await play.until(lambda view: view.current_state is State.VERIFICATION)
    await play.tell(
        CommandName.ROLLBACK, target_state="implementation", expected_state="verification", reason="another way"
    )
    await play.handle.result()
    return play


@ROLL.recorded(_terms())
async def parked_then_retried(scene: Stage, build_id: str) -> Play:
    scene.script[Phase.IMPLEMENTATION] = [
        ApplicationError("no such model", type="runner_misconfigured", non_retryable=True)
    ]
    play = await scene.start(build_id)
    await play.until(is_parked)
    await play.tell(CommandName.REQUEST_RETRY, expected_state="error", reason="model name mended")
    await play.handle.result()
    return play


@ROLL.recorded(_terms())
async def cancelled_at_work(scene: Stage, build_id: str) -> Play:
    scene.script[Phase.IMPLEMENTATION] = [_endless]
    play = await scene.start(build_id)
    await play.until(lambda view: view.current_state is State.IMPLEMENTATION)
    await play.handle.cancel(reason="wrong branch")
    await ended_badly(play)
    return play


@ROLL.recorded(_terms(history_events=60, limits=Limits(rework_rounds=10)))
async def continued_as_new(scene: Stage, build_id: str) -> Play:
    scene.script[Phase.TESTING] = [FAILED_TESTS] * 4
    play = await scene.start(build_id)
    await play.handle.result()
    return play


@ROLL.recorded(_terms())
async def question_answered(scene: Stage, build_id: str) -> Play:
    scene.script[Phase.DISCOVERY] = [{"questions": ["Which database?"]}]
    play = await scene.start(build_id)
    view = await play.until(lambda view: bool(view.open_questions))
    await play.tell(CommandName.ANSWER, question_id=view.open_questions[0].id, answer="PostgreSQL")
    await play.handle.result()
    return play


@ROLL.recorded(_by_hand())
async def carried_by_signals_one_of_them_refused(scene: Stage, build_id: str) -> Play:
    reports: list[tuple[Role, State, dict[str, Any]]] = [
        (Role.Q_ASSISTANT, State.DISCOVERY, {}),
        (Role.Q_ASSISTANT, State.PLANNING, {}),
        (Role.CODE_WRITER, State.IMPLEMENTATION, {"summary": "written"}),
        (Role.TEST_AUDITOR, State.TESTING, {"all_tests_passed": True, "test_coverage": 0.9}),
        (Role.VERIFICATION_OVERSEER, State.VERIFICATION, {"approved_for_deployment": True}),
        (Role.RELEASE_MANAGER, State.DEPLOYMENT, {"deployment_successful": True}),
    ]
    play = await scene.start(build_id)
    await play.signal(CommandName.ADVANCE, role="release_manager", completed_state="deployment")
    await play.until(lambda view: view.head.sequence == 2)
    for role, state, result in reports:
        await play.signal(CommandName.ADVANCE, role=role.value, completed_state=state.value, result=result)
    await play.handle.result()
    return play


@ROLL.recorded(_terms())
async def paused_then_resumed(scene: Stage, build_id: str) -> Play:
    go_on = asyncio.Event()

    async def held(_: PhaseOrder) -> dict[str, Any]:
        await go_on.wait()
        return {"summary": "written"}

    scene.script[Phase.IMPLEMENTATION] = [held]
    play = await scene.start(build_id)
    await play.until(lambda view: view.current_state is State.IMPLEMENTATION)
    await play.tell(CommandName.PAUSE, reason="freeze")
    go_on.set()
    await play.until(lambda view: view.current_state is State.HANDOFF_TO_TESTER)
    await play.tell(CommandName.RESUME)
    await play.handle.result()
    return play


@ROLL.recorded(_terms(limits=Limits(rework_rounds=1)))
async def limit_reached_then_extended(scene: Stage, build_id: str) -> Play:
    scene.script[Phase.TESTING] = [FAILED_TESTS, FAILED_TESTS]
    play = await scene.start(build_id)
    await play.until(is_parked)
    await play.tell(CommandName.EXTEND_LIMITS, limits={"rework_rounds": 3})
    await play.tell(CommandName.REQUEST_RETRY, expected_state="error", reason="nearly there")
    await play.handle.result()
    return play


@ROLL.recorded(_by_hand())
async def abandoned(scene: Stage, build_id: str) -> Play:
    play = await scene.start(build_id)
    await play.tell(CommandName.ABANDON, expected_state="discovery", reason="not wanted any more")
    await ended_badly(play)
    return play
