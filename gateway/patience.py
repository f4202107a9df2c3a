"""Waiting for a worker's answer, but not for ever; and what the server's refusals mean."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio.client import RPCTimeoutOrCancelledError
from temporalio.service import RPCError, RPCStatusCode

from baton.contracts.names import BUILDS_QUEUE
from gateway.errors import NoWorker

_SILENCE = (RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED)


@asynccontextmanager
async def answer_within(seconds: float, *, after: str = "") -> AsyncIterator[None]:
    """Turn silence into :class:`NoWorker`; ``after`` is added to its message.

    Updates and queries are answered by workers. Without one, Temporal keeps an update waiting and answers a query
    with an error of its own.
    """
    try:
        async with asyncio.timeout(seconds):
            yield
    except (TimeoutError, RPCTimeoutOrCancelledError) as error:
        raise _silence(seconds, after) from error
    except RPCError as error:
        nobody_polls = error.status is RPCStatusCode.FAILED_PRECONDITION and "poller" in error.message
        if error.status in _SILENCE or nobody_polls:
            raise _silence(seconds, after) from error
        raise


def _silence(seconds: float, after: str) -> NoWorker:
    return NoWorker(
        f"No worker answers on task queue {BUILDS_QUEUE!r} (waited {seconds:g} s). "
        f"Start one: python worker.py --all{after}"
    )
