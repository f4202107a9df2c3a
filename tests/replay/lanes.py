"""Builds whose worker plays the roles as well: entries ride with orders, and quick phases are done in passing."""

from baton.domain.vocabulary import Phase
from tests.replay.roll import Roll
from tests.workflow.cast import FAILED_TESTS
from tests.workflow.stage import Play, Stage, terms

ROLL = Roll()


@ROLL.recorded(terms(beside=True))
async def entries_rode_with_orders(scene: Stage, build_id: str) -> Play:
    scene.takes_along = scene.book
    scene.script[Phase.TESTING] = [FAILED_TESTS]
    play = await scene.start(build_id)
    await play.handle.result()
    return play


@ROLL.recorded(terms(beside=True))
async def entries_rode_and_nobody_wrote_them(scene: Stage, build_id: str) -> Play:
    play = await scene.start(build_id)
    await play.handle.result()
    return play


@ROLL.recorded(terms(beside=True, quick=tuple(Phase)))
async def quick_phases_in_passing(scene: Stage, build_id: str) -> Play:
    play = await scene.start(build_id)
    await play.handle.result()
    return play


@ROLL.recorded(terms(beside=True, quick=(Phase.DISCOVERY, Phase.PLANNING)))
async def quick_phase_that_failed_in_passing(scene: Stage, build_id: str) -> Play:
    scene.takes_along = scene.book
    scene.script[Phase.PLANNING] = [RuntimeError("no room")]
    play = await scene.start(build_id)
    await play.handle.result()
    return play
