"""What stands in the rows: journal entries and views to columns, and back."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import Row

from baton.domain.actors import Actor
from baton.domain.handing import handed_over
from baton.domain.journal import Entry, Head
from baton.domain.outside import OutsideEnd
from baton.domain.view import BuildView, HandoffRecord
from baton.domain.vocabulary import ActorKind
from baton.store.ids import event_key, handoff_key
from baton.store.tables import BuildWorkflow, WorkflowEvent

Values = dict[str, Any]
"""A row's values, by attribute."""


def event_values(build: UUID, entry: Entry, *, superseded: bool) -> Values:
    """The row of ``entry``."""
    actor = entry.actor
    return {
        "id": event_key(build, entry.hash),
        "workflow_id": build,
        "sequence": entry.sequence,
        "event_type": entry.kind.value,
        "triggered_by": triggered_by(actor),
        "event_data": entry.data,
        "timestamp": entry.at,
        "actor_kind": actor.kind.value,
        "actor_id": actor.id,
        "actor_role": None if actor.role is None else actor.role.value,
        "command_id": entry.command_id,
        "prev_hash": entry.prev_hash,
        "hash": entry.hash,
        "superseded": superseded,
    }


def triggered_by(actor: Actor) -> str:
    """Who did it, in one word for reports: the role played, ``system``, or the person's own ID."""
    if actor.role is not None:
        return actor.role.value
    return "system" if actor.kind is ActorKind.SYSTEM else actor.id


def entry_of(row: WorkflowEvent | Row[Any]) -> Entry:
    """The entry that ``row`` holds, exactly."""
    return Entry.model_validate(
        {
            "sequence": row.sequence,
            "kind": row.event_type,
            "actor": {"kind": row.actor_kind, "id": row.actor_id, "role": row.actor_role},
            "at": row.timestamp,
            "data": row.event_data,
            "command_id": row.command_id,
            "prev_hash": row.prev_hash,
            "hash": row.hash,
        }
    )


def handoff_values(build: UUID, view: BuildView, entries: Iterable[Entry]) -> Iterator[Values]:
    """The rows of the handoffs in ``view`` that ``entries`` made."""
    made = {entry.sequence: entry for entry in entries}
    for record in view.handoff_history:
        if record.sequence in made:
            yield _handoff_values(build, record, made[record.sequence])


def _handoff_values(build: UUID, record: HandoffRecord, entry: Entry) -> Values:
    return {
        "id": handoff_key(build, entry.hash),
        "workflow_id": build,
        "sequence": record.sequence,
        "from_role": record.from_role.value,
        "to_role": None if record.to_role is None else record.to_role.value,
        "from_state": record.from_state.value,
        "to_state": record.to_state.value,
        "commit_id": record.commit,
        "data_transferred": handed_over(entry),
        "timestamp": record.timestamp,
        "superseded": False,
    }


def set_build(row: BuildWorkflow, view: BuildView, end: OutsideEnd | None = None) -> None:
    """Make ``row`` say what ``view`` says, a fold, and how its workflow was ended outside of its journal, if it was."""
    for name, value in build_values(view, end).items():
        setattr(row, name, value)


def build_values(view: BuildView, end: OutsideEnd | None = None) -> Values:
    """The columns of a build's row but for its ID and run, by attribute. The column ``view`` is the fold alone."""
    folded = view.model_dump(mode="json")
    phases = {f"{phase}_phase": record for phase, record in folded["phases"].items()}
    view, origin = view.cut_off(end), view.forked_from
    return (
        _outside_values(view.ended_outside)
        | phases
        | {
            "build_id": view.build_id,
            "workflow_id": view.workflow_id,
            "first_run_id": view.first_run_id,
            "project_id": view.project_id,
            "user_id": view.user_id,
            "title": view.request.title,
            "profile": view.request.profile,
            "current_state": view.current_state.value,
            "acting_role": None if view.current_role is None else view.current_role.value,
            "status": view.status.value,
            "progress": view.progress,
            "created_at": view.created_at,
            "updated_at": view.updated_at,
            "completed_at": view.completed_at,
            "waiting_kind": None if view.waiting_for is None else view.waiting_for.kind,
            "waiting_what": None if view.waiting_for is None else view.waiting_for.what,
            "waiting_command": None if view.waiting_for is None else view.waiting_for.command,
            "waiting_deadline": None if view.waiting_for is None else view.waiting_for.deadline,
            "phase_runs": view.ledger.phase_runs,
            "rework_rounds": view.ledger.rework_rounds,
            "tokens": view.ledger.tokens,
            "cost_usd": view.ledger.cost_usd,
            "forked_from": None if origin is None else origin.build_id,
            "forked_sequence": None if origin is None else origin.sequence,
            "forked_phase": None if origin is None else origin.phase.value,
            "metadata_": view.request.metadata,
            "head_sequence": view.head.sequence,
            "head_hash": view.head.hash,
            "view": folded,
        }
    )


def _outside_values(end: OutsideEnd | None) -> Values:
    return {
        "ended_outside": None if end is None else end.kind.value,
        "ended_outside_at": None if end is None else end.at,
        "ended_outside_by": None if end is None else end.by,
        "ended_outside_reason": None if end is None else end.reason,
    }


def outside_end(values: Mapping[str, Any]) -> OutsideEnd | None:
    """How a build ended outside of its journal, by the columns of its row; ``None`` also where they make no sense."""
    if values["ended_outside"] is None:
        return None
    try:
        return OutsideEnd(
            kind=values["ended_outside"],
            at=values["ended_outside_at"],
            by=values["ended_outside_by"],
            reason=values["ended_outside_reason"],
        )
    except ValidationError:
        return None


def end_of(row: BuildWorkflow | Row[Any]) -> OutsideEnd | None:
    """How the build of ``row`` ended outside of its journal, if it did."""
    return outside_end({name: getattr(row, name) for name in _outside_values(None)})


def shown_view(row: BuildWorkflow | Row[Any]) -> BuildView:
    """What is true of the build, its end outside of its journal included."""
    return view_of(row).cut_off(end_of(row))


def view_of(row: BuildWorkflow | Row[Any]) -> BuildView:
    """The view that ``row`` holds: its journal, folded."""
    view = BuildView.model_validate(row.view)
    # JSONB does not keep the order of keys, and the oldest command is the first to be forgotten.
    view.commands = dict(sorted(view.commands.items(), key=lambda item: item[1]))
    return view


def head_of(row: BuildWorkflow | Row[Any] | None) -> Head:
    """Where the living journal ends."""
    return Head() if row is None else Head(sequence=row.head_sequence, hash=row.head_hash)
