"""Attempts at an order: one whose worker is killed, and one after it."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from temporalio.testing import ActivityEnvironment

from baton.domain.steps import PhaseOrder
from tests.activities.conftest import Bench

_ROOT = Path(__file__).parents[3]


def attempt(number: int) -> ActivityEnvironment:
    """What the activity of the ``number``-th attempt at an order runs in."""
    environment = ActivityEnvironment()
    environment.info = replace(environment.info, attempt=number)
    return environment


@asynccontextmanager
async def killed_worker(bench: Bench, order: PhaseOrder) -> AsyncIterator[None]:
    """A worker in a process of its own performs ``order``; it is killed with SIGKILL at the end of the context."""
    command = [sys.executable, "-m", "tests.activities.agents.worker_to_kill", str(bench.folder)]
    environment = {**bench.environment, "PYTHONPATH": str(_ROOT)}
    worker = await asyncio.create_subprocess_exec(*command, cwd=_ROOT, env=environment, stdin=asyncio.subprocess.PIPE)
    assert worker.stdin is not None
    worker.stdin.write(order.model_dump_json().encode())
    worker.stdin.close()
    try:
        yield
    finally:
        worker.kill()  # it alone: what it started has to end by itself
        await worker.wait()
