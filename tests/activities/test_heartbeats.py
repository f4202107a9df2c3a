"""Heartbeats in the background."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from temporalio.testing import ActivityEnvironment

from activities.heartbeats import default_interval, heartbeating

TICK = timedelta(milliseconds=2)


class Heard:
    """Collects heartbeats, and waits for more of them."""

    def __init__(self, environment: ActivityEnvironment) -> None:
        self.beats: list[tuple[Any, ...]] = []
        self._another = asyncio.Event()
        environment.on_heartbeat = self._hear

    def _hear(self, *details: Any) -> None:
        self.beats.append(details)
        self._another.set()

    async def wait_until(self, condition: Callable[[list[tuple[Any, ...]]], bool]) -> None:
        async with asyncio.timeout(10):
            while not condition(self.beats):
                self._another.clear()
                await self._another.wait()


@pytest.fixture
def environment() -> ActivityEnvironment:
    return ActivityEnvironment()


@pytest.fixture
def heard(environment: ActivityEnvironment) -> Heard:
    return Heard(environment)


async def test_it_beats_while_the_body_runs_and_stops_with_it(environment: ActivityEnvironment, heard: Heard) -> None:
    async def work() -> int:
        async with heartbeating(every=TICK):
            await heard.wait_until(lambda beats: len(beats) >= 3)
        after = len(heard.beats)
        await asyncio.sleep(0.02)
        return after

    after = await environment.run(work)

    assert len(heard.beats) == after


async def test_details_are_sent_at_once_and_repeated(environment: ActivityEnvironment, heard: Heard) -> None:
    async def work() -> None:
        async with heartbeating(every=TICK) as beat:
            beat("session", 7)
            assert heard.beats[-1] == ("session", 7)
            await heard.wait_until(lambda beats: beats.count(("session", 7)) >= 3)

    await environment.run(work)


async def test_details_of_earlier_attempts_are_repeated_until_there_are_newer_ones(
    environment: ActivityEnvironment, heard: Heard
) -> None:
    environment.info = replace(environment.info, attempt=2, heartbeat_details=["session", 7])

    async def work() -> None:
        async with heartbeating(every=TICK) as beat:
            await heard.wait_until(lambda beats: beats.count(("session", 7)) >= 3)
            beat("session", 8)
            await heard.wait_until(lambda beats: beats.count(("session", 8)) >= 3)

    await environment.run(work)

    assert () not in heard.beats


async def test_an_error_in_the_body_ends_the_beating_and_comes_through(
    environment: ActivityEnvironment, heard: Heard
) -> None:
    async def work() -> None:
        async with heartbeating(every=TICK):
            await heard.wait_until(bool)
            raise RuntimeError("the role failed")

    with pytest.raises(RuntimeError, match="the role failed"):
        await environment.run(work)

    assert not [task for task in asyncio.all_tasks() if task.get_name() == "heartbeats"]


async def test_cancellation_of_the_activity_reaches_the_body(environment: ActivityEnvironment, heard: Heard) -> None:
    async def work() -> None:
        async with heartbeating(every=TICK):
            await asyncio.sleep(60)

    running = asyncio.ensure_future(environment.run(work))
    await heard.wait_until(bool)
    environment.cancel()

    with pytest.raises(asyncio.CancelledError):
        await running


@pytest.mark.parametrize(
    ("timeout", "interval"),
    [(timedelta(seconds=2), timedelta(seconds=0.5)), (None, timedelta(seconds=15))],
)
def test_the_interval_follows_the_heartbeat_timeout(
    environment: ActivityEnvironment, timeout: timedelta | None, interval: timedelta
) -> None:
    environment.info = replace(environment.info, heartbeat_timeout=timeout)

    assert environment.run(default_interval) == interval
