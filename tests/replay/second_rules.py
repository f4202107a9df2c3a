"""Builds that open today, and what they alone can do: undo, stall, waive, assume, and count what failed attempts used.

Nothing in them depends on chance or on the time of day.
"""

import asyncio
from datetime import timedelta
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.exceptions import ApplicationError

from baton.domain.steps import CompensationOrder, PhaseOrder
from baton.domain.terms import Limits, OnUnanswered
from baton.domain.vocabulary import CommandName, Phase, State
from tests.replay.roll import Roll, ended_badly, is_parked
from tests.workflow.cast import Dies
from tests.workflow.stage import GOOD, Play, Stage, terms

ROLL = Roll()

_TREE = "7" * 40
_GONE = {"id": "dilution-1", "message": "test_old is gone", "evidence": "test_old"}
_SPENT = {
    "usage": {"requests": 3, "input_tokens": 70, "output_tokens": 20, "cost_usd": 0.5},
    "attempts": [{"number": 1, "failure": "interrupted"}, {"number": 2, "usage": {"requests": 3}}],
}


async def _endless(_: PhaseOrder | CompensationOrder) -> dict[str, Any]:
    await asyncio.Event().wait()
    return {}


async def _rolled_back(scene: Stage, build_id: str) -> Play:
    """A build that goes back from its deployment, which is at work."""
    scene.script[Phase.DEPLOYMENT] = [_endless]
    play = await scene.start(build_id)
    await play.until(lambda view: view.current_state is State.DEPLOYMENT)
    await play.tell(
        CommandName.ROLLBACK, target_state="implementation", expected_state="deployment", reason="wrong release"
    )
    return play


@ROLL.recorded(terms(undone=[Phase.TESTING, Phase.DEPLOYMENT]))
async def rolled_back_and_undone(scene: Stage, build_id: str) -> Play:
    play = await _rolled_back(scene, build_id)
    await play.handle.result()
    return play


@ROLL.recorded(terms(undone=[Phase.DEPLOYMENT]))
async def undoing_failed_then_retried(scene: Stage, build_id: str) -> Play:
    scene.undo_script[Phase.DEPLOYMENT] = [
        {"succeeded": False, "message": "403"},
        ApplicationError("no such command", type="runner_misconfigured", non_retryable=True),
    ]
    play = await _rolled_back(scene, build_id)
    for reason in ("the token is renewed", "the command is mended"):
        await play.until(is_parked)
        await play.tell(CommandName.REQUEST_RETRY, expected_state="error", reason=reason)
    await play.handle.result()
    return play


@ROLL.recorded(terms(undone=[Phase.DEPLOYMENT]))
async def undoing_overtaken_then_cancelled(scene: Stage, build_id: str) -> Play:
    scene.undo_script[Phase.DEPLOYMENT] = [_endless, _endless]
    play = await _rolled_back(scene, build_id)
    await _undoing(scene, 1)
    await play.tell(
        CommandName.ROLLBACK, target_state="discovery", expected_state="implementation", reason="another request"
    )
    await _undoing(scene, 2)
    await play.handle.cancel(reason="leave it")
    await ended_badly(play)
    return play


async def _undoing(scene: Stage, times: int) -> None:
    while len(scene.undo_orders) < times:
        await asyncio.sleep(0.02)


@ROLL.recorded(terms(undone=[Phase.DEPLOYMENT]))
async def undone_by_hand(scene: Stage, build_id: str) -> Play:
    scene.undo_script[Phase.DEPLOYMENT] = [{"succeeded": False, "message": "403"}, _endless]
    play = await _rolled_back(scene, build_id)
    await play.until(is_parked)
    await play.tell(CommandName.REQUEST_RETRY, expected_state="error", reason="the token is renewed")
    await _undoing(scene, 2)
    await play.signal(CommandName.WAIVE, finding_id="compensation-deployment", reason="undone by hand")
    await play.handle.result()
    return play


@ROLL.recorded(terms(waivers=("lead",)))
async def rework_stalled_then_waived(scene: Stage, build_id: str) -> Play:
    scene.script[Phase.TESTING] = [GOOD[Phase.TESTING] | {"findings": [_GONE], "tree": _TREE}] * 3
    play = await scene.start(build_id)
    await play.until(is_parked)
    await play.signal(CommandName.WAIVE, finding_id="dilution-1", reason="I wrote it")
    await play.tell(CommandName.WAIVE, "lead", finding_id="dilution-1", reason="the export is gone too")
    await play.tell(CommandName.REQUEST_RETRY, expected_state="error", reason="it is waived")
    await play.handle.result()
    return play


@ROLL.recorded(terms(answer_deadline=timedelta(seconds=1), on_unanswered=OnUnanswered.ASSUME))
async def question_assumed(scene: Stage, build_id: str) -> Play:
    scene.script[Phase.DISCOVERY] = [{"questions": ["Which database?", "Which colour?"]}]
    play = await scene.start(build_id)
    await play.until(lambda view: bool(view.open_questions))
    await play.tell(CommandName.ANSWER, question_id="q2", answer="red")
    await play.handle.result()
    return play


@ROLL.recorded(terms(attempts=1, heartbeat=timedelta(seconds=1)))
async def failed_attempts_with_usage(scene: Stage, build_id: str) -> Play:
    scene.script[Phase.DISCOVERY] = [
        ApplicationError("no such model", _SPENT, type="runner_misconfigured", non_retryable=True)
    ]
    scene.script[Phase.PLANNING] = [Dies((_SPENT, "line 7"))]
    play = await scene.start(build_id)
    for reason in ("the model is there now", "the worker is there again"):
        await play.until(is_parked)
        await play.tell(CommandName.REQUEST_RETRY, expected_state="error", reason=reason)
    await play.handle.result()
    return play


@ROLL.recorded(terms(limits=Limits(wall_clock=timedelta(seconds=2))))
async def wall_clock_extended_at_work(scene: Stage, build_id: str) -> Play:
    scene.script[Phase.DISCOVERY] = [_endless]
    play = await scene.start(build_id)
    await play.tell(CommandName.EXTEND_LIMITS, limits={"wall_clock": 3600})
    while not await _deadline_passed(play):
        await asyncio.sleep(0.05)
    await play.tell(CommandName.REQUEST_RETRY, expected_state="discovery", reason="it hangs")
    await play.handle.result()
    return play


async def _deadline_passed(play: Play) -> bool:
    events = (await play.handle.fetch_history()).events
    return any(event.event_type == EventType.EVENT_TYPE_TIMER_FIRED for event in events)
