"""kill -9 of the worker, at the worst of times."""

import asyncio

import pytest

from baton.domain.vocabulary import Phase
from tests.integration.survival.ground import Ground, each_once

pytestmark = pytest.mark.asyncio(loop_scope="module")

FREE = 6


async def test_builds_in_flight_survive_the_death_of_their_worker_in_every_phase(shared: Ground) -> None:
    hung = {await shared.start(f"hung-in-{phase.value}", hung=phase.value): phase for phase in Phase}
    await asyncio.gather(*(shared.until_begun(build, phase) for build, phase in hung.items()))
    # These are caught wherever they are: between phases, in a write to SQL, in a commit.
    free = await asyncio.gather(*(shared.start(f"free-{number}") for number in range(FREE)))
    await shared.until_begun(free[0], Phase.PLANNING)

    shared.kill_worker()
    await shared.stack.start_worker()

    for build, phase in hung.items():
        await shared.proof(build)
        assert shared.begun(build) == each_once(but={phase: 2})
    for build in free:
        await shared.proof(build)
        assert all(times <= 2 for times in shared.begun(build).values())
