"""What SQL believes of builds' workflows, and writing down what Temporal says instead, beside the journal."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, delete, func, select
from sqlalchemy.orm import Session

from baton.contracts.messages import NoticeQueue
from baton.domain.journal import Head
from baton.domain.notices import DeliveryStatus
from baton.domain.outside import OutsideEnd
from baton.store.ids import build_key, delivery_key
from baton.store.notices.outbox import NoticeOutbox, interests
from baton.store.rows import head_of, set_build, shown_view, view_of
from baton.store.tables import BuildWorkflow, WebhookDelivery, WorkflowEvent
from baton.store.transactions import reading, writing

_B = BuildWorkflow
_BELIEVED = (
    _B.id,
    _B.build_id,
    _B.head_sequence,
    _B.head_hash,
    func.coalesce(_B.run_id, _B.first_run_id),
    _B.completed_at.is_not(None),
    _B.ended_outside.is_not(None),
)


@dataclass(frozen=True, slots=True)
class Believed:
    """What SQL says of one build. ``run_id`` is the newest run of which it knows that it says the same.

    ``ended`` is true of every end, ``outside`` of one that Temporal told and the journal does not.
    """

    key: UUID
    build_id: str
    head: Head
    run_id: str
    ended: bool
    outside: bool


def in_progress(engine: Engine, *, after: UUID | None = None, limit: int) -> list[Believed]:
    """Builds that SQL does not call ended, by their keys: those that follow ``after``."""
    query = select(*_BELIEVED).where(_B.completed_at.is_(None)).order_by(_B.id).limit(limit)
    if after is not None:
        query = query.where(_B.id > after)
    with reading(engine) as session:
        return [_believed(values) for values in session.execute(query)]


def believed(engine: Engine, build_ids: Collection[str]) -> dict[str, Believed]:
    """The builds of these IDs that SQL has, by their IDs."""
    query = select(*_BELIEVED).where(_B.id.in_([build_key(build_id) for build_id in build_ids]))
    with reading(engine) as session:
        return {found.build_id: found for found in map(_believed, session.execute(query))}


def record_end(engine: Engine, build_id: str, seen: Head, end: OutsideEnd) -> list[NoticeQueue] | None:
    """Say of a build how it ended outside of its journal; the queues of its notices, which have something to be sent.

    ``None``, and nothing is written, when its journal no longer ends in ``seen``, or when SQL calls it ended already.
    """
    key = build_key(build_id)
    with writing(engine, lock=key) as session:
        row = session.get(BuildWorkflow, key)
        if row is None or row.completed_at is not None or head_of(row) != seen:
            return None
        set_build(row, view_of(row), end)
        session.flush()
        connection = session.connection()
        notices = NoticeOutbox(connection, key, build_id, interests(connection))
        notices.put_end(shown_view(row))
        return notices.queues()


def record_life(engine: Engine, build_id: str, run_id: str | None = None) -> bool:
    """Say of a build that it has not ended outside of its journal; with ``run_id`` that SQL says what that run says.

    What was still to be sent of entries, or of an end, that are no longer true is dropped. Whether it was called ended.
    """
    key = build_key(build_id)
    with writing(engine, lock=key) as session:
        row = session.get(BuildWorkflow, key)
        if row is None:
            return False
        was_ended = row.ended_outside is not None
        if was_ended:
            set_build(row, view_of(row))
        row.run_id = run_id or row.run_id
        _drop_untrue(session, key)
        return was_ended


def _drop_untrue(session: Session, build: UUID) -> None:
    """Forget what is still to be sent and is of no living entry."""
    pending = session.execute(
        select(WebhookDelivery.id, WebhookDelivery.subscription_id).where(
            WebhookDelivery.workflow_id == build, WebhookDelivery.status == DeliveryStatus.PENDING
        )
    ).all()
    if not pending:
        return
    living = select(WorkflowEvent.hash).where(WorkflowEvent.workflow_id == build, ~WorkflowEvent.superseded)
    hashes = session.scalars(living).all()
    untrue = [one.id for one in pending if all(one.id != delivery_key(one.subscription_id, hash_) for hash_ in hashes)]
    session.execute(delete(WebhookDelivery).where(WebhookDelivery.id.in_(untrue)))


def _believed(values: Sequence[Any]) -> Believed:
    key, build_id, sequence, digest, run_id, ended, outside = values
    return Believed(key, build_id, Head(sequence=sequence, hash=digest), run_id, ended=ended, outside=outside)
