"""SIGTERM to a worker whose phase is not over."""

import pytest

from baton.domain.vocabulary import Phase, State
from tests.integration.survival.ground import Ground, each_once

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_worker_that_is_told_to_stop_lets_its_phase_come_to_an_end(shared: Ground) -> None:
    build = await shared.start("ends-in-time", held=Phase.IMPLEMENTATION.value)
    await shared.until_begun(build, Phase.IMPLEMENTATION)

    shared.let_go(build)
    assert await shared.end_worker() == 0
    await shared.stack.start_worker()

    await shared.proof(build)
    assert shared.begun(build) == each_once()


async def test_a_phase_that_takes_longer_than_the_grace_is_begun_again_by_the_next_worker(shared: Ground) -> None:
    build = await shared.start("takes-too-long", held=Phase.IMPLEMENTATION.value)
    await shared.until_begun(build, Phase.IMPLEMENTATION)

    assert await shared.end_worker() == 0
    assert "Stopped (SIGTERM)" in shared.said()
    await shared.stack.start_worker()
    await shared.until_begun(build, Phase.IMPLEMENTATION, times=2)
    await shared.until_in(build, State.IMPLEMENTATION)
    shared.let_go(build)

    await shared.proof(build)
    assert shared.begun(build) == each_once(but={Phase.IMPLEMENTATION: 2})
