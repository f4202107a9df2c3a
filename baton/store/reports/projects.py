"""The figures of projects."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Double, cast, func, select
from sqlalchemy.orm import Session

from baton.domain.moves import ORDER
from baton.domain.vocabulary import State, Status
from baton.store.reports.figures import ProjectFigures
from baton.store.reports.ranks import percent, percentile, placed, tally
from baton.store.reports.scope import Scope
from baton.store.views import BUILDS


def project_figures(session: Session, scope: Scope) -> list[ProjectFigures]:
    """Of each project that has a build in scope, in the order of their names."""
    rows = _builds(session, scope, by_project=True)
    failures = _failure_points(session, scope, by_project=True)
    return [_figures(row, failures.get(row.project_id)) for row in rows]


def all_figures(session: Session, scope: Scope) -> ProjectFigures:
    """Of all builds in scope together."""
    (row,) = _builds(session, scope, by_project=False)
    return _figures(row, _failure_points(session, scope, by_project=False).get(None))


def _builds(session: Session, scope: Scope, *, by_project: bool) -> Sequence[Any]:
    group = [BUILDS.c.project_id] if by_project else []
    rows = (
        select(BUILDS, *placed(BUILDS.c.seconds, *group, BUILDS.c.status))
        .where(*scope.holds(BUILDS.c.project_id, BUILDS.c.created_at))
        .subquery()
    )
    column = rows.c
    completed = column.status == Status.COMPLETE
    query = select(
        *([column.project_id] if by_project else []),
        func.count().label("total"),
        tally(completed).label("completed"),
        tally(column.completed_at.is_(None)).label("in_progress"),
        tally(column.status == Status.WAITING).label("waiting"),
        tally(column.status == Status.PAUSED).label("paused"),
        tally(column.status == Status.ERROR).label("error"),
        tally(column.status == Status.FAILED).label("failed"),
        tally(column.status == Status.CANCELLED).label("cancelled"),
        tally(column.first_pass == 1).label("first_passed"),
        func.avg(column.seconds).filter(completed).label("average_duration"),
        percentile(50, column.seconds, rows, completed).label("p50_duration"),
        percentile(90, column.seconds, rows, completed).label("p90_duration"),
        func.avg(cast(column.handoffs, Double)).filter(completed).label("average_handoffs"),
        func.coalesce(func.sum(column.rework_rounds), 0).label("rework_rounds"),
        func.coalesce(func.sum(column.tokens), 0).label("tokens"),
        func.coalesce(func.sum(column.cost_usd), 0.0).label("cost_usd"),
        func.coalesce(func.sum(column.unpriced_reports), 0).label("unpriced_reports"),
    )
    if by_project:
        query = query.group_by(column.project_id).order_by(column.project_id)
    return session.execute(query).all()


def _failure_points(session: Session, scope: Scope, *, by_project: bool) -> dict[str | None, State]:
    """Where most builds failed; of several states with as many the one that comes first."""
    group = [BUILDS.c.project_id] if by_project else []
    query = (
        select(*group, BUILDS.c.failed_in, func.count().label("builds"))
        .where(BUILDS.c.failed_in.is_not(None))
        .where(*scope.holds(BUILDS.c.project_id, BUILDS.c.created_at))
        .group_by(*group, BUILDS.c.failed_in)
    )
    found: dict[str | None, tuple[int, int]] = {}
    for row in session.execute(query):
        project = row.project_id if by_project else None
        found[project] = max(found.get(project, (0, 0)), (row.builds, -ORDER.index(State(row.failed_in))))
    return {project: ORDER[-place] for project, (_, place) in found.items()}


def _figures(row: Any, failure: State | None) -> ProjectFigures:
    ended = row.total - row.in_progress
    return ProjectFigures(
        project_id=getattr(row, "project_id", None),
        total=row.total,
        completed=row.completed,
        in_progress=row.in_progress,
        waiting=row.waiting,
        paused=row.paused,
        error=row.error,
        failed=row.failed,
        cancelled=row.cancelled,
        success_rate=percent(row.completed, ended),
        first_pass_yield=percent(row.first_passed, ended),
        average_duration=row.average_duration,
        p50_duration=row.p50_duration,
        p90_duration=row.p90_duration,
        average_handoffs=row.average_handoffs,
        rework_rounds=int(row.rework_rounds),
        most_common_failure_point=failure,
        tokens=int(row.tokens),
        cost_usd=row.cost_usd,
        cost_per_completed=row.cost_usd / row.completed if row.completed else None,
        unpriced_reports=int(row.unpriced_reports),
    )
