"""Whether the mirror says the same as a journal."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from baton.domain.fold import fold
from baton.domain.journal import Entry
from baton.domain.view import BuildView
from baton.store.ids import build_key
from baton.store.rows import build_values, entry_of, handoff_rows, view_of
from baton.store.tables import BuildWorkflow, WorkflowEvent, WorkflowHandoff
from baton.store.transactions import reading

_HANDOFF_COLUMNS = [column.key for column in WorkflowHandoff.__mapper__.column_attrs]


def differences(engine: Engine, entries: Sequence[Entry]) -> list[str]:
    """In what the rows of a build differ from its whole journal ``entries``; empty when they say the same."""
    view = fold(entries)
    with reading(engine) as session:
        row = session.get(BuildWorkflow, build_key(view.build_id))
        if row is None:
            return [f"build {view.build_id!r} is missing"]
        return [*_events(session, row, entries), *_handoffs(session, row, view, entries), *_build(row, view)]


def _events(session: Session, row: BuildWorkflow, entries: Sequence[Entry]) -> Iterator[str]:
    query = select(WorkflowEvent).where(WorkflowEvent.workflow_id == row.id, ~WorkflowEvent.superseded)
    stored = {event.sequence: entry_of(event) for event in session.scalars(query)}
    for entry in entries:
        found = stored.pop(entry.sequence, None)
        if found is None:
            yield f"entry {entry.sequence} ({entry.kind.value}) is missing"
        elif found.hash != entry.hash:
            yield f"entry {entry.sequence} is another: {found.kind.value} {found.hash[:12]}, not {entry.hash[:12]}"
        elif found != entry:
            names = [name for name in Entry.model_fields if getattr(found, name) != getattr(entry, name)]
            yield f"entry {entry.sequence} was changed: {', '.join(names)}"
    for sequence, surplus in sorted(stored.items()):
        yield f"entry {sequence} ({surplus.kind.value}) is not in the journal"


def _handoffs(session: Session, row: BuildWorkflow, view: BuildView, entries: Sequence[Entry]) -> Iterator[str]:
    query = select(WorkflowHandoff).where(WorkflowHandoff.workflow_id == row.id, ~WorkflowHandoff.superseded)
    stored = {handoff.sequence: handoff for handoff in session.scalars(query)}
    for wanted in handoff_rows(row.id, view, entries):
        found = stored.pop(wanted.sequence, None)
        if found is None:
            yield f"the handoff of entry {wanted.sequence} is missing"
            continue
        names = [name for name in _HANDOFF_COLUMNS if getattr(found, name) != getattr(wanted, name)]
        if names:
            yield f"the handoff of entry {wanted.sequence} differs: {', '.join(names)}"
    for sequence in sorted(stored):
        yield f"the handoff of entry {sequence} is not in the journal"


def _build(row: BuildWorkflow, view: BuildView) -> Iterator[str]:
    wanted: dict[str, Any] = build_values(view)
    del wanted["view"]
    for name, value in wanted.items():
        found = getattr(row, name)
        if found != value:
            yield f"the build's {name.rstrip('_')} is {_shown(found)}, not {_shown(value)}"
    if view_of(row) != view:
        yield "the build's view is not its journal folded"


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
