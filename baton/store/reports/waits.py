"""How long builds waited for people."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from baton.store.reports.figures import WaitFigures
from baton.store.reports.ranks import percentile, placed, tally
from baton.store.reports.scope import Scope
from baton.store.views import WAITS


def wait_figures(session: Session, scope: Scope) -> list[WaitFigures]:
    """Of each kind of wait that there was, the longest together first."""
    over = WAITS.c.ended_at.is_not(None)
    rows = (
        select(WAITS.c.kind, WAITS.c.seconds, over.label("over"), *placed(WAITS.c.seconds, WAITS.c.kind, over))
        .where(*scope.holds(WAITS.c.project_id, WAITS.c.build_created_at))
        .subquery()
    )
    is_over = rows.c.seconds.is_not(None)
    total = func.coalesce(func.sum(rows.c.seconds), 0.0)
    query = (
        select(
            rows.c.kind,
            func.count().label("waits"),
            tally(~is_over).label("waiting_now"),
            total.label("total_seconds"),
            percentile(50, rows.c.seconds, rows, is_over).label("p50_seconds"),
            percentile(90, rows.c.seconds, rows, is_over).label("p90_seconds"),
        )
        .group_by(rows.c.kind)
        .order_by(total.desc(), rows.c.kind)
    )
    return [
        WaitFigures(
            kind=row.kind,
            waits=row.waits,
            waiting_now=row.waiting_now,
            total_seconds=row.total_seconds,
            p50_seconds=row.p50_seconds,
            p90_seconds=row.p90_seconds,
        )
        for row in session.execute(query)
    ]
