"""The task queues as Temporal sees them: who polls them, and what waits in them."""

import asyncio
from dataclasses import dataclass

from temporalio.client import Client

from baton.contracts.names import BUILDS_QUEUE, NOTICES_QUEUE, role_of, role_queue
from baton.domain.vocabulary import Role
from gateway.task_queues import ACTIVITIES, WORKFLOWS, describe_queue

QUEUES = (BUILDS_QUEUE, NOTICES_QUEUE, *map(role_queue, Role))
"""What workers poll."""


@dataclass(frozen=True, slots=True)
class Queue:
    """A task queue: how many workers poll it, how many tasks wait there, and the oldest for how many seconds."""

    name: str
    pollers: int
    backlog: int
    backlog_seconds: float


async def queues(client: Client) -> list[Queue]:
    """All of :data:`QUEUES`, in order. Raises RPCError."""
    return list(await asyncio.gather(*(_queue(client, name) for name in QUEUES)))


async def _queue(client: Client, name: str) -> Queue:
    kinds = [ACTIVITIES] if role_of(name) is not None else [WORKFLOWS, ACTIVITIES]
    answers = await asyncio.gather(*(describe_queue(client, name, kind, stats=True) for kind in kinds))
    return Queue(
        name,
        pollers=len({poller.identity for poller in answers[0].pollers}),
        backlog=sum(answer.stats.approximate_backlog_count for answer in answers),
        backlog_seconds=max(answer.stats.approximate_backlog_age.ToMilliseconds() / 1000 for answer in answers),
    )
