"""What the sender asks and writes: the next notice of a queue, what it says, and what came of it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, func, or_, select

from baton.contracts.messages import NoticeQueue, PendingNotice
from baton.domain.notices import DeliveryStatus
from baton.store.notices.subscriptions import Subscription, set_disabled
from baton.store.tables import BuildWorkflow, WebhookDelivery, WebhookSubscription
from baton.store.transactions import reading, writing

_MOST_ERROR = 500


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A notice that is to be sent, and to whom."""

    delivery_id: UUID
    body: dict[str, Any]
    subscription: Subscription


def next_pending(engine: Engine, queue: NoticeQueue) -> PendingNotice | None:
    """The oldest notice of ``queue`` that is to be sent; ``None`` also when its subscription is disabled or gone."""
    query = (
        select(WebhookDelivery)
        .join(WebhookSubscription)
        .where(
            WebhookDelivery.subscription_id == queue.subscription_id,
            _of_build(queue),
            WebhookDelivery.status == DeliveryStatus.PENDING,
            WebhookSubscription.disabled_at.is_(None),
        )
        .order_by(WebhookDelivery.sequence, WebhookDelivery.created_at)
        .limit(1)
    )
    with reading(engine) as session:
        row = session.scalars(query).first()
        if row is None:
            return None
        return PendingNotice(
            delivery_id=row.id, sequence=row.sequence, event_type=row.event_type, queued_at=row.created_at
        )


def _of_build(queue: NoticeQueue) -> ColumnElement[bool]:
    column = WebhookDelivery.workflow_id
    return column.is_(None) if queue.build_key is None else column == queue.build_key


def outgoing(engine: Engine, delivery_id: UUID) -> Outgoing | None:
    """What is to be sent; ``None`` when it is not to be sent any more."""
    with reading(engine) as session:
        row = session.get(WebhookDelivery, delivery_id)
        if row is None or row.status != DeliveryStatus.PENDING:
            return None
        subscriber = session.get(WebhookSubscription, row.subscription_id)
        if subscriber is None or subscriber.disabled_at is not None:
            return None
        return Outgoing(row.id, row.body, Subscription.of(subscriber))


def record_delivered(engine: Engine, delivery_id: UUID) -> None:
    """The receiver has taken it."""
    _record(engine, delivery_id, DeliveryStatus.DELIVERED, None)


def record_failure(engine: Engine, delivery_id: UUID, error: str) -> None:
    """It was sent in vain; it stays to be sent."""
    _record(engine, delivery_id, DeliveryStatus.PENDING, error)


def record_gone(engine: Engine, delivery_id: UUID, error: str) -> None:
    """The receiver wants no more: its subscription is disabled. The notice stays to be sent, should it be enabled."""
    _record(engine, delivery_id, DeliveryStatus.PENDING, error, disable=True)


def park(engine: Engine, delivery_id: UUID, reason: str) -> None:
    """Give it up. Why its last attempt failed is kept; ``reason`` is told when there was none."""
    with writing(engine, delivery_id) as session:
        row = session.get(WebhookDelivery, delivery_id)
        if row is not None and row.status == DeliveryStatus.PENDING:
            row.status = DeliveryStatus.PARKED.value
            row.ended_at = datetime.now(UTC)
            row.last_error = row.last_error or reason[:_MOST_ERROR]


def _record(
    engine: Engine, delivery_id: UUID, status: DeliveryStatus, error: str | None, *, disable: bool = False
) -> None:
    """A row that was dropped meanwhile stays dropped, and one that has ended stays as it ended."""
    now = datetime.now(UTC)
    with writing(engine, delivery_id) as session:
        row = session.get(WebhookDelivery, delivery_id)
        if row is None:
            return
        if disable and (subscriber := session.get(WebhookSubscription, row.subscription_id)) is not None:
            set_disabled(subscriber, error or "")
        if row.status != DeliveryStatus.PENDING:
            return
        row.status = status.value
        row.attempts += 1
        row.last_attempt_at = now
        row.ended_at = None if status is DeliveryStatus.PENDING else now
        row.last_error = None if error is None else error[:_MOST_ERROR]


def forgotten_queues(
    engine: Engine, *, queued_before: datetime, tried_before: datetime, most: int
) -> list[NoticeQueue]:
    """Queues with something that was queued before the one time, and not tried since the other; the oldest first."""
    delivery, subscriber = WebhookDelivery, WebhookSubscription
    query = (
        select(subscriber.id, subscriber.name, BuildWorkflow.id, BuildWorkflow.build_id)
        .select_from(delivery)
        .join(subscriber, subscriber.id == delivery.subscription_id)
        .outerjoin(BuildWorkflow, BuildWorkflow.id == delivery.workflow_id)
        .where(delivery.status == DeliveryStatus.PENDING, subscriber.disabled_at.is_(None))
        .group_by(subscriber.id, subscriber.name, BuildWorkflow.id, BuildWorkflow.build_id)
        .having(
            func.min(delivery.created_at) < queued_before,
            or_(func.max(delivery.last_attempt_at).is_(None), func.max(delivery.last_attempt_at) < tried_before),
        )
        .order_by(func.min(delivery.created_at))
        .limit(most)
    )
    with reading(engine) as session:
        return [
            NoticeQueue(subscription_id=key, subscription=name, build_key=build, build_id=build_id or "")
            for key, name, build, build_id in session.execute(query)
        ]
