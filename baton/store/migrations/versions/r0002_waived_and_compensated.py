"""Two more kinds of event: a finding was waived, what a phase did was undone.

On SQLite a constraint changes by copying its table, which is therefore written out whole: SQLite does not tell its
check constraints and partial indexes to whoever asks.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLE = "workflow_events"
CHECK = "ck_workflow_events_event_type"
ROLES = ("q_assistant", "code_writer", "test_auditor", "verification_overseer", "release_manager")
ACTOR_KINDS = ("role", "person", "agent", "system")
BEFORE = (
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
ADDED = ("finding_waived", "phase_compensated")


def upgrade() -> None:
    """To this revision."""
    _allow((*BEFORE, *ADDED), instead_of=BEFORE)


def downgrade() -> None:
    """Back to 0001. Events of the added kinds have no place there, and are removed."""
    events = sa.table(TABLE, sa.column("event_type"))
    op.execute(events.delete().where(events.c.event_type.in_(ADDED)))
    _allow(BEFORE, instead_of=(*BEFORE, *ADDED))


def _allow(words: tuple[str, ...], *, instead_of: tuple[str, ...]) -> None:
    with op.batch_alter_table(TABLE, copy_from=_events(instead_of)) as table:
        table.drop_constraint(op.f(CHECK), type_="check")
        table.create_check_constraint(op.f(CHECK), sa.column("event_type").in_(words))


def _events(words: tuple[str, ...]) -> sa.Table:
    moment = sa.DateTime(timezone=True)
    metadata = sa.MetaData()
    sa.Table("build_workflows", metadata, sa.Column("id", sa.Uuid(), primary_key=True))
    table = sa.Table(
        TABLE,
        metadata,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workflow_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("triggered_by", sa.Text(), nullable=False),
        sa.Column("event_data", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("timestamp", moment, nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("actor_role", sa.Text()),
        sa.Column("command_id", sa.Text()),
        sa.Column("prev_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("superseded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workflow_events")),
        sa.ForeignKeyConstraint(
            ["workflow_id"], ["build_workflows.id"], name=op.f("fk_workflow_events_workflow_id"), ondelete="CASCADE"
        ),
        _one_of("event_type", words),
        _one_of("actor_kind", ACTOR_KINDS),
        _one_of("actor_role", ROLES),
    )
    for column in ("workflow_id", "event_type", "timestamp"):
        sa.Index(op.f(f"ix_{TABLE}_{column}"), table.c[column])
    living = sa.text("NOT superseded")
    sa.Index(
        op.f(f"uq_{TABLE}_sequence"),
        table.c.workflow_id,
        table.c.sequence,
        unique=True,
        postgresql_where=living,
        sqlite_where=living,
    )
    return table


def _one_of(column: str, words: tuple[str, ...]) -> sa.CheckConstraint:
    return sa.CheckConstraint(sa.column(column).in_(words), name=op.f(f"ck_{TABLE}_{column}"))
