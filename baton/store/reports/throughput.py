"""What was started and what ended, day by day or week by week."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Date, Select, Text, cast, func, select, type_coerce
from sqlalchemy.orm import Session

from baton.domain.vocabulary import Status
from baton.store.reports.figures import Throughput
from baton.store.reports.scope import Scope
from baton.store.summaries.tables import SummaryBuild
from baton.store.summaries.totals import TotalEnds, TotalStarts
from baton.store.tables import BuildWorkflow

_LONGEST_BY_DAY = 62
_ENDED = {Status.COMPLETE: "completed", Status.FAILED: "failed", Status.CANCELLED: "cancelled"}

Query = Select[*tuple[Any, ...]]


def throughput(session: Session, scope: Scope) -> list[Throughput]:
    """What happened from ``since`` to ``until``, whenever the builds were created, without gaps.

    By day, or by week where that would be more than 62 days. Without bounds it goes from the first that happened to
    the last.
    """
    happened = _happened(session, scope)
    days = [day for day, _ in happened]
    first = scope.since.astimezone(UTC).date() if scope.since is not None else min(days, default=None)
    last = _last_day(scope.until) if scope.until is not None else max(days, default=None)
    if first is None or last is None:
        return []
    step = 1 if (last - first).days < _LONGEST_BY_DAY else 7
    begins = first if step == 1 else first - timedelta(days=first.weekday())
    return [_bin(happened, day, step) for day in _every(begins, last, step)]


def _happened(session: Session, scope: Scope) -> Counter[tuple[date, str]]:
    """How often what happened on which day: to builds that are summarized, and to all others."""
    kept = _of_totals(scope) if scope.all_time else _of_builds(session, scope, SummaryBuild)
    happened: Counter[tuple[date, str]] = Counter()
    for query in (*kept, *_of_builds(session, scope, BuildWorkflow, ~BuildWorkflow.summarized)):
        for builds, day, *status in session.execute(query):
            if builds:
                happened[_date(day), _ENDED[Status(status[0])] if status else "started"] += builds
    return happened


def _of_totals(scope: Scope) -> Iterator[Query]:
    """How many builds, by the day on which they began; and by that on which they ended, and how."""
    for table, words in ((TotalStarts, (TotalStarts.day,)), (TotalEnds, (TotalEnds.day, TotalEnds.status))):
        query = select(cast(func.sum(table.builds), BigInteger), *words)
        yield query.where(*scope.of_projects(table.project_id)).group_by(*words)


def _of_builds(
    session: Session, scope: Scope, table: type[SummaryBuild | BuildWorkflow], *where: ColumnElement[bool]
) -> Iterator[Query]:
    """The same, counted."""
    for moment, how in ((table.created_at, ()), (table.completed_at, (table.status,))):
        words = (_day(session, moment), *how)
        of_scope = (*scope.of_projects(table.project_id), *scope.of_times(moment))
        yield select(func.count(), *words).where(moment.is_not(None), *where, *of_scope).group_by(*words)


def _day(session: Session, moment: Any) -> ColumnElement[Any]:
    """The day in UTC: a date on PostgreSQL, its text on SQLite, where moments are texts."""
    if session.get_bind().dialect.name == "postgresql":
        return cast(func.timezone("UTC", moment), Date)
    return func.substr(type_coerce(moment, Text), 1, 10)


def _date(day: date | str) -> date:
    return date.fromisoformat(day) if isinstance(day, str) else day


def _last_day(until: datetime) -> date:
    """The day of the last moment before ``until``."""
    return (until.astimezone(UTC) - timedelta(microseconds=1)).date()


def _every(first: date, last: date, step: int) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=step)


def _bin(happened: Counter[tuple[date, str]], begins: date, days: int) -> Throughput:
    within = [begins + timedelta(days=number) for number in range(days)]
    counts = {name: sum(happened[day, name] for day in within) for name in ("started", *_ENDED.values())}
    return Throughput(begins=begins, days=days, **counts)
