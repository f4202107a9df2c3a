"""Sending notices: which one is next, one attempt at it, and giving it up."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from sqlalchemy import Engine
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.heartbeats import heartbeating
from baton.contracts.errors import NOTICES_UNAVAILABLE, RECEIVER_FAILED
from baton.contracts.messages import (
    DeliverNotice,
    NoticeOutcome,
    NoticeQueue,
    NoticeReceipt,
    ParkNotice,
    PendingNotice,
)
from baton.runtime.tracing.spans import carried
from baton.store.beside import beside
from baton.store.errors import StoreError
from baton.store.notices import sending
from baton.store.notices.sending import Outgoing
from baton.webhooks.answer import Answer
from baton.webhooks.errors import NotSent
from baton.webhooks.message import compose
from baton.webhooks.sender import Sender
from baton.webhooks.signing import BadSecret
from baton.webhooks.target import BadTarget, parse

_MOST_MESSAGE = 1000
T = TypeVar("T")


class SendNotices:
    """The activities of the notifier. ``public_url`` is where links lead."""

    def __init__(self, engine: Engine, sender: Sender, public_url: str | None) -> None:
        self._engine = engine
        self._sender = sender
        self._public_url = public_url

    @activity.defn(name="next_notice")
    async def next_notice(self, queue: NoticeQueue) -> PendingNotice | None:
        """The oldest notice of ``queue`` that is to be sent; ``None`` when there is none, or nobody to send it to."""
        async with heartbeating():
            return await self._ask(lambda: sending.next_pending(self._engine, queue))

    @activity.defn(name="deliver_notice")
    async def deliver_notice(self, order: DeliverNotice) -> NoticeReceipt:
        """Send a notice once.

        Fails with ``receiver_failed`` when the receiver did not take it, and with ``notices_unavailable`` when the
        database is away: then it may have been sent, and is sent again.
        """
        async with heartbeating():
            found = await self._ask(lambda: sending.outgoing(self._engine, order.delivery_id))
            outcome = NoticeOutcome.SKIPPED if found is None else await self._send(found)
            following = await self._ask(lambda: sending.next_pending(self._engine, order.queue))
            return NoticeReceipt(outcome=outcome, next=following)

    @activity.defn(name="park_notice")
    async def park_notice(self, order: ParkNotice) -> PendingNotice | None:
        """Give a notice up, visibly; the one that follows."""
        async with heartbeating():
            await self._ask(lambda: sending.park(self._engine, order.delivery_id, order.reason))
            activity.logger.warning(
                "webhook %r: gave up notice %s of %s: %s. To send it again: "
                "python starter.py webhook redeliver %s --parked",
                order.queue.subscription,
                order.delivery_id,
                order.queue.about,
                order.reason,
                order.queue.subscription,
            )
            return await self._ask(lambda: sending.next_pending(self._engine, order.queue))

    async def _send(self, notice: Outgoing) -> NoticeOutcome:
        subscription = notice.subscription
        pause = None
        try:
            target = parse(subscription.url)
            answer = await self._post(notice)
            told, pause = answer.told(target.shown), answer.retry_after
        except (NotSent, BadTarget, BadSecret) as error:
            answer, told = None, str(error)
        if answer is not None and answer.taken:
            await self._ask(lambda: sending.record_delivered(self._engine, notice.delivery_id))
            return NoticeOutcome.DELIVERED
        if answer is not None and answer.gone:
            await self._ask(lambda: sending.record_gone(self._engine, notice.delivery_id, told))
            activity.logger.warning("webhook %r is disabled: %s", subscription.name, told)
            return NoticeOutcome.GONE
        await self._ask(lambda: sending.record_failure(self._engine, notice.delivery_id, told))
        raise _failure(told, RECEIVER_FAILED, pause)

    async def _post(self, notice: Outgoing) -> Answer:
        subscription = notice.subscription
        message = compose(
            notice.body,
            message_id=notice.delivery_id,
            timestamp=int(time.time()),
            secrets=subscription.secrets,
            format=subscription.format,
            public_url=self._public_url,
        )
        return await self._sender.post(parse(subscription.url), {**message.headers, **carried()}, message.body)

    async def _ask(self, question: Callable[[], T]) -> T:
        """Ask the database, beside the loop."""
        try:
            return await beside(question)
        except StoreError as error:
            raise _failure(str(error), NOTICES_UNAVAILABLE) from None


def _failure(message: str, kind: str, pause: timedelta | None = None) -> ApplicationError:
    capped = message if len(message) <= _MOST_MESSAGE else f"{message[: _MOST_MESSAGE - 1]}…"
    # Benign: it is no fault of ours, and stands in SQL and in Temporal. The log need not tell of every attempt.
    return ApplicationError(capped, type=kind, next_retry_delay=pause, category=ApplicationErrorCategory.BENIGN)
