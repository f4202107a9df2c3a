"""The accident of ``demo --crash``: the worker dies in the middle of implementation."""

import asyncio

import psutil

from baton.domain.vocabulary import Phase
from baton.store.reading import journal
from gateway.cli.demo.activity import has_beaten
from gateway.cli.demo.audience import Audience
from gateway.cli.demo.runs import runs_of
from gateway.cli.demo.writer import Writer
from gateway.embedded.stack import Stack

_LOOK_SECONDS = 0.05
_DEEP_IN_WORK_SECONDS = 0.8
_DEAD_SECONDS = 1.0


async def kill_worker_at_work(stack: Stack, build_id: str, writer: Writer, audience: Audience) -> None:
    """Wait until the code writer is really at work, kill the worker with SIGKILL, and start another."""
    while not (await _writes(stack, build_id, writer) and await has_beaten(stack.client, build_id)):
        await asyncio.sleep(_LOOK_SECONDS)
    await asyncio.sleep(_DEEP_IN_WORK_SECONDS)
    victim = stack.worker.pid
    await asyncio.to_thread(stack.kill_worker)
    audience.tell(f"The worker, process {victim}, was killed (SIGKILL) in the middle of implementation.")
    await asyncio.sleep(_DEAD_SECONDS)
    await stack.start_worker()
    audience.tell(f"Another worker, process {stack.worker.pid}, is up: Temporal gives it the phase.")


async def _writes(stack: Stack, build_id: str, writer: Writer) -> bool:
    if writer.program:
        return _runs(stack.worker.pid, writer.program)
    runs = runs_of(await asyncio.to_thread(journal, stack.engine, build_id))
    return bool(runs) and runs[-1].phase is Phase.IMPLEMENTATION


def _runs(worker: int | None, program: str) -> bool:
    try:
        children = psutil.Process(worker).children(recursive=True)
        return any(word.endswith(program) for child in children for word in child.cmdline())
    except psutil.Error:
        return False
