"""Keeping a stack up: what dies is started again."""

import asyncio
from collections.abc import Awaitable, Callable

from temporalio.service import RPCError

from gateway.embedded.gateway_process import GatewayFailed
from gateway.embedded.stack import Stack
from gateway.embedded.worker_process import WorkerFailed

_LOOK_SECONDS = 0.5
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 30.0


async def keep_running(stack: Stack, tell: Callable[[str], None]) -> None:
    """Look after the stack until cancelled, and ``tell`` people what happens.

    A worker or a gateway that cannot start is tried again with growing pauses. Raises EmbeddedTemporalFailed when the
    server cannot be started again.
    """
    pause = _FIRST_PAUSE
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        if not stack.temporal_runs:
            tell("Temporal has died. Starting it again: its state is on disk, and builds go on")
            await stack.start_temporal()
        if stack.worker.pid is None:
            tell(f"The worker has died (exit code {stack.worker.exit_code}). Starting another; builds go on with it")
            pause = await _again(stack.start_worker, tell, pause)
        if stack.gateway is not None and stack.gateway.pid is None:
            tell(f"The gateway has died (exit code {stack.gateway.exit_code}). Starting another; open pages find it")
            pause = await _again(stack.start_gateway, tell, pause)


async def _again(start: Callable[[], Awaitable[None]], tell: Callable[[str], None], pause: float) -> float:
    """Start it; how long to wait the next time that it cannot be."""
    try:
        await start()
    except (WorkerFailed, GatewayFailed, RPCError) as error:
        tell(f"{error}\nTrying again in {pause:g} s")
        await asyncio.sleep(pause)
        return min(2 * pause, _LONGEST_PAUSE)
    return _FIRST_PAUSE
