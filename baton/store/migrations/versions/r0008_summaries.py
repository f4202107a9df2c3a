"""Summaries of builds that have ended, for reports; indexes for every way to look through the list of builds.

A trigger forgets a summary as soon as the build's row says something else, whoever writes that: so workers of the
version before, which know of no summaries, go on writing. The views ``unsummarized_…`` are those for reports, of the
builds that have no summary; a summary is written with what they say.
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

from baton.store.migrations import triggers_of_0008 as triggers
from baton.store.migrations.versions import r0004_report_views as stays
from baton.store.migrations.versions import r0006_ended_outside as ends
from baton.store.migrations.versions import r0007_forks as forks

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BUILDS = "build_workflows"
OPEN = {"postgresql": "NOT summarized", "sqlite": "summarized = 0"}
OPEN_OF_B = {"postgresql": "NOT b.summarized", "sqlite": "b.summarized = 0"}

PAGES = {
    "page": ("created_at", "build_id"),
    "project_page": ("project_id", "created_at", "build_id"),
    "user_page": ("user_id", "created_at", "build_id"),
    "state_page": ("current_state", "created_at", "build_id"),
    "status_page": ("status", "created_at", "build_id"),
    "waiting_page": ("waiting_kind", "created_at", "build_id"),
    "project_state_page": ("project_id", "current_state", "created_at", "build_id"),
    "project_status_page": ("project_id", "status", "created_at", "build_id"),
}
OF_OPEN = {"unsummarized": ("project_id", "created_at"), "to_summarize": ("completed_at",)}

moment = sa.DateTime(timezone=True)
FIGURES = {
    "summary_builds": (
        *("project_id", "created_at", "status", "spread", "seconds", "handoffs", "first_pass", "failed_in"),
        *("rework_rounds", "tokens", "cost_usd", "unpriced_reports"),
    ),
    "summary_stays": ("project_id", "created_at", "state", "ended_by", "first", "spread"),
    "summary_waits": ("project_id", "created_at", "kind", "spread", "seconds"),
    "summary_rework": ("project_id", "created_at", "from_role", "to_role", "from_state", "to_state", "times"),
    "summary_usage": (
        *("project_id", "created_at", "role", "program", "model", "reports", "requests", "input_tokens"),
        *("output_tokens", "cached_tokens", "tokens", "cost_usd", "unpriced"),
    ),
}
RANKS = {
    "ix_summary_builds_ranks": ("summary_builds", ("project_id", "status", "seconds", "created_at")),
    "ix_summary_builds_ranks_of_all": ("summary_builds", ("status", "seconds", "created_at", "project_id")),
    "ix_summary_stays_ranks": ("summary_stays", ("state", "seconds", "project_id", "created_at", "ended_by")),
    "ix_summary_waits_ranks": ("summary_waits", ("kind", "seconds", "project_id", "created_at")),
}
ENDS = {
    "ix_summary_builds_ends": ("completed_at", "status"),
    "ix_summary_builds_project_ends": ("project_id", "completed_at", "status"),
}
VIEWS = ("unsummarized_stays", "unsummarized_waits", "unsummarized_rework", "unsummarized_usage", "unsummarized_builds")


def upgrade() -> None:
    """To this revision."""
    in_postgresql = op.get_context().dialect.name == "postgresql"
    if in_postgresql:
        _drop_unfinished(*PAGES, *OF_OPEN)
    summarized: sa.Column[bool] = sa.Column("summarized", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column(BUILDS, summarized, if_not_exists=True if in_postgresql else None)
    for name, columns in PAGES.items():
        where = sa.text("waiting_kind IS NOT NULL") if name == "waiting_page" else None
        _index(f"ix_{BUILDS}_{name}", columns, {"postgresql": where, "sqlite": where})
    for name, columns in OF_OPEN.items():
        ended = " AND completed_at IS NOT NULL" if name == "to_summarize" else ""
        _index(f"ix_{BUILDS}_{name}", columns, {which: sa.text(it + ended) for which, it in OPEN.items()})
    _create_tables()
    for table, columns in FIGURES.items():
        op.create_index(op.f(f"ix_{table}_created_at"), table, ["created_at"])
        op.create_index(op.f(f"ix_{table}_figures"), table, list(columns))
    for name, (table, columns) in RANKS.items():
        op.create_index(op.f(name), table, list(columns))
    for name, columns in ENDS.items():
        op.create_index(op.f(name), "summary_builds", list(columns))
    _create_views()
    for statement in triggers.CREATE[op.get_context().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Back to 0007. Summaries are forgotten; they can be made again."""
    for statement in triggers.DROP[op.get_context().dialect.name]:
        op.execute(statement)
    for view in VIEWS:
        op.execute(f"DROP VIEW {view}")
    for table in (*(f"total_{kind}" for kind in triggers.TOTALS), *reversed(FIGURES)):
        op.drop_table(table)
    for name in (*OF_OPEN, *PAGES):
        op.drop_index(op.f(f"ix_{BUILDS}_{name}"), BUILDS)
    op.drop_column(BUILDS, "summarized")


def _index(name: str, columns: tuple[str, ...], where: Mapping[str, sa.TextClause | None]) -> None:
    """One that an operator may have made beforehand, while everybody wrote."""
    op.create_index(
        *(op.f(name), BUILDS, list(columns)),
        if_not_exists=True,
        postgresql_where=where.get("postgresql"),
        sqlite_where=where.get("sqlite"),
    )


def _drop_unfinished(*names: str) -> None:
    """Drop those of these indexes that were to be made beforehand, and are not whole because that was cut short."""
    unfinished = sa.text(
        "SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid "
        "WHERE indrelid = to_regclass(:table) AND NOT indisvalid"
    )
    found = set(op.get_bind().scalars(unfinished, {"table": BUILDS}))
    for name in sorted(found & {f"ix_{BUILDS}_{name}" for name in names}):
        op.drop_index(op.f(name), BUILDS)


def _create_tables() -> None:
    _create(
        "summary_builds",
        sa.Column("completed_at", moment, nullable=False),
        *_texts("status"),
        sa.Column("seconds", sa.Double(), nullable=False),
        *_integers("handoffs", "first_pass"),
        sa.Column("failed_in", sa.Text()),
        *_integers("rework_rounds"),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("cost_usd", sa.Double(), nullable=False),
        *_integers("unpriced_reports", "spread"),
        key=(),
    )
    _create(
        "summary_stays",
        *_integers("number"),
        *_texts("state"),
        sa.Column("seconds", sa.Double()),
        sa.Column("ended_by", sa.Text()),
        *_integers("first"),
        sa.Column("spread", sa.Integer()),
        key=("number",),
    )
    _create(
        "summary_waits",
        *_integers("number"),
        *_texts("kind"),
        sa.Column("seconds", sa.Double()),
        sa.Column("spread", sa.Integer()),
        key=("number",),
    )
    way = ("from_state", "to_state")
    _create("summary_rework", *_texts(*way, "from_role", "to_role"), *_integers("times"), key=way)
    _create(
        "summary_usage",
        *_integers("number"),
        *(sa.Column(name, sa.Text()) for name in ("role", "program", "model")),
        *_integers("reports"),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in ("requests", "input_tokens", "output_tokens", "cached_tokens", "tokens")
        ),
        sa.Column("cost_usd", sa.Double()),
        *_integers("unpriced"),
        key=("number",),
    )
    for kind, (key, measures) in triggers.TOTALS.items():
        op.create_table(
            f"total_{kind}",
            *(sa.Column(name, _kind_of(name), nullable=False) for name in (*key, *measures)),
            sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_total_{kind}")),
        )


def _kind_of(column: str) -> sa.types.TypeEngine[Any]:
    if column == "day":
        return sa.Date()
    if column in ("first", "spread"):
        return sa.Integer()
    if column in ("seconds", "cost_usd"):
        return sa.Double()
    texts = ("project_id", "status", "failed_in", "state", "ended_by", "kind", "role", "program", "model")
    return sa.Text() if column in texts or column.startswith(("from_", "to_")) else sa.BigInteger()


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _integers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def _create(table: str, *columns: sa.Column[Any], key: tuple[str, ...]) -> None:
    op.create_table(
        table,
        sa.Column("workflow_id", sa.Uuid(), nullable=False),
        *_texts("project_id"),
        sa.Column("created_at", moment, nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("workflow_id", *key, name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(
            ["workflow_id"], [f"{BUILDS}.id"], name=op.f(f"fk_{table}_workflow_id"), ondelete="CASCADE"
        ),
    )


def _create_views() -> None:
    dialect = op.get_context().dialect.name
    still_open = OPEN_OF_B[dialect]
    begun = {"'workflow_started' THEN 'discovery'": f"'workflow_started' THEN {forks._began('e')}"}
    of_entries = {"WHERE e.workflow_id = b.id": f"WHERE {still_open} AND e.workflow_id = b.id"}
    keyed = {"CREATE VIEW report_": "CREATE VIEW unsummarized_", "\nSELECT b.build_id": "\nSELECT r.id, b.build_id"}
    usage = {
        "CREATE VIEW report_": "CREATE VIEW unsummarized_",
        "\nSELECT r.build_id": "\nSELECT r.id, r.build_id",
        "  SELECT build_id": "  SELECT id, build_id",
        "    SELECT b.build_id": "    SELECT b.id, b.build_id",
    }
    seconds = stays.SECONDS[dialect]
    for statement in (
        forks._with(ends.STAYS, begun | of_entries | keyed).format(
            seconds=seconds.format(since="r.entered_at", until="coalesce(r.left_at, b.ended_outside_at)")
        ),
        forks._with(ends.WAITS, begun | of_entries | keyed).format(
            seconds=seconds.format(since="began_at", until="next_at"),
            by_hand=stays.BY_HAND[dialect],
            questions=stays.QUESTIONS[dialect],
            to_undo=stays.TO_UNDO[dialect],
        ),
        forks._with(stays.REWORK, of_entries | keyed),
        forks._with(stays.USAGE, of_entries | usage),
        forks._with(
            ends.BUILDS,
            forks.OWN
            | {
                "CREATE VIEW report_": "CREATE VIEW unsummarized_",
                "\nSELECT b.build_id": "\nSELECT b.id, b.build_id",
                "\nFROM build_workflows b\n": f"\nFROM build_workflows b\nWHERE {still_open}\n",
            },
        ).format(seconds=seconds.format(since="b.created_at", until="b.completed_at")),
    ):
        op.execute(statement)
