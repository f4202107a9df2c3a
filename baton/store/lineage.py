"""Which entries of a build are living: the path from the first entry to the last one of the run that counts."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from baton.domain.fold import fold
from baton.domain.journal import GENESIS, Entry
from baton.domain.view import BuildView
from baton.store.rows import entry_of, handoff_rows
from baton.store.tables import WorkflowEvent, WorkflowHandoff


def make_living(session: Session, build: UUID, tip: Entry) -> tuple[list[Entry], BuildView]:
    """Make the path to ``tip`` (which is stored) the living one and supersede all else; its entries and their view."""
    path = _path(session, build, tip)
    living = [row.id for row in path]
    entries = [entry_of(row) for row in path]
    of_build = update(WorkflowEvent).where(WorkflowEvent.workflow_id == build)
    session.execute(of_build.where(WorkflowEvent.id.not_in(living)).values(superseded=True))
    session.execute(of_build.where(WorkflowEvent.id.in_(living)).values(superseded=False))
    view = fold(entries)
    session.execute(update(WorkflowHandoff).where(WorkflowHandoff.workflow_id == build).values(superseded=True))
    for row in handoff_rows(build, view, entries):
        session.merge(row)
    return entries, view


def _path(session: Session, build: UUID, tip: Entry) -> list[WorkflowEvent]:
    stored = {row.hash: row for row in session.scalars(select(WorkflowEvent).where(WorkflowEvent.workflow_id == build))}
    path = []
    here = tip.hash
    while here != GENESIS:
        path.append(stored[here])
        here = stored[here].prev_hash
    return path[::-1]
