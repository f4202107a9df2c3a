"""The workflow that sends one subscriber what happens to one build: in order, one notice after the other.

It is woken whenever there is something to send, and ends when there is nothing. Builds know nothing of it.
"""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import Priority, RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from baton.contracts.activities import deliver_notice, next_notice, park_notice
    from baton.contracts.errors import NOTICES_UNAVAILABLE, RECEIVER_FAILED
    from baton.contracts.messages import (
        DeliverNotice,
        NoticeOutcome,
        NoticesSent,
        ParkNotice,
        PendingNotice,
        SendNotices,
    )
    from baton.contracts.names import NOTICE_WORKFLOW, WAKE

_RETRIED_FOR = timedelta(days=1)
_AT_LEAST = timedelta(minutes=5)
"""What a notice is given in any case: its day may have passed behind others that were retried for theirs."""

_MOST_LOST = 3
"""How often a notice may be lost with the worker that sends it before it is taken for the reason."""

_HEARTBEAT = timedelta(seconds=10)
_ATTEMPT = timedelta(seconds=60)
_FOR_THE_DATABASE = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=30))
_FOR_THE_RECEIVER = RetryPolicy(
    initial_interval=timedelta(seconds=5), backoff_coefficient=3.0, maximum_interval=timedelta(hours=1)
)


@workflow.defn(name=NOTICE_WORKFLOW)
class NoticeWorkflow:
    """One queue of notices, until it is empty."""

    @workflow.init
    def __init__(self, start: SendNotices) -> None:
        self._queue = start.queue
        self._delivered = start.delivered
        self._parked = start.parked
        self._most_events = start.history_events
        self._stopped = False
        self._woken = False
        self._priority = Priority(fairness_key=str(start.queue.subscription_id))

    @workflow.run
    async def run(self, start: SendNotices) -> NoticesSent:
        """Send what is there. Returns when nothing is."""
        while True:
            self._woken = False
            upcoming = await self._look()
            while upcoming is not None:
                upcoming = await self._send(upcoming)
                if upcoming is not None and self._history_is_long():
                    done = {"delivered": self._delivered, "parked": self._parked}
                    workflow.continue_as_new(start.model_copy(update=done))
            if not self._woken:
                self._show(None)
                return NoticesSent(delivered=self._delivered, parked=self._parked, stopped=self._stopped)

    def _history_is_long(self) -> bool:
        info = workflow.info()
        most = self._most_events
        return info.is_continue_as_new_suggested() or (most is not None and info.get_current_history_length() > most)

    @workflow.signal(name=WAKE, description="There is something to send.")
    def wake(self) -> None:
        """Look again before ending."""
        self._woken = True

    async def _look(self) -> PendingNotice | None:
        return await workflow.execute_activity(
            next_notice,
            self._queue,
            start_to_close_timeout=_ATTEMPT,
            heartbeat_timeout=_HEARTBEAT,
            retry_policy=_FOR_THE_DATABASE,
            summary="what is next",
            priority=self._priority,
        )

    async def _send(self, notice: PendingNotice) -> PendingNotice | None:
        """Have ``notice`` delivered, or give it up; the one that follows."""
        self._show(notice)
        lost = 0
        while True:
            try:
                return await self._deliver(notice)
            except ActivityError as error:
                if is_cancelled_exception(error):
                    raise
                kind = error.cause.type if isinstance(error.cause, ApplicationError) else None
                if kind == NOTICES_UNAVAILABLE:  # not the receiver's fault: it is given its time again
                    continue
                lost += 1
                if kind == RECEIVER_FAILED or lost == _MOST_LOST:
                    return await self._park(notice, _reason(error))

    async def _deliver(self, notice: PendingNotice) -> PendingNotice | None:
        receipt = await workflow.execute_activity(
            deliver_notice,
            DeliverNotice(queue=self._queue, delivery_id=notice.delivery_id),
            start_to_close_timeout=_ATTEMPT,
            schedule_to_close_timeout=max(notice.queued_at + _RETRIED_FOR - workflow.now(), _AT_LEAST),
            heartbeat_timeout=_HEARTBEAT,
            retry_policy=_FOR_THE_RECEIVER,
            summary=f"{notice.sequence} {notice.event_type}",
            priority=self._priority,
        )
        self._delivered += receipt.outcome is NoticeOutcome.DELIVERED
        self._stopped = receipt.outcome is NoticeOutcome.GONE
        return receipt.next

    async def _park(self, notice: PendingNotice, reason: str) -> PendingNotice | None:
        self._parked += 1
        return await workflow.execute_activity(
            park_notice,
            ParkNotice(queue=self._queue, delivery_id=notice.delivery_id, reason=reason),
            start_to_close_timeout=_ATTEMPT,
            heartbeat_timeout=_HEARTBEAT,
            retry_policy=_FOR_THE_DATABASE,
            summary=f"give up {notice.sequence} {notice.event_type}",
            priority=self._priority,
        )

    def _show(self, notice: PendingNotice | None) -> None:
        name = self._queue.subscription
        lines = [f"{self._delivered} delivered, {self._parked} parked."]
        if notice is not None:
            lines.insert(0, f"Sends entry {notice.sequence}, `{notice.event_type}`.")
        if self._stopped:
            lines.append(f"The receiver wants no more: `python starter.py webhook show {name}`")
        if self._parked:
            lines.append(f"To send again what is parked: `python starter.py webhook redeliver {name} --parked`")
        workflow.set_current_details("\n\n".join(lines))


def _reason(error: ActivityError) -> str:
    return error.cause.message if isinstance(error.cause, ApplicationError) else f"the notifier was lost: {error.cause}"
