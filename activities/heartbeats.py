"""Heartbeats in the background while an activity works."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from temporalio import activity

Beat = Callable[..., None]
"""Heartbeats at once with these details, which the heartbeats that follow repeat."""

_BEATS_PER_TIMEOUT = 4
_WITHOUT_TIMEOUT = timedelta(seconds=15)


def _unheard(*details: Any) -> None:
    pass


def default_interval() -> timedelta:
    """A quarter of the activity's heartbeat timeout; 15 seconds when it has none (they still carry cancellation)."""
    timeout = activity.info().heartbeat_timeout
    return timeout / _BEATS_PER_TIMEOUT if timeout else _WITHOUT_TIMEOUT


@asynccontextmanager
async def heartbeating(every: timedelta | None = None) -> AsyncIterator[Beat]:
    """Heartbeat ``every`` so often (see :func:`default_interval`) while the body runs.

    Yields ``beat(*details)``, to be called on the event loop. Until it is called, the details of earlier attempts are
    repeated: a heartbeat without them would have the server forget them. The body must not block the loop: nothing
    beats then, and the server takes the worker for dead, as it should. A local activity has nobody to beat for.
    """
    if activity.info().is_local:
        yield _unheard
        return
    interval = (every or default_interval()).total_seconds()
    latest: tuple[Any, ...] = tuple(activity.info().heartbeat_details)

    def beat(*details: Any) -> None:
        nonlocal latest
        latest = details
        activity.heartbeat(*latest)

    async def keep_beating() -> None:
        while True:
            activity.heartbeat(*latest)
            await asyncio.sleep(interval)

    beating = asyncio.create_task(keep_beating(), name="heartbeats")
    try:
        yield beat
    finally:
        beating.cancel()
        await asyncio.wait([beating])
