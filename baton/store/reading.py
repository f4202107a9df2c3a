"""What the doors ask the mirror. Rows come back as small frozen values; nothing here changes anything."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Engine, Select, bindparam, func, select
from sqlalchemy.orm import Session, load_only

from baton.domain.journal import Entry
from baton.domain.outside import OutsideEnd
from baton.domain.view import BuildView
from baton.domain.vocabulary import State, Status
from baton.store.browsing import NEWEST_FIRST, Place, Wanted, older
from baton.store.ids import build_key
from baton.store.records import (
    DETAIL_COLUMNS,
    SUMMARY_COLUMNS,
    VIEW_COLUMNS,
    BuildDetail,
    BuildSummary,
    Counts,
    EventRow,
    HandoffRow,
)
from baton.store.rows import end_of, entry_of, shown_view
from baton.store.tables import BuildWorkflow, WorkflowEvent, WorkflowHandoff
from baton.store.transactions import asking, reading

_OF_ONE = BuildWorkflow.id == bindparam("key", type_=BuildWorkflow.id.type)
_DETAIL = select(*DETAIL_COLUMNS).where(_OF_ONE)
_VIEW = select(*VIEW_COLUMNS).where(_OF_ONE)


def get_build(engine: Engine, build_id: str) -> BuildDetail | None:
    """The build, if the mirror has it."""
    with asking(engine) as session:
        row = session.execute(_DETAIL, {"key": build_key(build_id)}).one_or_none()
        return None if row is None else BuildDetail.of(row)


def kept_view(engine: Engine, build_id: str) -> BuildView | None:
    """What :class:`~baton.store.records.BuildDetail` has as its view, if the mirror has the build."""
    with asking(engine) as session:
        row = session.execute(_VIEW, {"key": build_key(build_id)}).one_or_none()
        return None if row is None else shown_view(row)


def find_build(engine: Engine, key: UUID) -> tuple[str, str] | None:
    """The build ID and the project of the build with that primary key, if the mirror has it."""
    with asking(engine) as session:
        query = select(BuildWorkflow.build_id, BuildWorkflow.project_id).where(BuildWorkflow.id == key)
        row = session.execute(query).one_or_none()
        return None if row is None else (row.build_id, row.project_id)


def list_builds(
    engine: Engine,
    *,
    project: str | None = None,
    user: str | None = None,
    state: State | None = None,
    status: Status | None = None,
    limit: int = 50,
    after: str | None = None,
) -> list[BuildSummary]:
    """Builds, newest first. ``after`` is the build ID that the page before ended with.

    Raises ``LookupError`` when the mirror has no build ``after``.
    """
    wanted = Wanted(project=project, user=user, state=state, status=status)
    with reading(engine) as session:
        place = None if after is None else _place(session, after)
        return [BuildSummary.of(row) for row in session.scalars(list_query(wanted, limit, place))]


def list_query(wanted: Wanted, limit: int, after: Place | None) -> Select[BuildWorkflow]:
    """At most ``limit`` builds, after that place."""
    query = select(BuildWorkflow).options(load_only(*SUMMARY_COLUMNS, raiseload=True)).where(*wanted.conditions())
    if after is not None:
        query = query.where(older(*after))
    return query.order_by(*NEWEST_FIRST).limit(limit)


def handoffs(engine: Engine, build_id: str) -> list[HandoffRow]:
    """The handoffs of a build, in order."""
    of_build = WorkflowHandoff.workflow_id == build_key(build_id)
    query = select(WorkflowHandoff).where(of_build, ~WorkflowHandoff.superseded).order_by(WorkflowHandoff.sequence)
    with reading(engine) as session:
        return [HandoffRow.of(row) for row in session.scalars(query)]


def events(engine: Engine, build_id: str, *, include_superseded: bool = False) -> list[EventRow]:
    """The events of a build, in order; with ``include_superseded`` also those that a reset made untrue."""
    with reading(engine) as session:
        rows = _events(session, build_id, include_superseded=include_superseded)
        return [EventRow.of(row) for row in rows]


def journal(engine: Engine, build_id: str) -> list[Entry]:
    """The journal of a build as the mirror has it. :func:`baton.domain.journal.verify` proves it."""
    with reading(engine) as session:
        return [entry_of(row) for row in _events(session, build_id, include_superseded=False)]


def journal_and_end(engine: Engine, build_id: str) -> tuple[list[Entry], OutsideEnd | None]:
    """The journal of a build as the mirror has it, and how the build ended without its journal saying so."""
    with reading(engine) as session:
        row = session.get(BuildWorkflow, build_key(build_id))
        entries = [entry_of(event) for event in _events(session, build_id, include_superseded=False)]
        return entries, None if row is None else end_of(row)


def build_of_entry(engine: Engine, entry_hash: str) -> str | None:
    """The ID of the build that has, or had before a reset, an entry with this hash."""
    query = select(BuildWorkflow.build_id).join(WorkflowEvent, WorkflowEvent.workflow_id == BuildWorkflow.id)
    with reading(engine) as session:
        return session.scalars(query.where(WorkflowEvent.hash == entry_hash).limit(1)).first()


def counts(engine: Engine, build_id: str) -> Counts:
    """How many handoffs and events a build has."""
    key = build_key(build_id)
    with reading(engine) as session:
        of_handoffs = select(func.count()).where(WorkflowHandoff.workflow_id == key, ~WorkflowHandoff.superseded)
        of_events = select(func.count()).where(WorkflowEvent.workflow_id == key, ~WorkflowEvent.superseded)
        return Counts(handoffs=session.scalar(of_handoffs) or 0, events=session.scalar(of_events) or 0)


def _events(session: Session, build_id: str, *, include_superseded: bool) -> Sequence[WorkflowEvent]:
    query = select(WorkflowEvent).where(WorkflowEvent.workflow_id == build_key(build_id))
    if not include_superseded:
        query = query.where(~WorkflowEvent.superseded)
    return session.scalars(query.order_by(WorkflowEvent.sequence, WorkflowEvent.timestamp)).all()


def _place(session: Session, build_id: str) -> Place:
    found = select(BuildWorkflow.created_at, BuildWorkflow.build_id).where(BuildWorkflow.id == build_key(build_id))
    last = session.execute(found).one_or_none()
    if last is None:
        raise LookupError(f"the mirror has no build {build_id!r} to go on after")
    return last.created_at, last.build_id
