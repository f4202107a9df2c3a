"""What reports used, and what that cost."""

from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from baton.store.reports.figures import CostFigures
from baton.store.reports.scope import Scope
from baton.store.views import USAGE


class CostBy(StrEnum):
    """What costs are added up by."""

    ROLE = "role"
    PROJECT = "project"
    MODEL = "model"
    PROGRAM = "program"


_COLUMNS = {
    CostBy.ROLE: USAGE.c.role,
    CostBy.PROJECT: USAGE.c.project_id,
    CostBy.MODEL: USAGE.c.model,
    CostBy.PROGRAM: USAGE.c.program,
}


def cost_figures(session: Session, scope: Scope, by: CostBy) -> list[CostFigures]:
    """What was used by each role, project, model or program that used anything, the dearest first."""
    column = _COLUMNS[by]
    cost = func.coalesce(func.sum(USAGE.c.cost_usd), 0.0)
    tokens = func.sum(USAGE.c.tokens)
    query = (
        select(
            column.label("name"),
            func.count().label("reports"),
            func.sum(USAGE.c.requests).label("requests"),
            func.sum(USAGE.c.input_tokens).label("input_tokens"),
            func.sum(USAGE.c.output_tokens).label("output_tokens"),
            func.sum(USAGE.c.cached_tokens).label("cached_tokens"),
            tokens.label("tokens"),
            cost.label("cost_usd"),
            func.sum(USAGE.c.unpriced).label("unpriced_reports"),
        )
        .where(*scope.holds(USAGE.c.project_id, USAGE.c.build_created_at))
        .group_by(column)
        .order_by(cost.desc(), tokens.desc(), column)
    )
    return [
        CostFigures(
            name=row.name,
            reports=row.reports,
            requests=int(row.requests),
            input_tokens=int(row.input_tokens),
            output_tokens=int(row.output_tokens),
            cached_tokens=int(row.cached_tokens),
            tokens=int(row.tokens),
            cost_usd=row.cost_usd,
            unpriced_reports=int(row.unpriced_reports),
        )
        for row in session.execute(query)
    ]
