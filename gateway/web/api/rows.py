"""A build as lists tell of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from baton.contracts.names import workflow_id
from baton.domain.outside import OutsideKind
from baton.domain.vocabulary import Role, State, Status
from baton.store.browsing import BuildLine
from baton.store.ids import build_key
from gateway.web.site import Site


class BuildRow(BaseModel):
    """One build, as SQL has it."""

    workflow_id: UUID
    temporal_workflow_id: str = Field(examples=["build-slugify-1"])
    build_id: str = Field(examples=["slugify-1"])
    project_id: str
    user_id: str
    title: str
    current_state: State
    current_role: Role | None
    status: Status
    progress: float = Field(description="percent of the phases that are completed")
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None
    waiting_kind: str | None = Field(description="report, approval, answer, decision or resume; null when it moves")
    waiting_what: str | None = Field(description="what for, for people")
    waiting_deadline: datetime | None
    rework_rounds: int
    ended_outside: OutsideKind | None = Field(
        description="how its workflow was ended in Temporal without its journal saying so"
    )

    @classmethod
    def of(cls, line: BuildLine) -> Self:
        """What ``line`` says."""
        return cls(
            workflow_id=build_key(line.build_id),
            temporal_workflow_id=workflow_id(line.build_id),
            build_id=line.build_id,
            project_id=line.project_id,
            user_id=line.user_id,
            title=line.title,
            current_state=line.state,
            current_role=line.role,
            status=line.status,
            progress=line.progress,
            created_at=line.created_at,
            updated_at=line.updated_at,
            completed_at=line.completed_at,
            waiting_kind=line.waiting_kind,
            waiting_what=line.waiting_what,
            waiting_deadline=line.waiting_deadline,
            rework_rounds=line.rework_rounds,
            ended_outside=line.ended_outside,
        )


class Listed(BaseModel):
    """What every answer from SQL says of itself."""

    notice: str | None = Field(
        default=None, description="Temporal is away: nothing moves, and what is told is what SQL had last"
    )


def notice(site: Site) -> str | None:
    """What lists say while Temporal is away."""
    away = site.temporal.away
    return None if away is None else f"{away}. This is what SQL had last"


def rows(lines: Sequence[BuildLine]) -> list[BuildRow]:
    """``lines`` as they are told."""
    return [BuildRow.of(line) for line in lines]
