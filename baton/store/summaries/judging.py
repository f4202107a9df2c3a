"""Which stays in a phase count as first and as finished: said once, for summaries and for builds that have none."""

from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select

from baton.domain.moves import PHASES
from baton.store.summaries.spread import spread_of
from baton.store.views import OPEN_STAYS

FINISHED = ("forward", "rework")
"""How a stay ends whose report was judged."""

_TRIED = (*FINISHED, "failed")


def judged_stays(*columns: ColumnElement[Any], where: list[ColumnElement[bool]]) -> Select[Any]:
    """Stays in phases: state, seconds, how they ended, ``columns``, ``first`` and ``spread``.

    ``first`` is 1 for the first that the role ended, of all in that phase of the build; ``spread`` is that of the
    finished ones.
    """
    column = OPEN_STAYS.c
    tried = case((column.ended_by.in_(_TRIED), 1), else_=0)
    turn = func.row_number().over(partition_by=(column.id, column.state, tried), order_by=column.number)
    wanted = (*columns, column.state, column.seconds, column.ended_by)
    rows = select(*wanted, tried.label("tried"), turn.label("turn"))
    phases = column.state.in_([phase.state for phase in PHASES])
    found = rows.where(phases, *where).subquery().c
    first = case(((found.tried == 1) & (found.turn == 1), 1), else_=0).label("first")
    spread = case((found.ended_by.in_(FINISHED), spread_of(found.seconds))).label("spread")
    return select(*(one for one in found if one.name not in ("tried", "turn")), first, spread)
