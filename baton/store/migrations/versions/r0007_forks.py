"""Where builds that are forks come from: columns, and views in which a fork counts with what happened in itself.

Everything is added as NULL, so that workers of the version before go on writing. The views are those of 0004 and 0005,
but for the phase that a fork begins with, and for what it took over from its origin.
"""

import sqlalchemy as sa
from alembic import op

from baton.store.migrations.versions import r0004_report_views as r0004
from baton.store.migrations.versions import r0005_report_figures as r0005

revision = "0007"
down_revision = "0005"
branch_labels = None
depends_on = None

BUILDS = "build_workflows"
COLUMNS = ("forked_from", "forked_sequence", "forked_phase")

BEGAN = "coalesce(e.event_data -> 'fork' -> 'origin' ->> 'phase', 'discovery')"
_BEGAN = "coalesce(q.event_data -> 'fork' -> 'origin' ->> 'phase', 'discovery')"


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
    "AS unpriced_reports": f"- {_taken('unpriced_reports', 'integer')} AS unpriced_reports, "
    "b.forked_from, b.forked_sequence, b.forked_phase",
    "WHEN 'workflow_started' THEN 'discovery'": f"WHEN 'workflow_started' THEN {_BEGAN}",
}


def upgrade() -> None:
    """To this revision."""
    op.add_column(BUILDS, sa.Column("forked_from", sa.Text()))
    op.add_column(BUILDS, sa.Column("forked_sequence", sa.Integer()))
    op.add_column(BUILDS, sa.Column("forked_phase", sa.Text()))
    op.create_index(op.f(f"ix_{BUILDS}_forked_from"), BUILDS, ["forked_from"])
    stays, waits, builds = _views()
    begun = {"'workflow_started' THEN 'discovery'": f"'workflow_started' THEN {BEGAN}"}
    _make_anew(report_stays=_with(stays, begun), report_waits=_with(waits, begun), report_builds=_with(builds, OWN))


def downgrade() -> None:
    """Back to 0005. The views of that version say of a fork that it began with discovery."""
    for view in reversed(r0005.VIEWS):
        op.execute(f"DROP VIEW report_{view}")
    stays, waits, _ = _views()
    _make_anew(report_stays=stays, report_waits=waits)
    r0005.upgrade()
    op.drop_index(op.f(f"ix_{BUILDS}_forked_from"), BUILDS)
    for column in COLUMNS:
        op.drop_column(BUILDS, column)


def _views() -> tuple[str, str, str]:
    """The stays, the waits and the builds of the revisions before."""
    dialect = op.get_context().dialect.name
    seconds = r0004.SECONDS[dialect]
    stays = r0004.STAYS.format(seconds=seconds.format(since="r.entered_at", until="r.left_at"))
    waits = r0004.WAITS.format(
        seconds=seconds.format(since="began_at", until="next_at"),
        by_hand=r0004.BY_HAND[dialect],
        questions=r0004.QUESTIONS[dialect],
        to_undo=r0004.TO_UNDO[dialect],
    )
    builds = r0005.BUILDS.format(seconds=r0005.SECONDS[dialect].format(since="b.created_at", until="b.completed_at"))
    return stays, waits, builds


def _with(view: str, changes: dict[str, str]) -> str:
    for old, new in changes.items():
        assert old in view, old
        view = view.replace(old, new)
    return view


def _make_anew(**views: str) -> None:
    """Make views anew that others read: PostgreSQL replaces them, SQLite looks for them when they are read."""
    postgresql = op.get_context().dialect.name == "postgresql"
    for name, definition in views.items():
        if postgresql:
            definition = definition.replace("CREATE VIEW", "CREATE OR REPLACE VIEW")
        else:
            op.execute(f"DROP VIEW {name}")
        op.execute(definition)
