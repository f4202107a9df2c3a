"""Builds that began as forks, and one that was cancelled when it had ended.

Nothing in them depends on chance or on the time of day.
"""

import asyncio

from baton.domain.terms import Limits
from baton.domain.vocabulary import CommandName, Phase, Role
from tests.replay.roll import Roll, is_parked
from tests.workflow.stage import FAILED_TESTS, GOOD, Play, Stage, terms

ROLL = Roll()


@ROLL.recorded(terms())
async def forked_from_a_complete_build(scene: Stage, build_id: str) -> Play:
    scene.script[Phase.IMPLEMENTATION] = [GOOD[Phase.IMPLEMENTATION] | {"commit": "c" * 40, "tree": "7" * 40}]
    origin = await scene.start(f"{build_id}-origin")
    await origin.handle.result()
    play = await scene.fork(origin, build_id, Phase.TESTING, reason="measure again", command_id="key-1")
    await play.handle.result()
    return play


@ROLL.recorded(terms(limits=Limits(rework_rounds=1)))
async def forked_without_a_budget_then_extended(scene: Stage, build_id: str) -> Play:
    other = {"id": "F-2", "message": "test_sub fails", "evidence": "test_sub"}
    scene.script[Phase.TESTING] = [FAILED_TESTS, FAILED_TESTS | {"findings": [other]}]
    origin = await scene.start(f"{build_id}-origin")
    await origin.until(is_parked)
    play = await scene.fork(origin, build_id, Phase.IMPLEMENTATION)
    await play.until(is_parked)
    await play.tell(CommandName.EXTEND_LIMITS, limits={"rework_rounds": 5})
    await play.tell(CommandName.REQUEST_RETRY, expected_state="error", reason="once more")
    await play.handle.result()
    return play


@ROLL.recorded(terms(manual=[Role.RELEASE_MANAGER]))
async def cancelled_after_the_end(scene: Stage, build_id: str) -> Play:
    play = await scene.start(build_id)
    await play.until(lambda view: view.waiting_for is not None)
    await play.advance(Role.RELEASE_MANAGER, "handoff_to_releaser")
    scene.mirror_is_away = True
    await play.advance(Role.RELEASE_MANAGER, "deployment", GOOD[Phase.DEPLOYMENT])
    await play.handle.cancel(reason="too late")
    await asyncio.sleep(0.5)
    scene.mirror_is_away = False
    await play.handle.result()
    return play
