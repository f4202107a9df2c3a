"""Looking at deliveries, and having them sent again."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Engine, select
from sqlalchemy.orm import defer

from baton.domain.notices import DeliveryStatus, NoticeKind, notice_kind
from baton.store.tables import BuildWorkflow, WebhookDelivery
from baton.store.transactions import reading, writing


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery, without its body. ``build_id`` is ``None`` for one of no build."""

    id: UUID
    build_id: str | None
    sequence: int
    kind: NoticeKind
    status: DeliveryStatus
    attempts: int
    queued_at: datetime
    last_attempt_at: datetime | None
    ended_at: datetime | None
    last_error: str | None


def deliveries(
    engine: Engine, subscription: UUID, *, status: DeliveryStatus | None = None, limit: int = 50
) -> list[Delivery]:
    """Those of a subscription, what was queued last first."""
    query = (
        select(WebhookDelivery, BuildWorkflow.build_id)
        .outerjoin(BuildWorkflow, BuildWorkflow.id == WebhookDelivery.workflow_id)
        .where(WebhookDelivery.subscription_id == subscription)
        .options(defer(WebhookDelivery.body))
        .order_by(WebhookDelivery.created_at.desc(), WebhookDelivery.sequence.desc())
        .limit(limit)
    )
    if status is not None:
        query = query.where(WebhookDelivery.status == status.value)
    with reading(engine) as session:
        return [_of(row, build_id) for row, build_id in session.execute(query)]


def redeliver(engine: Engine, subscription: UUID, *, delivery: UUID | None = None) -> int:
    """Queue one delivery again, or without one all that are parked; how many that were.

    They keep their IDs, by which the receiver knows them, and have a day again.
    """
    query = select(WebhookDelivery).where(WebhookDelivery.subscription_id == subscription)
    query = query.options(defer(WebhookDelivery.body))
    query = query.where(
        WebhookDelivery.id == delivery
        if delivery is not None
        else WebhookDelivery.status == DeliveryStatus.PARKED.value
    )
    with writing(engine, subscription) as session:
        rows = session.scalars(query).all()
        for row in rows:
            row.status = DeliveryStatus.PENDING.value
            row.attempts = 0
            row.created_at = datetime.now(UTC)
            row.last_attempt_at = row.ended_at = None
        return len(rows)


def _of(row: WebhookDelivery, build_id: str | None) -> Delivery:
    return Delivery(
        id=row.id,
        build_id=build_id,
        sequence=row.sequence,
        kind=notice_kind(row.event_type),
        status=DeliveryStatus(row.status),
        attempts=row.attempts,
        queued_at=row.created_at,
        last_attempt_at=row.last_attempt_at,
        ended_at=row.ended_at,
        last_error=row.last_error,
    )
