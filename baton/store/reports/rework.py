"""Moves back for rework."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from baton.domain.vocabulary import Role, State
from baton.store.reports.figures import ReworkFigures
from baton.store.reports.scope import Scope
from baton.store.views import REWORK


def rework_figures(session: Session, scope: Scope) -> list[ReworkFigures]:
    """Who sent work back to whom, most frequent first."""
    way = (REWORK.c.from_role, REWORK.c.to_role, REWORK.c.from_state, REWORK.c.to_state)
    times = func.count()
    query = (
        select(*way, times.label("times"), func.count(REWORK.c.build_id.distinct()).label("builds"))
        .where(*scope.holds(REWORK.c.project_id, REWORK.c.build_created_at))
        .group_by(*way)
        .order_by(times.desc(), *way)
    )
    return [
        ReworkFigures(
            from_role=Role(row.from_role),
            to_role=Role(row.to_role),
            from_state=State(row.from_state),
            to_state=State(row.to_state),
            times=row.times,
            builds=row.builds,
        )
        for row in session.execute(query)
    ]
