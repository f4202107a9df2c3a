"""How builds ended in Temporal without their journals saying so; the newest run of each that was compared; and notices
that are about no single build.

The views for reports know of such ends: the last stay is over, nobody waits. Only columns are added, and none that a
worker of the version before has to write.
"""

from types import MappingProxyType

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from baton.store.migrations.versions import r0004_report_views as stays
from baton.store.migrations.versions import r0005_report_figures as figures

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLE = "build_workflows"
DELIVERIES = "webhook_deliveries"
STATUSES = ("pending", "delivered", "parked")
KINDS = ("terminated", "timed_out", "deleted", "failed", "cancelled", "completed")
ADDED = ("ended_outside_at", "ended_outside_by", "ended_outside_reason", "run_id")

# What a build's row says when its end is forgotten again: the view that it holds is the journal, folded.
RESTORE = """
UPDATE build_workflows SET
  status = view ->> 'status',
  acting_role = view ->> 'current_role',
  completed_at = NULL,
  waiting_kind = view -> 'waiting_for' ->> 'kind',
  waiting_what = view -> 'waiting_for' ->> 'what',
  waiting_command = view -> 'waiting_for' ->> 'command'
WHERE ended_outside IS NOT NULL
"""


def _changed(text: str, **changes: str) -> str:
    """``text`` with each piece that a key of :data:`PIECES` names replaced."""
    for name, new in changes.items():
        old = PIECES[name]
        if text.count(old) != 1:
            raise AssertionError(f"{name} is not once in the view")
        text = text.replace(old, new)
    return text


PIECES = MappingProxyType(
    {
        "left": "r.entered_at, r.left_at,\n",
        "ended": "r.left_to, r.ended_by, r.code\n",
        "next_at": "lead(began_at) OVER of_build AS next_at",
        "next_type": "lead(event_type) OVER of_build AS next_type",
        "entry": "e.timestamp AS began_at, ",
        "failed_in": "  (\n    SELECT CASE\n      WHEN p.event_type = 'phase_failed'",
        "as_failed_in": "  ) AS failed_in,",
        "unpriced": "AS unpriced_reports\n",
    }
)

STAYS = _changed(
    stays.STAYS,
    left="r.entered_at, coalesce(r.left_at, b.ended_outside_at) AS left_at,\n",
    ended="""r.left_to,
  coalesce(r.ended_by, CASE WHEN b.ended_outside IS NOT NULL THEN 'ended_outside' END) AS ended_by,
  coalesce(r.code, CASE WHEN r.left_at IS NULL THEN b.ended_outside END) AS code
""",
)
WAITS = _changed(
    stays.WAITS,
    next_at="coalesce(lead(began_at) OVER of_build, over_at) AS next_at",
    next_type="""coalesce(lead(event_type) OVER of_build,
          CASE WHEN over_at IS NOT NULL THEN 'ended_outside' END) AS next_type""",
    entry="e.timestamp AS began_at, b.ended_outside_at AS over_at, ",
)
BUILDS = _changed(
    figures.BUILDS,
    failed_in="""  CASE WHEN b.ended_outside IS NOT NULL AND b.status = 'failed' AND b.current_state <> 'error'
    THEN b.current_state ELSE (
    SELECT CASE
      WHEN p.event_type = 'phase_failed'""",
    as_failed_in="  ) END AS failed_in,",
    unpriced="AS unpriced_reports,\n  b.ended_outside\n",
)


def upgrade() -> None:
    """To this revision."""
    words = ", ".join(f"'{kind}'" for kind in KINDS)
    # In words of its own: a check of a column that is added is part of the column on SQLite.
    op.execute(
        f"ALTER TABLE {TABLE} ADD COLUMN ended_outside TEXT "
        f"CONSTRAINT ck_{TABLE}_ended_outside CHECK (ended_outside IN ({words}))"
    )
    op.add_column(TABLE, sa.Column("ended_outside_at", sa.DateTime(timezone=True)))
    op.add_column(TABLE, sa.Column("ended_outside_by", sa.Text()))
    op.add_column(TABLE, sa.Column("ended_outside_reason", sa.Text()))
    op.add_column(TABLE, sa.Column("run_id", sa.Text()))
    _replace(STAYS, "coalesce(r.left_at, b.ended_outside_at)", WAITS, BUILDS)
    with op.batch_alter_table(DELIVERIES, copy_from=_deliveries(nullable=False)) as table:
        table.alter_column("workflow_id", existing_type=sa.Uuid(), nullable=True)


def downgrade() -> None:
    """Back to 0005. Builds that were ended outside are told as their journals left them; notices of no build go."""
    deliveries = sa.table(DELIVERIES, sa.column("workflow_id"))
    op.execute(deliveries.delete().where(deliveries.c.workflow_id.is_(None)))
    with op.batch_alter_table(DELIVERIES, copy_from=_deliveries(nullable=True)) as table:
        table.alter_column("workflow_id", existing_type=sa.Uuid(), nullable=False)
    op.execute(RESTORE)
    _restore_deadlines()
    for view in ("report_projects", "report_builds"):  # PostgreSQL takes no column away from a view
        op.execute(f"DROP VIEW {view}")
    _replace(stays.STAYS, "r.left_at", stays.WAITS, figures.BUILDS)
    op.execute(figures.PROJECTS)
    for column in (*reversed(ADDED), "ended_outside"):
        op.drop_column(TABLE, column)


def _restore_deadlines() -> None:
    from baton.store.migrations.versions import r0003_waiting_tokens_webhooks as waiting

    deadline = waiting.DEADLINE[op.get_context().dialect.name]
    op.execute(f"UPDATE {TABLE} SET waiting_deadline = {deadline} WHERE ended_outside IS NOT NULL")


def _replace(of_stays: str, left_at: str, of_waits: str, of_builds: str) -> None:
    dialect = op.get_context().dialect.name
    seconds = stays.SECONDS[dialect]
    views = {
        "report_stays": of_stays.format(seconds=seconds.format(since="r.entered_at", until=left_at)),
        "report_waits": of_waits.format(
            seconds=seconds.format(since="began_at", until="next_at"),
            by_hand=stays.BY_HAND[dialect],
            questions=stays.QUESTIONS[dialect],
            to_undo=stays.TO_UNDO[dialect],
        ),
        "report_builds": of_builds.format(seconds=seconds.format(since="b.created_at", until="b.completed_at")),
    }
    for name, statement in views.items():
        if dialect == "sqlite":  # views that read these find them again by their names
            op.execute(f"DROP VIEW IF EXISTS {name}")
            op.execute(statement)
        else:
            op.execute(statement.replace("CREATE VIEW", "CREATE OR REPLACE VIEW", 1))


def _deliveries(*, nullable: bool) -> sa.Table:
    """The table as it is: SQLite changes a column by copying all of them."""
    moment, metadata = sa.DateTime(timezone=True), sa.MetaData()
    for other in ("webhook_subscriptions", TABLE):
        sa.Table(other, metadata, sa.Column("id", sa.Uuid(), primary_key=True))
    table = sa.Table(
        DELIVERIES,
        metadata,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        sa.Column("workflow_id", sa.Uuid(), nullable=nullable),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("body", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("last_attempt_at", moment),
        sa.Column("ended_at", moment),
        sa.Column("last_error", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{DELIVERIES}")),
        _to("subscription_id", "webhook_subscriptions"),
        _to("workflow_id", TABLE),
        sa.CheckConstraint(sa.column("status").in_(STATUSES), name=op.f(f"ck_{DELIVERIES}_status")),
    )
    for column in ("workflow_id", "status", "created_at"):
        sa.Index(op.f(f"ix_{DELIVERIES}_{column}"), table.c[column])
    sa.Index(op.f(f"ix_{DELIVERIES}_order"), table.c.subscription_id, table.c.workflow_id, table.c.sequence)
    return table


def _to(column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{DELIVERIES}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete="CASCADE")
