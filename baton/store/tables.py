"""The tables. Existing reports read them by these names; migrations make them, and a test compares the two."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Double, ForeignKey, Index, Integer, MetaData, Text, Uuid, false, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from baton.domain.notices import DeliveryStatus, NoticeFormat
from baton.domain.outside import OutsideKind
from baton.domain.vocabulary import AccessRole, ActorKind, EntryKind, Role, State, Status
from baton.store.columns import Json, UtcDateTime, one_of

_NAMES = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}
_LIVING = text("NOT superseded")
_PAGES = {
    "page": ("created_at", "build_id"),
    "project_page": ("project_id", "created_at", "build_id"),
    "user_states_page": ("user_id", "created_at", "build_id", "project_id", "current_state", "status"),
    "state_page": ("current_state", "created_at", "build_id"),
    "status_page": ("status", "created_at", "build_id"),
    "state_status_page": ("current_state", "status", "created_at", "build_id"),
    "project_state_page": ("project_id", "current_state", "created_at", "build_id"),
    "project_status_page": ("project_id", "status", "created_at", "build_id"),
}
"""Indexes for the pages of lists, newest first, with each filter, and with two at once.

That of a user holds project, state and status behind the key: no user has so many builds that looking at them there
takes long.
"""


def _partly(name: str, *columns: str, on: str, in_sqlite: str | None = None) -> Index:
    where, there = text(on), text(in_sqlite or on)
    return Index(f"ix_build_workflows_{name}", *columns, postgresql_where=where, sqlite_where=there)


def _open(name: str, *columns: str, also: str = "") -> Index:
    """Of builds without a summary, said as each database does."""
    return _partly(name, *columns, on=f"NOT summarized{also}", in_sqlite=f"summarized = 0{also}")


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
        list[str]: Json,
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
    updated_at: Mapped[datetime] = mapped_column(index=True)
    completed_at: Mapped[datetime | None] = mapped_column(index=True)
    waiting_kind: Mapped[str | None] = mapped_column(index=True)
    waiting_what: Mapped[str | None]
    waiting_command: Mapped[str | None]
    waiting_deadline: Mapped[datetime | None]
    # A worker of the version before does not know these: its rows say 0 until the next entry.
    phase_runs: Mapped[int] = mapped_column(server_default="0")
    rework_rounds: Mapped[int] = mapped_column(server_default="0")
    tokens: Mapped[int] = mapped_column(BigInteger, server_default="0")
    cost_usd: Mapped[float] = mapped_column(server_default="0")
    forked_from: Mapped[str | None] = mapped_column(index=True)
    forked_sequence: Mapped[int | None]
    forked_phase: Mapped[str | None]
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
    # What Temporal says of the workflow, beside the journal.
    ended_outside: Mapped[str | None]
    ended_outside_at: Mapped[datetime | None]
    ended_outside_by: Mapped[str | None]
    ended_outside_reason: Mapped[str | None]
    run_id: Mapped[str | None]  # the newest run whose history was compared; NULL before there was a second one
    # Whether summaries tell of it: a trigger takes it back when the row changes.
    summarized: Mapped[bool] = mapped_column(server_default=false())

    __table_args__ = (
        *(Index(f"ix_build_workflows_{name}", *columns) for name, columns in _PAGES.items()),
        _partly("waiting_page", "waiting_kind", "created_at", "build_id", on="waiting_kind IS NOT NULL"),
        _open("unsummarized", "project_id", "created_at"),
        _open("to_summarize", "completed_at", also=" AND completed_at IS NOT NULL"),
        one_of("current_state", State),
        one_of("acting_role", Role),
        one_of("status", Status),
        one_of("ended_outside", OutsideKind),
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


class ApiToken(Base):
    """One key to the gateway. The token itself is kept nowhere, only its hash."""

    __tablename__ = "api_tokens"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]  # who its holder is in journals
    note: Mapped[str]
    role: Mapped[str]
    agent_role: Mapped[str | None]
    projects: Mapped[list[str] | None]  # NULL is every project
    token_hash: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None]
    last_used_at: Mapped[datetime | None]

    __table_args__ = (one_of("role", AccessRole), one_of("agent_role", Role))


class WebhookSubscription(Base):
    """Whom to tell of what. ``event_types`` and ``project_id`` are NULL for all."""

    __tablename__ = "webhook_subscriptions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(index=True, unique=True)
    url: Mapped[str]
    format: Mapped[str]
    secret: Mapped[str]
    event_types: Mapped[list[str] | None]
    project_id: Mapped[str | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    disabled_at: Mapped[datetime | None]
    disabled_reason: Mapped[str | None]

    __table_args__ = (one_of("format", NoticeFormat),)


class WebhookDelivery(Base):
    """One notice on its way to one subscriber: of an entry, of a build's end outside, or (of no build) of the mirror.

    Its ``id`` is the message's ID on the wire.
    """

    __tablename__ = "webhook_deliveries"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subscription_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_subscriptions.id", ondelete="CASCADE"))
    workflow_id: Mapped[UUID | None] = mapped_column(ForeignKey("build_workflows.id", ondelete="CASCADE"), index=True)
    sequence: Mapped[int]
    event_type: Mapped[str]
    body: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(index=True)
    attempts: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(index=True)
    last_attempt_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    last_error: Mapped[str | None]

    __table_args__ = (
        one_of("status", DeliveryStatus),
        Index("ix_webhook_deliveries_order", "subscription_id", "workflow_id", "sequence"),
    )
