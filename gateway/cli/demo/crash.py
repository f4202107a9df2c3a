"""The accident of ``demo --crash``: the worker dies in the middle of implementation."""

import asyncio

import psutil

from gateway.cli.demo.activity import has_beaten
from gateway.cli.demo.audience import Audience
from gateway.embedded.stack import Stack

_STAND_IN = "code_writer.py"
_LOOK_SECONDS = 0.05
_DEEP_IN_WORK_SECONDS = 0.8
_DEAD_SECONDS = 1.0


async def kill_worker_at_work(stack: Stack, build_id: str, audience: Audience) -> None:
    """Wait until the code writer's program really runs, kill the worker with SIGKILL, and start another."""
    while not (_stand_in_runs(stack.worker.pid) and await has_beaten(stack.client, build_id)):
        await asyncio.sleep(_LOOK_SECONDS)
    await asyncio.sleep(_DEEP_IN_WORK_SECONDS)
    victim = stack.worker.pid
    await asyncio.to_thread(stack.kill_worker)
    audience.tell(f"The worker, process {victim}, was killed (SIGKILL) in the middle of implementation.")
    await asyncio.sleep(_DEAD_SECONDS)
    await stack.start_worker()
    audience.tell(f"Another worker, process {stack.worker.pid}, is up: Temporal gives it the phase.")


def _stand_in_runs(worker: int | None) -> bool:
    try:
        children = psutil.Process(worker).children(recursive=True)
        return any(word.endswith(_STAND_IN) for child in children for word in child.cmdline())
    except psutil.Error:
        return False
