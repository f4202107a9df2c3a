"""Builds with their figures, one by one."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from baton.domain.outside import OutsideKind
from baton.domain.vocabulary import Phase, State, Status
from baton.store.reports.figures import BuildFigures
from baton.store.reports.scope import Scope
from baton.store.views import BUILDS


def build_figures(session: Session, scope: Scope, limit: int | None = None) -> list[BuildFigures]:
    """Of each build in scope, the newest first; at most ``limit`` of them."""
    query = (
        select(BUILDS)
        .where(*scope.holds(BUILDS.c.project_id, BUILDS.c.created_at))
        .order_by(BUILDS.c.created_at.desc(), BUILDS.c.build_id.desc())
        .limit(limit)
    )
    return [_figures(row) for row in session.execute(query).mappings()]


def figures_of(session: Session, build_id: str) -> BuildFigures:
    """Of one build, which is there."""
    return _figures(session.execute(select(BUILDS).where(BUILDS.c.build_id == build_id)).mappings().one())


def _figures(row: Mapping[Any, Any]) -> BuildFigures:
    return BuildFigures(
        **dict(row)
        | {
            "status": Status(row["status"]),
            "current_state": State(row["current_state"]),
            "first_pass": None if row["first_pass"] is None else bool(row["first_pass"]),
            "ended_outside": None if row["ended_outside"] is None else OutsideKind(row["ended_outside"]),
            "failed_in": None if row["failed_in"] is None else State(row["failed_in"]),
            "forked_phase": None if row["forked_phase"] is None else Phase(row["forked_phase"]),
        }
    )
