"""Waiting for a worker's answer, but not for ever; and what the server's refusals mean."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from temporalio.client import RPCTimeoutOrCancelledError, WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from baton.contracts.names import ASK_AGAIN, BUILDS_QUEUE
from gateway.errors import NoWorker

_ASK_AGAIN_SECONDS = 0.1
_LOST_SECONDS = 5.0
"""A query that has had no answer for so long is asked again: a worker can lose one while it makes room for others."""

_SEND_AGAIN = (
    (RPCStatusCode.FAILED_PRECONDITION, "due to unexpected workflow task failure"),
    (RPCStatusCode.FAILED_PRECONDITION, "due to Workflow Task in failed state"),
    (RPCStatusCode.UNAVAILABLE, "workflow update was aborted"),
)
"""What the server says of an update that it has not kept: it came while the build was about to end, or to go on in
another run, and something else had come in between, once or again and again; or the server gave up the build's place in
its memory."""

_SILENCE = (RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED)


Answer = TypeVar("Answer")


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


async def ask_again(query: Callable[[], Awaitable[Answer]]) -> Answer:
    """The answer to ``query``, asked for until the workflow has taken up what happened while no worker was there.

    For as long as it takes: within :func:`answer_within`.
    """
    while True:
        try:
            async with asyncio.timeout(_LOST_SECONDS) as patience:
                return await query()
        except WorkflowQueryFailedError as error:
            if error.message != ASK_AGAIN:
                raise
            await asyncio.sleep(_ASK_AGAIN_SECONDS)
        except (TimeoutError, RPCTimeoutOrCancelledError, RPCError):
            if not patience.expired():
                raise


async def send_again(update: Callable[[], Awaitable[Answer]]) -> Answer:
    """The answer to ``update``, sent again when the server says that it has not kept it.

    ``update`` has one ID, however often it is sent: should the build have seen it all the same, it is not carried out
    twice. For as long as it takes: within :func:`answer_within`.
    """
    while True:
        try:
            return await update()
        except RPCError as error:
            if not any(error.status is status and said in error.message for status, said in _SEND_AGAIN):
                raise
            await asyncio.sleep(_ASK_AGAIN_SECONDS)


def _silence(seconds: float, after: str) -> NoWorker:
    return NoWorker(
        f"No worker answers on task queue {BUILDS_QUEUE!r} (waited {seconds:g} s). "
        f"Start one: python worker.py --all{after}"
    )
