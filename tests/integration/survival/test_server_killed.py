"""kill -9 of the Temporal server, which keeps its state in a file."""

import asyncio

import pytest

from baton.domain.vocabulary import Phase, State
from tests.integration.survival.ground import Ground

pytestmark = pytest.mark.asyncio(loop_scope="module")

OTHERS = 4


async def test_builds_go_on_when_the_server_is_killed_and_started_again(shared: Ground) -> None:
    held = await shared.start("server-killed", held=Phase.IMPLEMENTATION.value)
    others = await asyncio.gather(*(shared.start(f"bystander-{number}") for number in range(OTHERS)))
    await shared.until_begun(held, Phase.IMPLEMENTATION)
    worker = shared.stack.worker.pid

    await shared.stack.start_temporal()  # kill -9, then start: the same ports and the same file
    await shared.until_in(held, State.IMPLEMENTATION)
    shared.let_go(held)

    for build in (held, *others):
        await shared.proof(build)
    assert shared.stack.worker.pid == worker, "the worker was to live through it"


async def test_builds_go_on_when_the_server_and_the_worker_die_together(shared: Ground) -> None:
    build = await shared.start("both-killed", hung=Phase.TESTING.value)
    await shared.until_begun(build, Phase.TESTING)

    shared.kill_worker()
    await shared.stack.start_temporal()
    await shared.stack.start_worker()

    await shared.proof(build)
