"""Removing rows that no journal makes."""

from uuid import UUID

from sqlalchemy import Engine, delete
from sqlalchemy.orm import Session

from baton.store.ids import build_key
from baton.store.proof.entries import chain_to
from baton.store.proof.stored import StoredBuild, rows_of, stored_build
from baton.store.tables import BuildWorkflow, WorkflowEvent, WorkflowHandoff
from baton.store.transactions import writing


def remove_without_journal(engine: Engine, build_id: str) -> bool:
    """Remove a build's row and its handoffs, unless it has a single entry; whether there was such a thing."""
    key = build_key(build_id)
    with writing(engine, lock=key) as session:
        stored = stored_build(session, build_id)
        if stored.empty or stored.events:
            return False
        _remove(session, key)
        for row in stored.usurpers:
            _remove(session, row["id"])
        return True


def remove_nameless(engine: Engine, key: UUID) -> bool:
    """Remove entries and handoffs without a build's row that lead back to no first entry; whether there were any."""
    with writing(engine, lock=key) as session:
        stored = rows_of(session, key)
        if stored.empty or stored.build is not None or _leads_back(stored):
            return False
        _remove(session, key)
        return True


def _leads_back(stored: StoredBuild) -> bool:
    return any(chain_to(row["hash"], stored.events) for row in stored.events)


def _remove(session: Session, key: UUID) -> None:
    session.execute(delete(WorkflowEvent).where(WorkflowEvent.workflow_id == key))
    session.execute(delete(WorkflowHandoff).where(WorkflowHandoff.workflow_id == key))
    session.execute(delete(BuildWorkflow).where(BuildWorkflow.id == key))
