"""Waking whoever sends notices."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from temporalio.client import Client
from temporalio.common import Priority, WorkflowIDConflictPolicy

from baton.contracts.messages import NoticeQueue, SendNotices
from baton.contracts.names import NOTICE_WORKFLOW, NOTICES_QUEUE, WAKE, notices_workflow_id

_SECONDS = 3.0

Failures = list[tuple[NoticeQueue, BaseException]]


async def wake(client: Client, queues: Sequence[NoticeQueue]) -> Failures:
    """Have the notices of ``queues`` sent; to do it again is harmless. Takes some seconds at most, whatever happens.

    Returns the queues that could not be woken, with the reason. They are not lost: see :func:`start_unless_running`.
    """
    return await _start_all(client, queues, WAKE)


async def start_unless_running(client: Client, queues: Sequence[NoticeQueue]) -> Failures:
    """As :func:`wake`, for queues that nobody may be at work on; where somebody is, nothing is done."""
    return await _start_all(client, queues, None)


async def _start_all(client: Client, queues: Sequence[NoticeQueue], signal: str | None) -> Failures:
    if not queues:
        return []
    starting = {asyncio.create_task(_start(client, queue, signal)): queue for queue in queues}
    done, late = await asyncio.wait(starting, timeout=_SECONDS)
    for task in late:
        task.cancel()
    failures: Failures = [(starting[task], TimeoutError("Temporal did not answer in time")) for task in late]
    for task in done:
        if (error := task.exception()) is not None:
            failures.append((starting[task], error))
    return failures


async def _start(client: Client, queue: NoticeQueue, signal: str | None) -> None:
    await client.start_workflow(
        NOTICE_WORKFLOW,
        SendNotices(queue=queue),
        id=notices_workflow_id(queue.subscription_id, queue.build_id),
        task_queue=NOTICES_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        start_signal=signal,
        static_summary=f"notices of {queue.about} to {queue.subscription}"[:190],
        static_details="Sends the receiver of this webhook what happens to the build: in order, one after the other.",
        priority=Priority(fairness_key=str(queue.subscription_id)),
        rpc_timeout=timedelta(seconds=_SECONDS),
    )
