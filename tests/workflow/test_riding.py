"""Entries that ride to the mirror with the orders of phases."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.testing import WorkflowEnvironment

from baton.domain.journal import Entry, verify
from baton.domain.steps import PhaseOrder
from baton.domain.vocabulary import CommandName, Phase, Role, State
from tests.workflow.stage import FAILED_TESTS, GOOD, Play, Stage, stage, terms

pytestmark = pytest.mark.asyncio(loop_scope="session")

BESIDE = terms(beside=True)


async def _mirrored(play: Play, condition: Callable[[list[Entry]], bool]) -> None:
    """Wait until what the mirror has is so."""
    async with asyncio.timeout(20):
        while not condition(play.mirrored):
            await asyncio.sleep(0.02)


def _taking_along(scene: Stage) -> Stage:
    scene.takes_along = scene.book
    return scene


async def test_entries_ride_and_only_the_last_need_an_activity_of_their_own(
    time_skipping: WorkflowEnvironment, cached: int
) -> None:
    async with stage(time_skipping.client, BESIDE, cached=cached) as scene:
        play = await _taking_along(scene).start("riding")
        await play.handle.result()
        view = await play.status()

    assert verify(play.mirrored) == view.head
    assert await play.asked() == ["perform_phase"] * 6 + ["mirror_journal"]
    rode = [entry.sequence for batch in scene.aboard for entry in batch.entries]
    assert rode == list(range(1, len(rode) + 1))


async def test_what_nobody_takes_along_is_written_by_the_build_itself(
    time_skipping: WorkflowEnvironment, cached: int
) -> None:
    async with stage(time_skipping.client, BESIDE, cached=cached) as scene:
        scene.script[Phase.TESTING] = [FAILED_TESTS]
        play = await scene.start("stranded")
        await play.handle.result()
        view = await play.status()

    assert scene.aboard, "entries rode with orders"
    assert verify(play.mirrored) == view.head
    # What was left behind once does not go aboard again, where it could be left behind for ever.
    assert len({entry.sequence for batch in scene.aboard for entry in batch.entries}) == sum(
        len(batch.entries) for batch in scene.aboard
    )


async def test_nothing_rides_for_longer_than_moments(time_skipping: WorkflowEnvironment) -> None:
    written = asyncio.Event()

    async def until_written(_: PhaseOrder) -> dict[str, Any]:
        await asyncio.wait_for(written.wait(), 20)
        return GOOD[Phase.IMPLEMENTATION]

    async with stage(time_skipping.client, BESIDE) as scene:
        scene.script[Phase.IMPLEMENTATION] = [until_written]
        play = await scene.start("long-phase")
        last = State.IMPLEMENTATION.value
        await _mirrored(play, lambda book: bool(book) and book[-1].data.get("to_state") == last)
        written.set()
        await play.handle.result()
        view = await play.status()

    assert verify(play.mirrored) == view.head


async def test_a_command_in_the_middle_of_a_phase_takes_what_rides_with_it(time_skipping: WorkflowEnvironment) -> None:
    going_on = asyncio.Event()

    async def waits(_: PhaseOrder) -> dict[str, Any]:
        await asyncio.wait_for(going_on.wait(), 20)
        return GOOD[Phase.PLANNING]

    async with stage(time_skipping.client, BESIDE) as scene:
        scene.script[Phase.PLANNING] = [waits]
        play = await scene.start("paused")
        await play.until(lambda view: view.current_state is State.PLANNING)
        reply = await play.tell(CommandName.PAUSE)
        await _mirrored(play, lambda book: bool(book) and book[-1].sequence == reply.sequence)
        going_on.set()
        await play.tell(CommandName.RESUME)
        await play.handle.result()
        view = await play.status()

    assert verify(play.mirrored) == view.head


async def test_a_mirror_that_was_set_back_gets_what_it_lacks(time_skipping: WorkflowEnvironment) -> None:
    async with stage(time_skipping.client, terms(beside=True, manual=[Role.CODE_WRITER])) as scene:
        play = await _taking_along(scene).start("set-back")
        view = await play.until(lambda view: view.current_state is State.HANDOFF_TO_CODER)
        await _mirrored(play, lambda book: len(book) >= view.head.sequence)
        scene.takes_along = None
        del play.mirrored[1:]
        await play.advance(Role.CODE_WRITER, "implementation")
        await play.handle.result()
        view = await play.status()

    assert verify(play.mirrored) == view.head


async def test_where_no_role_is_beside_nothing_rides(time_skipping: WorkflowEnvironment) -> None:
    async with stage(time_skipping.client) as scene:
        play = await _taking_along(scene).start("elsewhere")
        await play.handle.result()
        events = (await play.handle.fetch_history()).events

    assert scene.aboard == []
    assert not any(event.event_type == EventType.EVENT_TYPE_TIMER_STARTED for event in events)
