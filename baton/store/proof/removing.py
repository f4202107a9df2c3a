"""Removing rows that no journal makes."""

from uuid import UUID

from sqlalchemy import Engine, delete

from baton.store.proof.entries import chain_to
from baton.store.proof.stored import StoredBuild, rows_of
from baton.store.tables import BuildWorkflow, WorkflowEvent, WorkflowHandoff
from baton.store.transactions import writing


def remove_without_journal(engine: Engine, key: UUID) -> bool:
    """Remove what is stored under ``key`` and belongs to no journal; whether there was such a thing.

    That is a build's row without a single entry, or entries without a build's row that do not lead back to a first one.
    """
    with writing(engine, lock=key) as session:
        stored = rows_of(session, key)
        if stored.empty or (stored.events and (stored.build or _leads_back(stored))):
            return False
        session.execute(delete(WorkflowEvent).where(WorkflowEvent.workflow_id == key))
        session.execute(delete(WorkflowHandoff).where(WorkflowHandoff.workflow_id == key))
        session.execute(delete(BuildWorkflow).where(BuildWorkflow.id == key))
        return True


def _leads_back(stored: StoredBuild) -> bool:
    return any(chain_to(row["hash"], stored.events) for row in stored.events)
