"""Builds, handoffs and events.

The words are written out: this revision makes the same tables for ever, whatever the vocabulary becomes.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ROLES = ("q_assistant", "code_writer", "test_auditor", "verification_overseer", "release_manager")
STATES = (
    "discovery",
    "planning",
    "handoff_to_coder",
    "implementation",
    "handoff_to_tester",
    "testing",
    "handoff_to_verifier",
    "verification",
    "handoff_to_releaser",
    "deployment",
    "complete",
    "error",
    "cancelled",
)
STATUSES = ("in_progress", "waiting", "paused", "error", "complete", "cancelled", "failed")
ACTOR_KINDS = ("role", "person", "agent", "system")
EVENT_TYPES = (
    "workflow_started",
    "state_advanced",
    "retry_requested",
    "rolled_back",
    "phase_failed",
    "question_asked",
    "question_answered",
    "approval_requested",
    "approval_granted",
    "approval_refused",
    "approval_expired",
    "paused",
    "resumed",
    "limit_reached",
    "limit_extended",
    "command_refused",
    "build_completed",
    "build_cancelled",
    "build_abandoned",
)

moment = sa.DateTime(timezone=True)
json = sa.JSON().with_variant(JSONB(), "postgresql")


def _one_of(table: str, column: str, words: tuple[str, ...]) -> sa.CheckConstraint:
    return sa.CheckConstraint(sa.column(column).in_(words), name=op.f(f"ck_{table}_{column}"))


def _indexes(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def upgrade() -> None:
    """To this revision."""
    _create_builds()
    _create_handoffs()
    _create_events()


def downgrade() -> None:
    """Back to an empty database."""
    op.drop_table("workflow_events")
    op.drop_table("workflow_handoffs")
    op.drop_table("build_workflows")


def _create_builds() -> None:
    table = "build_workflows"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("build_id", sa.Text(), nullable=False),
        sa.Column("workflow_id", sa.Text(), nullable=False),
        sa.Column("first_run_id", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("current_state", sa.Text(), nullable=False),
        sa.Column("acting_role", sa.Text()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("progress", sa.Double(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("updated_at", moment, nullable=False),
        sa.Column("completed_at", moment),
        sa.Column("discovery_phase", json, nullable=False),
        sa.Column("planning_phase", json, nullable=False),
        sa.Column("implementation_phase", json, nullable=False),
        sa.Column("testing_phase", json, nullable=False),
        sa.Column("verification_phase", json, nullable=False),
        sa.Column("deployment_phase", json, nullable=False),
        sa.Column("metadata", json, nullable=False),
        sa.Column("head_sequence", sa.Integer(), nullable=False),
        sa.Column("head_hash", sa.Text(), nullable=False),
        sa.Column("view", json, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_build_workflows")),
        _one_of(table, "current_state", STATES),
        _one_of(table, "acting_role", ROLES),
        _one_of(table, "status", STATUSES),
    )
    op.create_index(op.f("ix_build_workflows_build_id"), table, ["build_id"], unique=True)
    _indexes(table, "project_id", "user_id", "current_state", "status", "created_at")


def _of_build(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workflow_id"], ["build_workflows.id"], name=op.f(f"fk_{table}_workflow_id"), ondelete="CASCADE"
    )


def _create_handoffs() -> None:
    table = "workflow_handoffs"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workflow_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("from_role", sa.Text(), nullable=False),
        sa.Column("to_role", sa.Text()),
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("commit_id", sa.Text()),
        sa.Column("data_transferred", json, nullable=False),
        sa.Column("timestamp", moment, nullable=False),
        sa.Column("superseded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workflow_handoffs")),
        _of_build(table),
        _one_of(table, "from_role", ROLES),
        _one_of(table, "to_role", ROLES),
        _one_of(table, "from_state", STATES),
        _one_of(table, "to_state", STATES),
    )
    _indexes(table, "workflow_id", "from_role", "timestamp")


def _create_events() -> None:
    table = "workflow_events"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workflow_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("triggered_by", sa.Text(), nullable=False),
        sa.Column("event_data", json, nullable=False),
        sa.Column("timestamp", moment, nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("actor_role", sa.Text()),
        sa.Column("command_id", sa.Text()),
        sa.Column("prev_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("superseded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workflow_events")),
        _of_build(table),
        _one_of(table, "event_type", EVENT_TYPES),
        _one_of(table, "actor_kind", ACTOR_KINDS),
        _one_of(table, "actor_role", ROLES),
    )
    _indexes(table, "workflow_id", "event_type", "timestamp")
    living = sa.text("NOT superseded")
    op.create_index(
        op.f("uq_workflow_events_sequence"),
        table,
        ["workflow_id", "sequence"],
        unique=True,
        postgresql_where=living,
        sqlite_where=living,
    )
