"""What was started and what ended, day by day or week by week."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from baton.domain.vocabulary import Status
from baton.store.reports.figures import Throughput
from baton.store.reports.scope import Scope
from baton.store.tables import BuildWorkflow

_LONGEST_BY_DAY = 62
_ENDED = {Status.COMPLETE: "completed", Status.FAILED: "failed", Status.CANCELLED: "cancelled"}


def throughput(session: Session, scope: Scope) -> list[Throughput]:
    """What happened from ``since`` to ``until``, whenever the builds were created, without gaps.

    By day, or by week where that would be more than 62 days. Without bounds it goes from the first that happened to
    the last.
    """
    happened = Counter(_happened(session, scope))
    days = [day for day, _ in happened]
    first = scope.since.astimezone(UTC).date() if scope.since is not None else min(days, default=None)
    last = _last_day(scope.until) if scope.until is not None else max(days, default=None)
    if first is None or last is None:
        return []
    step = 1 if (last - first).days < _LONGEST_BY_DAY else 7
    begins = first if step == 1 else first - timedelta(days=first.weekday())
    return [_bin(happened, day, step) for day in _every(begins, last, step)]


def _happened(session: Session, scope: Scope) -> Iterator[tuple[date, str]]:
    in_projects = scope.of_projects(BuildWorkflow.project_id)
    created, ended = BuildWorkflow.created_at, BuildWorkflow.completed_at
    for at in session.scalars(select(created).where(*in_projects, *scope.of_times(created))):
        yield at.date(), "started"
    query = select(ended, BuildWorkflow.status).where(*in_projects, *scope.of_times(ended))
    for over, status in session.execute(query):
        if over is not None:
            yield over.date(), _ENDED[Status(status)]


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
