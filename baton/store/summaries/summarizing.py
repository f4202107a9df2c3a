"""Writing summaries of builds that have ended, some at a time, and taking them back.

A summary says what the views of builds without one say, and from then on those leave the build out: an answer of both
together is the same before and after. So it does not matter when builds are summarized, but to how long reports take.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Engine, Insert, Select, Table, func, insert, select, update
from sqlalchemy.orm import Session

from baton.store.ids import NAMESPACE
from baton.store.summaries.judging import judged_stays
from baton.store.summaries.spread import spread_of
from baton.store.summaries.tables import SummaryBuild, SummaryRework, SummaryStay, SummaryUsage, SummaryWait
from baton.store.tables import Base, BuildWorkflow
from baton.store.transactions import writing
from baton.store.views import OPEN_BUILDS, OPEN_REWORK, OPEN_STAYS, OPEN_USAGE, OPEN_WAITS

_LOCK = uuid5(NAMESPACE, "summaries")
_AT_A_TIME = 100


def summarize(engine: Engine, *, limit: int = _AT_A_TIME) -> int:
    """Summarize builds that have ended, at most ``limit`` of them; how many that were. The oldest ends come first.

    Raises as :meth:`~baton.store.mirror.Mirror.write`. A build that is being written just now is left for later.
    """
    row = BuildWorkflow
    ended = select(row.id).where(~row.summarized, row.completed_at.is_not(None)).order_by(row.completed_at).limit(limit)
    with writing(engine, _LOCK) as session:
        builds = session.scalars(ended.with_for_update(skip_locked=True)).all()
        if builds:
            summarize_these(session, builds)
        return len(builds)


def summarize_these(session: Session, builds: Sequence[UUID]) -> None:
    """Summarize builds that have ended and have no summary, and that nobody else is writing."""
    for statement in _statements(builds):
        session.execute(statement)
    session.execute(_marked(builds, summarized=True))


def unsummarize(session: Session, build: UUID) -> None:
    """Forget the summary of a build whose rows are about to be changed, and keep it from being made meanwhile."""
    session.execute(_marked([build], summarized=False))


def _marked(builds: Sequence[UUID], *, summarized: bool) -> Any:
    changed = update(BuildWorkflow).where(BuildWorkflow.id.in_(builds)).values(summarized=summarized)
    return changed.execution_options(synchronize_session=False)


def _statements(builds: Sequence[UUID]) -> list[Insert]:
    return [
        _copied(SummaryBuild, _builds().where(OPEN_BUILDS.c.id.in_(builds))),
        _copied(SummaryStay, _stays(builds)),
        _copied(SummaryWait, _waits(builds)),
        _copied(SummaryRework, _rework().where(OPEN_REWORK.c.id.in_(builds))),
        _copied(SummaryUsage, _usage(builds)),
    ]


def _copied(into: type[Base], rows: Select[Any]) -> Insert:
    """``rows`` have the names of the columns."""
    return insert(into).from_select([column.name for column in rows.selected_columns], rows)


def _of_build(view: Table) -> list[Any]:
    return [view.c.id.label("workflow_id"), view.c.project_id, view.c.build_created_at.label("created_at")]


def _builds() -> Select[Any]:
    column = OPEN_BUILDS.c
    named = [column[one.name] for one in SummaryBuild.__table__.columns if one.name not in ("workflow_id", "spread")]
    return select(column.id.label("workflow_id"), *named, spread_of(column.seconds).label("spread"))


def _stays(builds: Sequence[UUID]) -> Select[Any]:
    return judged_stays(*_of_build(OPEN_STAYS), OPEN_STAYS.c.number, where=[OPEN_STAYS.c.id.in_(builds)])


def _waits(builds: Sequence[UUID]) -> Select[Any]:
    column = OPEN_WAITS.c
    number = func.row_number().over(partition_by=column.id, order_by=(column.stay, column.began_at)).label("number")
    spread = spread_of(column.seconds).label("spread")
    rows = select(*_of_build(OPEN_WAITS), number, column.kind, column.seconds, spread)
    return rows.where(column.id.in_(builds))


def _rework() -> Select[Any]:
    column = OPEN_REWORK.c
    way = (column.from_role, column.to_role, column.from_state, column.to_state)
    of_build = (column.id, column.project_id, column.build_created_at)
    return select(*_of_build(OPEN_REWORK), *way, func.count().label("times")).group_by(*of_build, *way)


def _usage(builds: Sequence[UUID]) -> Select[Any]:
    column = OPEN_USAGE.c
    player = (column.role, column.program, column.model)
    of_build = (column.id, column.project_id, column.build_created_at)
    totals = ("requests", "input_tokens", "output_tokens", "cached_tokens", "tokens", "cost_usd", "unpriced")
    added = (
        select(
            *_of_build(OPEN_USAGE),
            *player,
            func.count().label("reports"),
            *(func.sum(column[name]).label(name) for name in totals),
        )
        .where(column.id.in_(builds))
        .group_by(*of_build, *player)
        .subquery()
        .c
    )
    number = func.row_number().over(partition_by=added.workflow_id, order_by=(added.role, added.program, added.model))
    return select(*added, number.label("number"))
