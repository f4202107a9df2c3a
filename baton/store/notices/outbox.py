"""What is to be told of new entries, written in the transaction that writes them: neither comes without the other.
So it is with an end outside of the journal, and the row that tells of it.

Only living entries are told. When a reset makes entries untrue, those of them that are still to be sent are dropped,
and the entries that take their place are told; what was delivered stays, as a record of what the receiver knows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from baton.contracts.messages import NoticeQueue
from baton.contracts.notices import ended_outside_notice, notice
from baton.domain.fold import evolve
from baton.domain.journal import Entry
from baton.domain.notices import DeliveryStatus, NoticeKind, SideKind
from baton.domain.view import BuildView
from baton.store.ids import delivery_key, side_delivery_key
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
    """The notices of one build, in one transaction. Without subscriptions it costs one query."""

    def __init__(self, session: Session, build: UUID, build_id: str) -> None:
        self._session = session
        self._build = build
        self._build_id = build_id
        self._interests = interests(session)

    def put(self, before: BuildView | None, entries: Sequence[Entry]) -> None:
        """Queue what is told of ``entries``, which follow ``before``. What was queued before is left alone."""
        interests = [interest for interest in self._interests if any(map(interest.wants, entries))]
        if not interests:
            return
        now = datetime.now(UTC)
        rows = {}
        view = None if before is None else before.model_copy(deep=True)
        for entry in entries:
            view = evolve(view, entry)
            wanting = [one for one in interests if one.wants(entry) and one.follows(view)]
            body = notice(self._build, view, entry).model_dump(mode="json") if wanting else {}
            for interest in wanting:
                key = delivery_key(interest.subscription_id, entry.hash)
                rows[key] = delivery_row(key, interest, self._build, entry.sequence, entry.kind, body, now)
        add_new(self._session, rows)

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
            rows[key] = delivery_row(key, interest, self._build, view.head.sequence, kind, body, now)
        add_new(self._session, rows)

    def keep_only(self, living: Sequence[Entry]) -> None:
        """Drop what is still to be sent of entries that are not ``living`` any more."""
        pending = select(WebhookDelivery.id, WebhookDelivery.subscription_id).where(
            WebhookDelivery.workflow_id == self._build, WebhookDelivery.status == DeliveryStatus.PENDING
        )
        untrue = [
            found.id
            for found in self._session.execute(pending).all()
            if all(found.id != delivery_key(found.subscription_id, entry.hash) for entry in living)
        ]
        if untrue:
            self._session.execute(delete(WebhookDelivery).where(WebhookDelivery.id.in_(untrue)))

    def queues(self) -> list[NoticeQueue]:
        """The queues of this build with something to be sent, whoever has put it there."""
        if not self._interests:
            return []
        waiting = select(WebhookDelivery.subscription_id).distinct()
        waiting = waiting.where(
            WebhookDelivery.workflow_id == self._build, WebhookDelivery.status == DeliveryStatus.PENDING
        )
        found = set(self._session.scalars(waiting))
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


def interests(session: Session) -> list[Interest]:
    """Of all subscriptions that are enabled.

    One that is removed while this transaction runs makes the insert of its notices fail: the write is tried again.
    """
    return [
        Interest(key, name, None if kinds is None else frozenset(kinds), project, since)
        for key, name, kinds, project, since in session.execute(_ENABLED)
    ]


def add_new(session: Session, rows: dict[UUID, WebhookDelivery]) -> None:
    """Add those of ``rows``, by their IDs, that are not there yet."""
    if not rows:
        return
    for known in session.scalars(select(WebhookDelivery.id).where(WebhookDelivery.id.in_(rows))):
        del rows[known]
    session.add_all(rows.values())
    session.flush()


def delivery_row(
    key: UUID,
    interest: Interest,
    build: UUID | None,
    sequence: int,
    kind: NoticeKind,
    body: dict[str, object],
    now: datetime,
) -> WebhookDelivery:
    """What is to be sent to one subscriber. ``build`` is ``None`` for what is of no build."""
    return WebhookDelivery(
        id=key,
        subscription_id=interest.subscription_id,
        workflow_id=build,
        sequence=sequence,
        event_type=kind.value,
        body=body,
        status=DeliveryStatus.PENDING.value,
        attempts=0,
        created_at=now,
    )
