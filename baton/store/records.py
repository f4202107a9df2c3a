"""What the mirror answers with: small frozen values."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import Row

from baton.domain.journal import Head
from baton.domain.outside import OutsideKind
from baton.domain.view import BuildView
from baton.domain.vocabulary import EntryKind, Phase, Role, State, Status
from baton.store.rows import head_of, shown_view
from baton.store.tables import BuildWorkflow, WorkflowEvent, WorkflowHandoff


@dataclass(frozen=True, slots=True)
class BuildSummary:
    """One build, for lists."""

    build_id: str
    workflow_id: str
    project_id: str
    user_id: str
    title: str
    profile: str
    current_state: State
    current_role: Role | None
    status: Status
    progress: float
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None
    ended_outside: OutsideKind | None

    @classmethod
    def of(cls, row: BuildWorkflow | Row[Any]) -> Self:
        """What ``row`` says."""
        return cls(
            build_id=row.build_id,
            workflow_id=row.workflow_id,
            project_id=row.project_id,
            user_id=row.user_id,
            title=row.title,
            profile=row.profile,
            current_state=State(row.current_state),
            current_role=None if row.acting_role is None else Role(row.acting_role),
            status=Status(row.status),
            progress=row.progress,
            created_at=row.created_at,
            updated_at=row.updated_at,
            completed_at=row.completed_at,
            ended_outside=None if row.ended_outside is None else OutsideKind(row.ended_outside),
        )


SUMMARY_COLUMNS = (
    BuildWorkflow.build_id,
    BuildWorkflow.workflow_id,
    BuildWorkflow.project_id,
    BuildWorkflow.user_id,
    BuildWorkflow.title,
    BuildWorkflow.profile,
    BuildWorkflow.current_state,
    BuildWorkflow.acting_role,
    BuildWorkflow.status,
    BuildWorkflow.progress,
    BuildWorkflow.created_at,
    BuildWorkflow.updated_at,
    BuildWorkflow.completed_at,
    BuildWorkflow.ended_outside,
)
"""What a summary needs of a row; the rest of it can be large."""


@dataclass(frozen=True, slots=True)
class BuildDetail:
    """One build, whole. ``phases`` and ``metadata`` are the row's JSON, ``view`` what is true of it."""

    summary: BuildSummary
    first_run_id: str
    head: Head
    phases: dict[Phase, dict[str, Any]]
    metadata: dict[str, Any]
    view: BuildView

    @classmethod
    def of(cls, row: BuildWorkflow | Row[Any]) -> Self:
        """What ``row`` says, which has :data:`DETAIL_COLUMNS`."""
        return cls(
            summary=BuildSummary.of(row),
            first_run_id=row.first_run_id,
            head=head_of(row),
            phases={phase: getattr(row, f"{phase.value}_phase") for phase in Phase},
            metadata=row.metadata_,
            view=shown_view(row),
        )


_END_COLUMNS = (
    BuildWorkflow.ended_outside_at,
    BuildWorkflow.ended_outside_by,
    BuildWorkflow.ended_outside_reason,
)
VIEW_COLUMNS = (BuildWorkflow.view, BuildWorkflow.ended_outside, *_END_COLUMNS)
"""What the view of a build needs of its row."""

DETAIL_COLUMNS = (
    *SUMMARY_COLUMNS,
    BuildWorkflow.first_run_id,
    BuildWorkflow.head_sequence,
    BuildWorkflow.head_hash,
    *(getattr(BuildWorkflow, f"{phase.value}_phase") for phase in Phase),
    BuildWorkflow.metadata_,
    BuildWorkflow.view,
    *_END_COLUMNS,
)
"""What one whole build needs of its row. Read as columns: to have the ORM keep the row takes as long again."""


@dataclass(frozen=True, slots=True)
class HandoffRow:
    """One handoff and what was handed over."""

    sequence: int
    from_role: Role
    to_role: Role | None
    from_state: State
    to_state: State
    commit: str | None
    data_transferred: dict[str, Any]
    timestamp: datetime

    @classmethod
    def of(cls, row: WorkflowHandoff) -> Self:
        """What ``row`` says."""
        return cls(
            sequence=row.sequence,
            from_role=Role(row.from_role),
            to_role=None if row.to_role is None else Role(row.to_role),
            from_state=State(row.from_state),
            to_state=State(row.to_state),
            commit=row.commit_id,
            data_transferred=row.data_transferred,
            timestamp=row.timestamp,
        )


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event, as reports see it."""

    sequence: int
    event_type: EntryKind
    triggered_by: str
    event_data: dict[str, Any]
    timestamp: datetime
    superseded: bool

    @classmethod
    def of(cls, row: WorkflowEvent) -> Self:
        """What ``row`` says."""
        return cls(
            sequence=row.sequence,
            event_type=EntryKind(row.event_type),
            triggered_by=row.triggered_by,
            event_data=row.event_data,
            timestamp=row.timestamp,
            superseded=row.superseded,
        )


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows a build has; superseded ones are not counted."""

    handoffs: int
    events: int
