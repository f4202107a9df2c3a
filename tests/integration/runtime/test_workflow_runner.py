"""A query that waited for a worker must not move a workflow on at yesterday's time."""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from temporalio import activity
from temporalio.client import Client, WorkflowHandle, WorkflowQueryFailedError
from temporalio.worker import Worker

from baton.contracts.names import ASK_AGAIN
from baton.runtime.embedded import EmbeddedTemporal
from baton.runtime.leashed_process import LeashedProcess
from tests.integration.runtime import clockwork
from tests.integration.runtime.clockwork import ERRANDS, QUEUE, Clockwork

ROOT = Path(__file__).parents[3]
Handle = WorkflowHandle[Clockwork, None]


@pytest.fixture
def start(temporal_server: EmbeddedTemporal, tmp_path: Path) -> Iterator[Callable[[], LeashedProcess]]:
    """Starts workers of the clockwork; they are gone at the end."""
    with ExitStack() as running:

        def start() -> LeashedProcess:
            process = LeashedProcess(
                [sys.executable, "-m", clockwork.__name__, temporal_server.address],
                log=tmp_path / "worker.log",
                append=True,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )
            running.callback(process.kill)
            return process

        yield start


async def times(handle: Handle, count: int) -> list[str]:
    """What the workflow has noted, as soon as it is so much."""
    async with asyncio.timeout(30):
        while True:
            try:
                if len(noted := await handle.query(Clockwork.times)) == count:
                    return noted
            except WorkflowQueryFailedError as error:
                assert error.message == ASK_AGAIN  # noqa: PT017
            await asyncio.sleep(0.05)


async def outrun(client: Client, start: Callable[[], LeashedProcess]) -> tuple[list[str], list[str]]:
    """What the worker in charge says after a query came before the task, and what a replay says."""
    done = asyncio.Event()

    @activity.defn
    async def errand() -> None:
        await done.wait()

    async with Worker(client, task_queue=ERRANDS, activities=[errand]):
        first = start()
        handle = await client.start_workflow(Clockwork.run, id="clockwork", task_queue=QUEUE)
        await times(handle, 1)
        first.kill()
        query = asyncio.create_task(times(handle, 2))
        await asyncio.sleep(0.3)
        done.set()  # its task goes to the dead worker first, so that the query is there before it
        await asyncio.sleep(0.3)
        second = start()
        live = await query
        second.kill()
        start()
        replayed = await times(handle, 2)
        await handle.terminate()
    return live, replayed


async def test_a_workflow_is_told_the_same_times_as_its_replay(
    client: Client, start: Callable[[], LeashedProcess], tmp_path: Path
) -> None:
    live, replayed = await outrun(client, start)
    assert live == replayed
    assert live[0] < live[1]
    assert "Failed handling activation" not in (tmp_path / "worker.log").read_text()  # nothing failed
