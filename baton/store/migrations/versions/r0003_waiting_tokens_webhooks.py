"""What builds wait for and have used, as columns; tokens of the gateway; webhooks and what is sent to them.

Everything is added with a default or as NULL, so that workers of the version before go on writing.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ROLES = ("q_assistant", "code_writer", "test_auditor", "verification_overseer", "release_manager")
ACCESS_ROLES = ("viewer", "builder", "agent", "approver", "admin")
FORMATS = ("standard", "slack")
DELIVERY_STATUSES = ("pending", "delivered", "parked")

BUILDS = "build_workflows"
INDEXED = ("updated_at", "completed_at", "waiting_kind")

moment = sa.DateTime(timezone=True)
json = sa.JSON().with_variant(JSONB(), "postgresql")

# What rows that are there already say, out of the view that each of them holds.
FILL = """
UPDATE build_workflows SET
  waiting_kind = view -> 'waiting_for' ->> 'kind',
  waiting_what = view -> 'waiting_for' ->> 'what',
  waiting_command = view -> 'waiting_for' ->> 'command',
  waiting_deadline = {deadline},
  phase_runs = CAST(coalesce(view -> 'ledger' ->> 'phase_runs', '0') AS integer),
  rework_rounds = CAST(coalesce(view -> 'ledger' ->> 'rework_rounds', '0') AS integer),
  tokens = CAST(coalesce(view -> 'ledger' ->> 'input_tokens', '0') AS bigint)
         + CAST(coalesce(view -> 'ledger' ->> 'output_tokens', '0') AS bigint),
  cost_usd = CAST(coalesce(view -> 'ledger' ->> 'cost_usd', '0') AS double precision)
"""
DEADLINE = {
    "postgresql": "CAST(view -> 'waiting_for' ->> 'deadline' AS timestamptz)",
    # As the times of this database are written: without a zone, with six digits after the second.
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S', view -> 'waiting_for' ->> 'deadline') || '.' || "
    "CASE WHEN view -> 'waiting_for' ->> 'deadline' LIKE '%.%' "
    "THEN substr(view -> 'waiting_for' ->> 'deadline', 21, 6) ELSE '000000' END",
}


def upgrade() -> None:
    """To this revision."""
    _widen_builds()
    _create_tokens()
    _create_subscriptions()
    _create_deliveries()


def downgrade() -> None:
    """Back to 0002. Tokens and webhooks are forgotten."""
    op.drop_table("webhook_deliveries")
    op.drop_table("webhook_subscriptions")
    op.drop_table("api_tokens")
    for name in INDEXED:
        op.drop_index(op.f(f"ix_{BUILDS}_{name}"), BUILDS)
    for column in _columns():
        op.drop_column(BUILDS, column.name)


def _columns() -> list[sa.Column[object]]:
    return [
        sa.Column("waiting_kind", sa.Text()),
        sa.Column("waiting_what", sa.Text()),
        sa.Column("waiting_command", sa.Text()),
        sa.Column("waiting_deadline", moment),
        sa.Column("phase_runs", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("rework_rounds", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("tokens", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("cost_usd", sa.Double(), nullable=False, server_default="0"),
    ]


def _widen_builds() -> None:
    for column in _columns():
        op.add_column(BUILDS, column)
    op.execute(FILL.format(deadline=DEADLINE[op.get_context().dialect.name]))
    for name in INDEXED:
        op.create_index(op.f(f"ix_{BUILDS}_{name}"), BUILDS, [name])


def _create_tokens() -> None:
    table = "api_tokens"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("agent_role", sa.Text()),
        sa.Column("projects", json),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("expires_at", moment),
        sa.Column("revoked_at", moment),
        sa.Column("revoked_by", sa.Text()),
        sa.Column("last_used_at", moment),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        _one_of(table, "role", ACCESS_ROLES),
        _one_of(table, "agent_role", ROLES),
    )


def _create_subscriptions() -> None:
    table = "webhook_subscriptions"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("event_types", json),
        sa.Column("project_id", sa.Text()),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("disabled_at", moment),
        sa.Column("disabled_reason", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_subscriptions")),
        _one_of(table, "format", FORMATS),
    )
    op.create_index(op.f("ix_webhook_subscriptions_name"), table, ["name"], unique=True)


def _create_deliveries() -> None:
    table = "webhook_deliveries"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        sa.Column("workflow_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("body", json, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("last_attempt_at", moment),
        sa.Column("ended_at", moment),
        sa.Column("last_error", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_deliveries")),
        _to(table, "subscription_id", "webhook_subscriptions"),
        _to(table, "workflow_id", BUILDS),
        _one_of(table, "status", DELIVERY_STATUSES),
    )
    for column in ("workflow_id", "status", "created_at"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    op.create_index(op.f("ix_webhook_deliveries_order"), table, ["subscription_id", "workflow_id", "sequence"])


def _one_of(table: str, column: str, words: tuple[str, ...]) -> sa.CheckConstraint:
    return sa.CheckConstraint(sa.column(column).in_(words), name=op.f(f"ck_{table}_{column}"))


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE")
