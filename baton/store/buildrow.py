"""The row of one build as its writer finds it, and the change of it: what differs is written, and nothing else."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, Uuid, bindparam, insert, literal, select, update

from baton.domain.view import BuildView
from baton.store.rows import build_values
from baton.store.tables import BuildWorkflow, WebhookSubscription, WorkflowEvent

_COLUMNS = BuildWorkflow.__mapper__.columns
_KEY = bindparam("key", type_=Uuid())
_ANY_EVENT = select(WorkflowEvent.id).where(WorkflowEvent.id.in_(bindparam("events", type_=Uuid(), expanding=True)))
_ANY_SUBSCRIBER = select(WebhookSubscription.id).where(WebhookSubscription.disabled_at.is_(None))
_FIND: Select[Any] = select(
    *(column.label(name) for name, column in _COLUMNS.items()),
    _ANY_EVENT.exists().label("knows_events"),
    _ANY_SUBSCRIBER.exists().label("has_subscribers"),
).select_from(select(literal(1)).subquery("one").outerjoin(BuildWorkflow.__table__, BuildWorkflow.id == _KEY))
_INSERT = insert(BuildWorkflow)
_UPDATE = update(BuildWorkflow).where(BuildWorkflow.id == _KEY)


@dataclass(frozen=True, slots=True)
class Found:
    """What is there before a write: the build's row, by attribute, if there is one.

    ``knows_events`` says whether any of the events that were asked for is stored, ``has_subscribers`` whether anybody
    is told of builds.
    """

    row: Row[Any] | None
    knows_events: bool
    has_subscribers: bool


def find_build(connection: Connection, key: UUID, events: Collection[UUID]) -> Found:
    """What is there of a build and of ``events``, in one question."""
    row = connection.execute(_FIND, {"key": key, "events": list(events)}).one()
    return Found(None if row.id is None else row, row.knows_events, row.has_subscribers)


def put_build(connection: Connection, key: UUID, row: Row[Any] | None, view: BuildView) -> None:
    """Make the row of a build, ``row`` before, say what ``view`` says."""
    values = build_values(view)
    if row is None:
        connection.execute(_INSERT, {_column(name): value for name, value in values.items()} | {"id": key})
        return
    known = row._mapping
    changed = {_column(name): value for name, value in values.items() if known[name] != value}
    if changed:
        connection.execute(_UPDATE, changed | {"key": key})


def _column(attribute: str) -> str:
    return str(_COLUMNS[attribute].name)
