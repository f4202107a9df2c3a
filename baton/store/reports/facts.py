"""What figures are made of, added up by the database: of builds that are summarized, and of all others.

A question about all time takes the totals of projects, one about a period the summaries. Whatever has no summary, such
as every build that runs, is told by the views. Both together are every build in scope once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Double,
    FromClause,
    Integer,
    bindparam,
    cast,
    func,
    literal,
    select,
)
from sqlalchemy.orm import Session

from baton.domain.vocabulary import Status
from baton.store.reports.scope import Scope
from baton.store.summaries.judging import judged_stays
from baton.store.summaries.spread import bounds, spread_of
from baton.store.summaries.tables import SummaryBuild, SummaryRework, SummaryStay, SummaryUsage, SummaryWait
from baton.store.summaries.totals import TotalBuilds, TotalRework, TotalStays, TotalUsage, TotalWaits
from baton.store.tables import Base
from baton.store.views import OPEN_BUILDS, OPEN_REWORK, OPEN_STAYS, OPEN_USAGE, OPEN_WAITS

Look = Callable[..., list[float]]
"""Of a bin, how many to leave out and how many to take: durations in it, the shortest first."""

Sums = list[dict[str, Any]]
"""Rows by the names of their columns: words, and what was added up for them."""


@dataclass(frozen=True, slots=True)
class Facts:
    """One kind of fact: its tables, and what is asked of builds without a summary, with the same columns.

    ``counted`` is how many there are, ``numbers`` are added up; other columns are words, or the bins of durations.
    """

    total: type[Base]
    summary: type[Base]
    open_rows: Callable[[Scope], FromClause]
    counted: str | None
    numbers: tuple[str, ...] = ()

    def sums(self, session: Session, scope: Scope, *by: str) -> Sums:
        """Everything in scope, by these words."""
        return [*self.kept(session, scope, *by), *self.open(session, scope, *by)]

    def kept(self, session: Session, scope: Scope, *by: str) -> Sums:
        """What summaries tell, by these words."""
        table = (self.total if scope.all_time else self.summary).__table__
        return self._sums(session, table, by, self.within(scope, table), of_totals=scope.all_time)

    def open(self, session: Session, scope: Scope, *by: str) -> Sums:
        """What views tell, by these words."""
        return self._sums(session, self.open_rows(scope), by, [], of_totals=False)

    @staticmethod
    def within(scope: Scope, table: FromClause) -> list[ColumnElement[bool]]:
        """The conditions on a summary or a total."""
        times = [] if scope.all_time else scope.of_times(table.c.created_at)
        return [*scope.of_projects(table.c.project_id), *times]

    def bins(self, session: Session, scope: Scope, by: str, *, status: Status) -> list[tuple[str, int, int]]:
        """Of builds that are summarized and have this status: a word, a bin, and how many of that word lie in it."""
        table = (self.total if scope.all_time else self.summary).__table__
        word, bin_ = table.c[by], table.c.spread
        counted = cast(func.sum(table.c[str(self.counted)]), BigInteger) if scope.all_time else func.count()
        query = select(word, bin_, counted).where(table.c.status == status, *self.within(scope, table))
        return [(group, place, number) for group, place, number in session.execute(query.group_by(word, bin_))]

    def looking(self, session: Session, scope: Scope, *where: ColumnElement[bool]) -> Look:
        """What looks into a bin of summaries. ``where`` may have parameters: they are the words that it is given."""
        table = self.summary.__table__
        seconds, connection = table.c.seconds, session.connection()
        within = [seconds >= bindparam("least"), seconds < bindparam("greatest"), *self.within(scope, table)]
        if scope.projects is not None and not scope.all_time:
            within.append(table.c.spread == bindparam("bin"))  # of a project in a period an index holds the bins
        query = select(seconds).where(*where, *within).order_by(seconds)
        query = query.offset(bindparam("skipped", type_=Integer)).limit(bindparam("number", type_=Integer))

        def look(bin_: int, skipped: int, number: int, **words: Any) -> list[float]:
            least, greatest = bounds(bin_)
            given = {"least": least, "greatest": greatest, "bin": bin_, "skipped": skipped, "number": number}
            return list(connection.scalars(query, given | words))

        return look

    def look_at_open(
        self, session: Session, scope: Scope, bins: set[int], *by: str, status: Status | None = None
    ) -> list[tuple[Any, ...]]:
        """What lies in these bins without a summary: by these words, its bin, and how long it took."""
        rows = self.open_rows(scope).c
        query = select(*(rows[name] for name in by), rows.spread, rows.seconds).where(rows.spread.in_(sorted(bins)))
        if status is not None:
            query = query.where(rows.status == status)
        return [tuple(row) for row in session.execute(query)]

    def _sums(
        self,
        session: Session,
        rows: FromClause,
        by: Sequence[str],
        where: Sequence[ColumnElement[bool]],
        *,
        of_totals: bool,
    ) -> Sums:
        words = [rows.c[name] for name in by]
        numbers = {name: _added(rows.c[name]) for name in self.numbers}
        if self.counted is not None:
            numbers[self.counted] = _added(rows.c[self.counted]) if of_totals else func.count()
        told = [_told(word) if of_totals else word for word in words]
        found = session.execute(select(*told, *numbers.values()).where(*where).group_by(*words))
        names = (*by, *numbers)
        return [dict(zip(names, row, strict=True)) for row in found]


def _added(number: ColumnElement[Any]) -> ColumnElement[Any]:
    """The sum; PostgreSQL would add whole numbers up to decimal ones."""
    added = func.coalesce(func.sum(number), 0)
    return added if isinstance(number.type, Double) else cast(added, BigInteger)


def _told(word: ColumnElement[Any]) -> ColumnElement[Any]:
    """A word of a total, where nothing is told otherwise."""
    if word.name == "first":
        return word
    return func.nullif(word, -1 if word.name == "spread" else "")


def _open_builds(scope: Scope) -> FromClause:
    column = OPEN_BUILDS.c
    rows = select(*column, spread_of(column.seconds).label("spread"))
    return rows.where(*scope.holds(column.project_id, column.created_at)).subquery()


def _open_stays(scope: Scope) -> FromClause:
    column = OPEN_STAYS.c
    return judged_stays(where=scope.holds(column.project_id, column.build_created_at)).subquery()


def _open_waits(scope: Scope) -> FromClause:
    column = OPEN_WAITS.c
    rows = select(column.kind, column.seconds, spread_of(column.seconds).label("spread"))
    return rows.where(*scope.holds(column.project_id, column.build_created_at)).subquery()


def _open_rework(scope: Scope) -> FromClause:
    column = OPEN_REWORK.c
    way = (column.from_role, column.to_role, column.from_state, column.to_state)
    rows = select(*way, func.count().label("times")).group_by(column.id, *way)
    return rows.where(*scope.holds(column.project_id, column.build_created_at)).subquery()


def _open_usage(scope: Scope) -> FromClause:
    column = OPEN_USAGE.c
    rows = select(*column, literal(1).label("reports"))
    return rows.where(*scope.holds(column.project_id, column.build_created_at)).subquery()


BUILDS = Facts(
    *(TotalBuilds, SummaryBuild, _open_builds, "builds"),
    ("first_pass", "seconds", "handoffs", "rework_rounds", "tokens", "cost_usd", "unpriced_reports"),
)
STAYS = Facts(TotalStays, SummaryStay, _open_stays, "stays")
WAITS = Facts(TotalWaits, SummaryWait, _open_waits, "waits", ("seconds",))
REWORK = Facts(TotalRework, SummaryRework, _open_rework, "builds", ("times",))
USAGE = Facts(
    *(TotalUsage, SummaryUsage, _open_usage, None),
    ("reports", "requests", "input_tokens", "output_tokens", "cached_tokens", "tokens", "cost_usd", "unpriced"),
)
