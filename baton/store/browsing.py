"""Looking through many builds: pages of them with what each waits for, and how many there are of each status."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, Select, case, func, literal, or_, select, tuple_, union_all

from baton.domain.outside import OutsideKind
from baton.domain.view import BuildView
from baton.domain.vocabulary import Role, State, Status
from baton.store.among import among
from baton.store.rows import shown_view
from baton.store.summaries.totals import TotalBuilds
from baton.store.tables import BuildWorkflow
from baton.store.transactions import asking, reading

_B = BuildWorkflow
_MOST_WAITING = 1000
_MOST_PAGES = 100
"""For so many projects a page of each is taken; who sees more of them sees most of what there is."""

NEWEST_FIRST = (_B.created_at.desc(), _B.build_id.desc())
"""The order of lists."""

Query = Select[*tuple[Any, ...]]

Place = tuple[datetime, str]
"""A place in a list: when the build before it was created, and its ID."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which builds somebody wants to see; ``None`` is all. ``projects`` are those that exist for the one who asks.

    ``text`` is looked for in build IDs and titles, in either case.
    """

    projects: Collection[str] | None = None
    project: str | None = None
    user: str | None = None
    state: State | None = None
    status: Status | None = None
    waiting: str | None = None
    text: str | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """The same, of the rows."""
        wanted = {
            _B.user_id: self.user,
            _B.current_state: self.state,
            _B.status: self.status,
            _B.waiting_kind: self.waiting,
        }
        found = [column == str(value) for column, value in wanted.items() if value is not None]
        projects = self.seen_projects()
        if projects is not None:
            found.append(among(_B.project_id, projects))
        if self.text:
            found.append(or_(_B.build_id.icontains(self.text, autoescape=True), _contains_title(self.text)))
        return found

    def seen_projects(self) -> list[str] | None:
        """The projects whose builds are wanted and exist for the one who asks; ``None`` is all."""
        if self.projects is None:
            return None if self.project is None else [self.project]
        return sorted(one for one in set(self.projects) if self.project in (None, one))


def _contains_title(text: str) -> ColumnElement[bool]:
    return _B.title.icontains(text, autoescape=True)


@dataclass(frozen=True, slots=True)
class BuildLine:
    """One build, as a list shows it. ``progress`` is the part of its phases that are completed, in percent."""

    build_id: str
    project_id: str
    user_id: str
    title: str
    state: State
    role: Role | None
    status: Status
    progress: float
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None
    waiting_kind: str | None
    waiting_what: str | None
    waiting_deadline: datetime | None
    rework_rounds: int
    ended_outside: OutsideKind | None

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """What the values of :data:`_COLUMNS` say."""
        build_id, project_id, user_id, title, state, role, status, *rest = values
        acting = None if role is None else Role(role)
        rest[-1] = None if rest[-1] is None else OutsideKind(rest[-1])
        return cls(build_id, project_id, user_id, title, State(state), acting, Status(status), *rest)


_COLUMNS = (
    _B.build_id,
    _B.project_id,
    _B.user_id,
    _B.title,
    _B.current_state,
    _B.acting_role,
    _B.status,
    _B.progress,
    _B.created_at,
    _B.updated_at,
    _B.completed_at,
    _B.waiting_kind,
    _B.waiting_what,
    _B.waiting_deadline,
    _B.rework_rounds,
    _B.ended_outside,
)


@dataclass(frozen=True, slots=True)
class BuildPage:
    """Some builds, newest first. ``more``: older ones follow."""

    builds: list[BuildLine]
    more: bool


def browse(engine: Engine, wanted: Wanted, *, limit: int = 50, after: Place | None = None) -> BuildPage:
    """The builds that are wanted. ``after`` is the place of the last of the page before."""
    with asking(engine) as session:
        found = [BuildLine.of(row) for row in session.execute(page_query(wanted, limit + 1, after))]
    return BuildPage(found[:limit], more=len(found) > limit)


def page_query(wanted: Wanted, limit: int, after: Place | None) -> Query:
    """At most ``limit`` builds. Of several projects it is a page of each, of which the newest are taken.

    The pages are of places alone, which the indexes hold: only the rows of those that are taken are read. The index of
    a user's builds holds their projects.
    """
    projects = wanted.seen_projects() or ()
    if wanted.user is not None or not 1 < len(projects) <= _MOST_PAGES:
        return _page(_COLUMNS, wanted, limit, after)
    each = [_page((_B.created_at, _B.build_id), replace(wanted, project=one), limit, after) for one in projects]
    places = union_all(*(select(page.subquery()) for page in each)).subquery()
    newest = select(places.c.build_id).order_by(places.c.created_at.desc(), places.c.build_id.desc()).limit(limit)
    return select(*_COLUMNS).where(_B.build_id.in_(newest)).order_by(*NEWEST_FIRST)


def _page(columns: Sequence[Any], wanted: Wanted, limit: int, after: Place | None) -> Query:
    query = select(*columns).where(*wanted.conditions())
    if after is not None:
        query = query.where(older(*after))
    return query.order_by(*NEWEST_FIRST).limit(limit)


def lines_of(engine: Engine, builds: Collection[UUID]) -> dict[UUID, BuildLine]:
    """The builds with these keys that there are."""
    query = select(_B.id, *_COLUMNS).where(_B.id.in_(builds))
    with reading(engine) as session:
        return {row[0]: BuildLine.of(row[1:]) for row in session.execute(query)}


def count_by_status(engine: Engine, projects: Collection[str] | None = None) -> dict[Status, int]:
    """How many builds there are of each status that there is one of."""
    with reading(engine) as session:
        counted = Counter[str]()
        for query in count_queries(projects):
            for status, builds in session.execute(query):
                counted[status] += int(builds)
        return {Status(status): builds for status, builds in counted.items() if builds}


def count_queries(projects: Collection[str] | None) -> tuple[Query, Query]:
    """The builds that are summarized, which are counted already, and the others: by status."""
    kept = select(TotalBuilds.status, func.sum(TotalBuilds.builds)).group_by(TotalBuilds.status)
    if projects is not None:
        kept = kept.where(among(TotalBuilds.project_id, projects))
    others = select(_B.status, func.count()).where(~_B.summarized, *Wanted(projects=projects).conditions())
    return kept, others.group_by(_B.status)


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """A build that waits for people. ``approvers`` are those who may decide on its handoff, when any are named."""

    build: BuildLine
    approvers: tuple[str, ...]


def waiting_lines(
    engine: Engine, projects: Collection[str] | None = None, *, most: int = _MOST_WAITING
) -> tuple[list[WaitingLine], bool]:
    """The builds that wait for people, the most urgent first, and whether there are more than are looked at."""
    with reading(engine) as session:
        found = [_waiting(row) for row in session.execute(waiting_query(projects, most))]
    return found[:most], len(found) > most


def waiting_query(projects: Collection[str] | None, most: int = _MOST_WAITING) -> Query:
    """One more than are looked at. Views are large: only those of builds that wait for an approval are read."""
    approvers = case((_B.waiting_kind == "approval", _B.view["pending_approval"]["approvers"]))
    return (
        select(*_COLUMNS, approvers)
        .where(_B.waiting_kind.is_not(None), *Wanted(projects=projects).conditions())
        .order_by(_B.waiting_deadline.is_(None), _B.waiting_deadline, _B.updated_at, _B.build_id)
        .limit(most + 1)
    )


def _waiting(values: Sequence[Any]) -> WaitingLine:
    return WaitingLine(BuildLine.of(values[:-1]), tuple(values[-1] or ()))


def views(engine: Engine, build_ids: Collection[str]) -> dict[str, BuildView]:
    """The builds of these IDs that there are, whole."""
    query = select(_B).where(_B.build_id.in_(sorted(build_ids)))
    with reading(engine) as session:
        return {row.build_id: shown_view(row) for row in session.scalars(query)}


def older(created_at: datetime, build_id: str) -> ColumnElement[bool]:
    """That a build comes after that place in a list. Compared as a pair, so that an index leads there."""
    place = tuple_(literal(created_at, _B.created_at.type), literal(build_id, _B.build_id.type))
    return tuple_(_B.created_at, _B.build_id) < place
