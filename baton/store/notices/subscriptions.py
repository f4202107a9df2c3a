"""Who is told of what. Names are unique; a subscription's ID is part of the IDs of its deliveries."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self
from uuid import UUID, uuid4, uuid5

from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from baton.domain.notices import DeliveryStatus, NoticeFormat, NoticeKind, notice_kind
from baton.store.errors import StoreError
from baton.store.ids import NAMESPACE
from baton.store.tables import WebhookDelivery, WebhookSubscription
from baton.store.transactions import reading, writing

_LOCK = uuid5(NAMESPACE, "webhook_subscriptions")


class NoSuchSubscription(StoreError):
    """There is no subscription of that name."""


class SubscriptionExists(StoreError):
    """There is one of that name already."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subscription. The address may itself be a secret (Slack's are): show :func:`baton.webhooks.target.shown`."""

    id: UUID
    name: str
    url: str = field(repr=False)
    format: NoticeFormat
    secrets: tuple[str, ...] = field(repr=False)  # the newest first; each signs
    kinds: tuple[NoticeKind, ...] | None
    project_id: str | None
    created_at: datetime
    created_by: str
    disabled_at: datetime | None
    disabled_reason: str | None

    @classmethod
    def of(cls, row: WebhookSubscription) -> Self:
        """What ``row`` says."""
        return cls(
            id=row.id,
            name=row.name,
            url=row.url,
            format=NoticeFormat(row.format),
            secrets=tuple(row.secret.split()),
            kinds=None if row.event_types is None else tuple(map(notice_kind, row.event_types)),
            project_id=row.project_id,
            created_at=row.created_at,
            created_by=row.created_by,
            disabled_at=row.disabled_at,
            disabled_reason=row.disabled_reason,
        )


def add_subscription(
    engine: Engine,
    name: str,
    url: str,
    *,
    secret: str,
    created_by: str,
    format: NoticeFormat = NoticeFormat.STANDARD,  # noqa: A002 - the column's name
    kinds: Sequence[NoticeKind] | None = None,
    project_id: str | None = None,
) -> Subscription:
    """Subscribe to what happens from now on. Raises :class:`SubscriptionExists`."""
    with writing(engine, _LOCK) as session:
        if _find(session, name) is not None:
            raise SubscriptionExists(f"there is a webhook {name!r} already")
        row = WebhookSubscription(
            id=uuid4(),
            name=name,
            url=url,
            format=format.value,
            secret=secret,
            event_types=None if not kinds else sorted({kind.value for kind in kinds}),
            project_id=project_id,
            created_at=datetime.now(UTC),
            created_by=created_by,
        )
        session.add(row)
        session.flush()
        return Subscription.of(row)


def subscriptions(engine: Engine) -> list[Subscription]:
    """All of them, by name."""
    with reading(engine) as session:
        rows = session.scalars(select(WebhookSubscription).order_by(WebhookSubscription.name))
        return [Subscription.of(row) for row in rows]


def subscription(engine: Engine, name: str) -> Subscription:
    """The one of this name. Raises :class:`NoSuchSubscription`."""
    with reading(engine) as session:
        return Subscription.of(_row(session, name))


def tallies(engine: Engine) -> dict[UUID, dict[DeliveryStatus, int]]:
    """How many deliveries each subscription has of each status; none where there is none."""
    columns = (WebhookDelivery.subscription_id, WebhookDelivery.status)
    with reading(engine) as session:
        found: dict[UUID, dict[DeliveryStatus, int]] = {}
        for key, status, count in session.execute(select(*columns, func.count()).group_by(*columns)):
            found.setdefault(key, {})[DeliveryStatus(status)] = count
        return found


def disable(engine: Engine, name: str, reason: str) -> Subscription:
    """Send it nothing from now on. What is still to be sent stays so. Raises :class:`NoSuchSubscription`."""
    with writing(engine, _LOCK) as session:
        row = _row(session, name)
        set_disabled(row, reason)
        return Subscription.of(row)


def set_disabled(row: WebhookSubscription, reason: str) -> None:
    """Disable ``row``; one that is disabled already keeps its reason."""
    if row.disabled_at is None:
        row.disabled_at, row.disabled_reason = datetime.now(UTC), reason


def enable(engine: Engine, name: str) -> Subscription:
    """Send again: first what was still to be sent when it was disabled, which has a day again.

    Raises :class:`NoSuchSubscription`.
    """
    with writing(engine, _LOCK) as session:
        row = _row(session, name)
        if row.disabled_at is not None:
            row.disabled_at = row.disabled_reason = None
            waiting = WebhookDelivery.subscription_id == row.id, WebhookDelivery.status == DeliveryStatus.PENDING
            anew = {"created_at": datetime.now(UTC), "attempts": 0, "last_attempt_at": None}
            session.execute(update(WebhookDelivery).where(*waiting).values(anew))
        return Subscription.of(row)


def change_secret(engine: Engine, name: str, *secrets: str) -> Subscription:
    """Sign with these from now on, the newest first. Raises :class:`NoSuchSubscription`."""
    with writing(engine, _LOCK) as session:
        row = _row(session, name)
        row.secret = " ".join(secrets)
        return Subscription.of(row)


def remove(engine: Engine, name: str) -> Subscription:
    """Forget it and all of its deliveries. Raises :class:`NoSuchSubscription`."""
    with writing(engine, _LOCK) as session:
        row = _row(session, name)
        gone = Subscription.of(row)
        session.delete(row)
        return gone


def _row(session: Session, name: str) -> WebhookSubscription:
    row = _find(session, name)
    if row is None:
        raise NoSuchSubscription(f"there is no webhook {name!r}")
    return row


def _find(session: Session, name: str) -> WebhookSubscription | None:
    return session.scalars(select(WebhookSubscription).where(WebhookSubscription.name == name)).first()
