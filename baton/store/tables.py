"""The tables. Existing reports read them by these names; migrations make them, and a test compares the two."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Double, ForeignKey, Index, Integer, MetaData, Text, Uuid, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from baton.domain.vocabulary import ActorKind, EntryKind, Role, State, Status
from baton.store.columns import Json, UtcDateTime, one_of

_NAMES = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}
_LIVING = text("NOT superseded")


class Base(DeclarativeBase):
    """Knows all tables."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own form
        str: Text,
        int: Integer,
        float: Double,
        datetime: UtcDateTime,
        UUID: Uuid,
        dict[str, Any]: Json,
    }


class BuildWorkflow(Base):
    """One build: its journal, folded."""

    __tablename__ = "build_workflows"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    build_id: Mapped[str] = mapped_column(index=True, unique=True)
    workflow_id: Mapped[str]
    first_run_id: Mapped[str]
    project_id: Mapped[str] = mapped_column(index=True)
    user_id: Mapped[str] = mapped_column(index=True)
    title: Mapped[str]
    profile: Mapped[str]
    current_state: Mapped[str] = mapped_column(index=True)
    acting_role: Mapped[str | None]  # PostgreSQL reads an unquoted current_role as the database user's name
    status: Mapped[str] = mapped_column(index=True)
    progress: Mapped[float]
    created_at: Mapped[datetime] = mapped_column(index=True)
    updated_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
    discovery_phase: Mapped[dict[str, Any]]
    planning_phase: Mapped[dict[str, Any]]
    implementation_phase: Mapped[dict[str, Any]]
    testing_phase: Mapped[dict[str, Any]]
    verification_phase: Mapped[dict[str, Any]]
    deployment_phase: Mapped[dict[str, Any]]
    metadata_: Mapped[dict[str, Any]] = mapped_column("metadata")
    head_sequence: Mapped[int]
    head_hash: Mapped[str]
    view: Mapped[dict[str, Any]]

    __table_args__ = (
        one_of("current_state", State),
        one_of("acting_role", Role),
        one_of("status", Status),
    )


class WorkflowHandoff(Base):
    """One passing of the work from a role to the next. ``to_role`` is NULL at complete."""

    __tablename__ = "workflow_handoffs"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workflow_id: Mapped[UUID] = mapped_column(ForeignKey("build_workflows.id", ondelete="CASCADE"), index=True)
    sequence: Mapped[int]
    from_role: Mapped[str] = mapped_column(index=True)
    to_role: Mapped[str | None]
    from_state: Mapped[str]
    to_state: Mapped[str]
    commit_id: Mapped[str | None]
    data_transferred: Mapped[dict[str, Any]]
    timestamp: Mapped[datetime] = mapped_column(index=True)
    superseded: Mapped[bool]

    __table_args__ = (
        one_of("from_role", Role),
        one_of("to_role", Role),
        one_of("from_state", State),
        one_of("to_state", State),
    )


class WorkflowEvent(Base):
    """One journal entry, whole. Rows that a reset made untrue are kept, as superseded."""

    __tablename__ = "workflow_events"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workflow_id: Mapped[UUID] = mapped_column(ForeignKey("build_workflows.id", ondelete="CASCADE"), index=True)
    sequence: Mapped[int]
    event_type: Mapped[str] = mapped_column(index=True)
    triggered_by: Mapped[str]
    event_data: Mapped[dict[str, Any]]
    timestamp: Mapped[datetime] = mapped_column(index=True)
    actor_kind: Mapped[str]
    actor_id: Mapped[str]
    actor_role: Mapped[str | None]
    command_id: Mapped[str | None]
    prev_hash: Mapped[str]
    hash: Mapped[str]
    superseded: Mapped[bool]

    __table_args__ = (
        one_of("event_type", EntryKind),
        one_of("actor_kind", ActorKind),
        one_of("actor_role", Role),
        Index(
            "uq_workflow_events_sequence",
            "workflow_id",
            "sequence",
            unique=True,
            postgresql_where=_LIVING,
            sqlite_where=_LIVING,
        ),
    )
