"""What is to be told of new entries, written in the transaction that writes them: neither comes without the other.
So it is with an end outside of the journal, and the row that tells of it.

Only living entries are told. When a reset makes entries untrue, those of them that are still to be sent are dropped,
and the entries that take their place are told; what was delivered stays, as a record of what the receiver knows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Connection, delete, insert, select

from baton.contracts.messages import NoticeQueue
from baton.contracts.notices import ended_outside_notice, notice
from baton.domain.journal import Entry
from baton.domain.notices import DeliveryStatus, NoticeKind, SideKind
from baton.domain.view import BuildView
from baton.store.ids import delivery_key, side_delivery_key
from baton.store.rows import Values
from baton.store.tables import WebhookDelivery, WebhookSubscription

_ENABLED = select(
    WebhookSubscription.id,
    WebhookSubscription.name,
    WebhookSubscription.event_types,
    WebhookSubscription.project_id,
    WebhookSubscription.created_at,
).where(WebhookSubscription.disabled_at.is_(None))


@dataclass(frozen=True, slots=True)
class Interest:
    """What a subscriber wants to be told of."""

    subscription_id: UUID
    name: str
    event_types: frozenset[str] | None
    project_id: str | None
    since: datetime

    def wants(self, entry: Entry) -> bool:
        """Whether it is told of ``entry``, of whatever project: not of what happened before it subscribed."""
        return entry.at >= self.since and self.hears_of(entry.kind)

    def hears_of(self, kind: NoticeKind) -> bool:
        """Whether it is told of that kind of thing."""
        return self.event_types is None or kind.value in self.event_types

    def follows(self, view: BuildView) -> bool:
        """Whether the subscriber wants to hear of this build at all."""
        return self.project_id is None or self.project_id == view.project_id


class NoticeOutbox:
    """The notices of one build to those of ``interests`` who want them, in one transaction."""

    def __init__(self, connection: Connection, build: UUID, build_id: str, interests: Sequence[Interest]) -> None:
        self._connection = connection
        self._build = build
        self._build_id = build_id
        self._interests = interests
        self._rows: dict[UUID, Values] = {}

    def take(self, view: BuildView, entry: Entry) -> None:
        """Take down what is told of ``entry``, after which ``view`` is true, for :meth:`put`."""
        wanting = [one for one in self._interests if one.wants(entry) and one.follows(view)]
        body = notice(self._build, view, entry).model_dump(mode="json") if wanting else {}
        now = datetime.now(UTC)
        for interest in wanting:
            key = delivery_key(interest.subscription_id, entry.hash)
            self._rows[key] = delivery_values(key, interest, self._build, entry.sequence, entry.kind, body, now)

    def put(self) -> None:
        """Queue what was taken down. What was queued before is left alone."""
        add_new(self._connection, self._rows)

    def put_end(self, view: BuildView) -> None:
        """Queue what is told of a build that ended outside of its journal, as ``view`` says; once for each such end."""
        end = view.ended_outside
        if end is None:
            return
        wanting = [one for one in self._interests if one.hears_of(SideKind.ENDED_OUTSIDE) and one.follows(view)]
        body = ended_outside_notice(self._build, view, end).model_dump(mode="json") if wanting else {}
        rows = {}
        for interest in wanting:
            key = side_delivery_key(interest.subscription_id, f"{self._build} {end.kind.value} {end.at.isoformat()}")
            kind, now = SideKind.ENDED_OUTSIDE, datetime.now(UTC)
            rows[key] = delivery_values(key, interest, self._build, view.head.sequence, kind, body, now)
        add_new(self._connection, rows)

    def keep_only(self, living: Sequence[Entry]) -> None:
        """Drop what is still to be sent of entries that are not ``living`` any more."""
        pending = select(WebhookDelivery.id, WebhookDelivery.subscription_id).where(
            WebhookDelivery.workflow_id == self._build, WebhookDelivery.status == DeliveryStatus.PENDING
        )
        untrue = [
            found.id
            for found in self._connection.execute(pending).all()
            if all(found.id != delivery_key(found.subscription_id, entry.hash) for entry in living)
        ]
        if untrue:
            self._connection.execute(delete(WebhookDelivery).where(WebhookDelivery.id.in_(untrue)))

    def queues(self) -> list[NoticeQueue]:
        """The queues of this build with something to be sent, whoever has put it there."""
        if not self._interests:
            return []
        waiting = select(WebhookDelivery.subscription_id).distinct()
        waiting = waiting.where(
            WebhookDelivery.workflow_id == self._build, WebhookDelivery.status == DeliveryStatus.PENDING
        )
        found = set(self._connection.scalars(waiting))
        return [
            NoticeQueue(
                subscription_id=interest.subscription_id,
                subscription=interest.name,
                build_key=self._build,
                build_id=self._build_id,
            )
            for interest in self._interests
            if interest.subscription_id in found
        ]


def interests(connection: Connection) -> list[Interest]:
    """Of all subscriptions that are enabled.

    One that is removed while this transaction runs makes the insert of its notices fail: the write is tried again.
    """
    return [
        Interest(key, name, None if kinds is None else frozenset(kinds), project, since)
        for key, name, kinds, project, since in connection.execute(_ENABLED)
    ]


def add_new(connection: Connection, rows: dict[UUID, Values]) -> None:
    """Add those of ``rows``, by their IDs, that are not there yet."""
    if not rows:
        return
    known = set(connection.scalars(select(WebhookDelivery.id).where(WebhookDelivery.id.in_(rows))))
    if new := [row for key, row in rows.items() if key not in known]:
        connection.execute(insert(WebhookDelivery), new)


def delivery_values(
    key: UUID,
    interest: Interest,
    build: UUID | None,
    sequence: int,
    kind: NoticeKind,
    body: dict[str, object],
    now: datetime,
) -> Values:
    """What is to be sent to one subscriber. ``build`` is ``None`` for what is of no build."""
    return {
        "id": key,
        "subscription_id": interest.subscription_id,
        "workflow_id": build,
        "sequence": sequence,
        "event_type": kind.value,
        "body": body,
        "status": DeliveryStatus.PENDING.value,
        "attempts": 0,
        "created_at": now,
    }
