"""Which entries of a build are living: the path from the first entry to the last one of the run that counts."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, delete, insert, select, update

from baton.domain.fold import fold
from baton.domain.journal import GENESIS, Entry
from baton.store.rows import entry_of, handoff_values
from baton.store.tables import WorkflowEvent, WorkflowHandoff


def make_living(connection: Connection, build: UUID, tip: Entry) -> list[Entry]:
    """Make the path to ``tip`` (which is stored) the living one and supersede all else; its entries."""
    path = _path(connection, build, tip)
    living = [row.id for row in path]
    entries = [entry_of(row) for row in path]
    of_build = update(WorkflowEvent).where(WorkflowEvent.workflow_id == build)
    connection.execute(of_build.where(WorkflowEvent.id.not_in(living)).values(superseded=True))
    connection.execute(of_build.where(WorkflowEvent.id.in_(living)).values(superseded=False))
    connection.execute(update(WorkflowHandoff).where(WorkflowHandoff.workflow_id == build).values(superseded=True))
    if handoffs := list(handoff_values(build, fold(entries), entries)):
        keys = [row["id"] for row in handoffs]
        connection.execute(delete(WorkflowHandoff).where(WorkflowHandoff.id.in_(keys)))
        connection.execute(insert(WorkflowHandoff), handoffs)
    return entries


def _path(connection: Connection, build: UUID, tip: Entry) -> list[Row[Any]]:
    of_build = select(WorkflowEvent.__table__).where(WorkflowEvent.workflow_id == build)
    stored = {row.hash: row for row in connection.execute(of_build)}
    path = []
    here = tip.hash
    while here != GENESIS:
        path.append(stored[here])
        here = stored[here].prev_hash
    return path[::-1]
