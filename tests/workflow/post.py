"""A post office for the workflow that sends notices: a real server and worker, with notices that follow a script."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from temporalio import activity
from temporalio.client import Client, WorkflowHandle
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

from baton.contracts.errors import NOTICES_UNAVAILABLE, RECEIVER_FAILED
from baton.contracts.messages import (
    DeliverNotice,
    NoticeOutcome,
    NoticeQueue,
    NoticeReceipt,
    NoticesSent,
    ParkNotice,
    PendingNotice,
    SendNotices,
)
from baton.contracts.names import NOTICES_QUEUE, notices_workflow_id
from baton.runtime.workflow_runner import PunctualWorkflowRunner
from workflows.notices import NoticeWorkflow

SUBSCRIPTION = UUID("5b8c4e4b-2d3a-5b86-a5dc-3b7f4a1f0c22")
QUEUED = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

FAILED = ApplicationError("the receiver answered 500", type=RECEIVER_FAILED, non_retryable=True)
"""The end of the day that a receiver has."""

AWAY = ApplicationError("the database is away", type=NOTICES_UNAVAILABLE, non_retryable=True)
LOST = ApplicationError("nobody knows", type="RuntimeError", non_retryable=True)

Act = Exception | NoticeOutcome | Callable[[], Awaitable[None]]


@dataclass
class Post:
    """What is to be sent of one build, what came of it, and how each attempt goes; without an act it goes well."""

    build_id: str
    waiting: list[int] = field(default_factory=list)
    acts: dict[int, list[Act]] = field(default_factory=dict)
    delivered: list[int] = field(default_factory=list)
    parked: dict[int, str] = field(default_factory=dict)
    looked: int = 0

    @property
    def queue(self) -> NoticeQueue:
        return NoticeQueue(
            subscription_id=SUBSCRIPTION,
            subscription="ops",
            build_key=uuid5(SUBSCRIPTION, self.build_id),
            build_id=self.build_id,
        )

    @activity.defn(name="next_notice")
    async def next_notice(self, queue: NoticeQueue) -> PendingNotice | None:
        self.looked += 1
        return self._next()

    @activity.defn(name="deliver_notice")
    async def deliver_notice(self, order: DeliverNotice) -> NoticeReceipt:
        (sequence,) = [number for number in self.waiting if self._key(number) == order.delivery_id]
        acts = self.acts.get(sequence, [])
        act: Any = acts.pop(0) if acts else NoticeOutcome.DELIVERED
        if isinstance(act, Exception):
            raise act
        if not isinstance(act, NoticeOutcome):
            await act()
            act = NoticeOutcome.DELIVERED
        if act is NoticeOutcome.GONE:
            self.waiting.clear()
        else:
            self.waiting.remove(sequence)
            self.delivered.append(sequence)
        return NoticeReceipt(outcome=act, next=self._next())

    @activity.defn(name="park_notice")
    async def park_notice(self, order: ParkNotice) -> PendingNotice | None:
        sequence = self.waiting.pop(0)
        assert order.delivery_id == self._key(sequence)
        self.parked[sequence] = order.reason
        return self._next()

    def _next(self) -> PendingNotice | None:
        if not self.waiting:
            return None
        number = self.waiting[0]
        return PendingNotice(
            delivery_id=self._key(number), sequence=number, event_type="state_advanced", queued_at=QUEUED
        )

    def _key(self, sequence: int) -> UUID:
        return uuid5(SUBSCRIPTION, f"{self.build_id}-{sequence}")


Sending = WorkflowHandle[NoticeWorkflow, NoticesSent]
Start = Callable[..., Awaitable[Sending]]


@asynccontextmanager
async def posting(client: Client, post: Post, *, cached: int = 1000) -> AsyncIterator[Start]:
    """A worker for ``post``; yields what starts its workflow."""
    worker = Worker(
        client,
        task_queue=NOTICES_QUEUE,
        workflows=[NoticeWorkflow],
        workflow_runner=PunctualWorkflowRunner(),
        activities=[post.next_notice, post.deliver_notice, post.park_notice],
        max_cached_workflows=cached,
    )

    async def start(**more: Any) -> Sending:
        return await client.start_workflow(
            NoticeWorkflow.run,
            SendNotices(queue=post.queue, **more),
            id=notices_workflow_id(SUBSCRIPTION, post.build_id),
            task_queue=NOTICES_QUEUE,
        )

    async with worker:
        yield start


async def a_moment() -> None:
    """An attempt that takes its time."""
    await asyncio.sleep(0.2)
