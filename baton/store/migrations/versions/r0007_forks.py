"""Where builds that are forks come from: columns, and views in which a fork counts with what happened in itself.

Everything is added as NULL, so that workers of the version before go on writing. The views are those of 0006,
but for the phase that a fork begins with, and for what it took over from its origin.
"""

import sqlalchemy as sa
from alembic import op

from baton.store.migrations.versions import r0004_report_views as stays
from baton.store.migrations.versions import r0005_report_figures as figures
from baton.store.migrations.versions import r0006_ended_outside as before

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BUILDS = "build_workflows"
COLUMNS = ("forked_from", "forked_sequence", "forked_phase")


def _began(entry: str) -> str:
    """The phase that a build begins with, by its first ``entry``."""
    return f"coalesce({entry}.event_data -> 'fork' -> 'origin' ->> 'phase', 'discovery')"


def _taken(name: str, kind: str) -> str:
    """What the ledger of the origin said of ``name`` where the build was forked; nought for others."""
    return f"coalesce(CAST(b.view -> 'forked_from' -> 'ledger' ->> '{name}' AS {kind}), 0)"


TOKENS = f"({_taken('input_tokens', 'bigint')} + {_taken('output_tokens', 'bigint')})"
COST = f"""CASE WHEN b.forked_from IS NULL THEN b.cost_usd ELSE CAST(round(CAST(
    b.cost_usd - {_taken("cost_usd", "double precision")} AS numeric), 9) AS double precision) END"""
OWN = {
    "b.phase_runs, b.rework_rounds,": f"b.phase_runs - {_taken('phase_runs', 'integer')} AS phase_runs, "
    f"b.rework_rounds - {_taken('rework_rounds', 'integer')} AS rework_rounds,",
    "b.rework_rounds > 0": f"b.rework_rounds > {_taken('rework_rounds', 'integer')}",
    "b.tokens, b.cost_usd,": f"b.tokens - {TOKENS} AS tokens, {COST} AS cost_usd,",
    "AS unpriced_reports": f"- {_taken('unpriced_reports', 'integer')} AS unpriced_reports",
    "b.ended_outside\n": "b.ended_outside,\n  b.forked_from, b.forked_sequence, b.forked_phase\n",
    "WHEN 'workflow_started' THEN 'discovery'": f"WHEN 'workflow_started' THEN {_began('q')}",
}


def upgrade() -> None:
    """To this revision."""
    op.add_column(BUILDS, sa.Column("forked_from", sa.Text()))
    op.add_column(BUILDS, sa.Column("forked_sequence", sa.Integer()))
    op.add_column(BUILDS, sa.Column("forked_phase", sa.Text()))
    op.create_index(op.f(f"ix_{BUILDS}_forked_from"), BUILDS, ["forked_from"])
    begun = {"'workflow_started' THEN 'discovery'": f"'workflow_started' THEN {_began('e')}"}
    _make_anew(_with(before.STAYS, begun), _with(before.WAITS, begun), _with(before.BUILDS, OWN))


def downgrade() -> None:
    """Back to 0006. The views of that version say of a fork that it began with discovery."""
    for view in ("report_projects", "report_builds"):  # PostgreSQL takes no column away from a view
        op.execute(f"DROP VIEW {view}")
    _make_anew(before.STAYS, before.WAITS, before.BUILDS)
    op.execute(figures.PROJECTS)
    op.drop_index(op.f(f"ix_{BUILDS}_forked_from"), BUILDS)
    for column in COLUMNS:
        op.drop_column(BUILDS, column)


def _with(view: str, changes: dict[str, str]) -> str:
    for old, new in changes.items():
        if view.count(old) != 1:
            raise AssertionError(f"{old!r} is not once in the view")
        view = view.replace(old, new)
    return view


def _make_anew(of_stays: str, of_waits: str, of_builds: str) -> None:
    """Make views anew that others read: PostgreSQL replaces them, SQLite looks for them when they are read."""
    dialect = op.get_context().dialect.name
    seconds = stays.SECONDS[dialect]
    left_at = "coalesce(r.left_at, b.ended_outside_at)"
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
        if dialect == "sqlite":
            op.execute(f"DROP VIEW IF EXISTS {name}")
            op.execute(statement)
        else:
            op.execute(statement.replace("CREATE VIEW", "CREATE OR REPLACE VIEW", 1))
