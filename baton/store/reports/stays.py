"""How stays in phases went: by phase, and by role."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.engine import Row
from sqlalchemy.orm import Session

from baton.domain.moves import OWNERS, PHASES
from baton.domain.vocabulary import Role
from baton.store.reports.costs import CostBy, cost_figures
from baton.store.reports.figures import PhaseFigures, RoleFigures
from baton.store.reports.ranks import percent, percentile, placed, tally
from baton.store.reports.rework import rework_figures
from baton.store.reports.scope import Scope
from baton.store.views import STAYS

_FINISHED = ("forward", "rework")
_TRIED = (*_FINISHED, "failed")
_NONE = {"stays": 0, "finished": 0, "p50_seconds": None, "p90_seconds": None, "sent_back": 0, "failed": 0, "tried": 0}


def phase_figures(session: Session, scope: Scope) -> list[PhaseFigures]:
    """Of every phase, in order; also of one in which no build has been."""
    found = _grouped(session, scope, STAYS.c.state)
    return [PhaseFigures(phase=phase, role=OWNERS[phase.state], **_figures(found.get(phase.value))) for phase in PHASES]


def role_figures(session: Session, scope: Scope) -> list[RoleFigures]:
    """Of every role, in the order of their phases; also of one that has had nothing to do."""
    found = _grouped(session, scope, STAYS.c.role)
    used = {cost.name: cost for cost in cost_figures(session, scope, CostBy.ROLE)}
    rework = rework_figures(session, scope)
    return [
        RoleFigures(
            role=role,
            **_figures(found.get(role.value)),
            got_back=sum(one.times for one in rework if one.to_role is role),
            tokens=used[role.value].tokens if role.value in used else 0,
            cost_usd=used[role.value].cost_usd if role.value in used else 0.0,
            unpriced_reports=used[role.value].unpriced_reports if role.value in used else 0,
        )
        for role in Role
    ]


def _grouped(session: Session, scope: Scope, group: ColumnElement[Any]) -> dict[str, Row[Any]]:
    stays = (
        select(
            group.label("name"),
            STAYS.c.build_id,
            STAYS.c.number,
            STAYS.c.state,
            STAYS.c.seconds,
            STAYS.c.ended_by,
            case((STAYS.c.ended_by.in_(_FINISHED), 1), else_=0).label("finished"),
            case((STAYS.c.ended_by.in_(_TRIED), 1), else_=0).label("tried"),
        )
        .where(STAYS.c.state.in_([phase.value for phase in PHASES]))
        .where(*scope.holds(STAYS.c.project_id, STAYS.c.build_created_at))
        .subquery()
    )
    turn = func.row_number().over(
        partition_by=(stays.c.build_id, stays.c.state, stays.c.tried), order_by=stays.c.number
    )
    rows = select(stays, *placed(stays.c.seconds, stays.c.name, stays.c.finished), turn.label("turn")).subquery()
    finished, first = rows.c.finished == 1, (rows.c.tried == 1) & (rows.c.turn == 1)
    query = select(
        rows.c.name,
        func.count().label("stays"),
        tally(finished).label("finished"),
        percentile(50, rows.c.seconds, rows, finished).label("p50_seconds"),
        percentile(90, rows.c.seconds, rows, finished).label("p90_seconds"),
        tally(rows.c.ended_by == "rework").label("sent_back"),
        tally(rows.c.ended_by == "failed").label("failed"),
        tally(first).label("tried"),
        tally(first & (rows.c.ended_by == "forward")).label("first_passed"),
    ).group_by(rows.c.name)
    return {row.name: row for row in session.execute(query)}


def _figures(row: Row[Any] | None) -> dict[str, Any]:
    return dict(_fields(row))


def _fields(row: Row[Any] | None) -> Iterator[tuple[str, Any]]:
    for name, nothing in _NONE.items():
        yield name, nothing if row is None else getattr(row, name)
    passed, tried = (0, 0) if row is None else (row.first_passed, row.tried)
    yield "first_passed", passed
    yield "first_pass_yield", percent(passed, tried)
