"""What has changed in the mirror, for those who watch it: asked for some times a second, so cheap when nothing has."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from sqlalchemy import Engine, or_, select
from sqlalchemy.orm import Session

from baton.domain.journal import Entry, Head
from baton.store.browsing import BuildLine
from baton.store.rows import entry_of
from baton.store.tables import BuildWorkflow, WorkflowEvent
from baton.store.transactions import reading


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a build's journal ends in the mirror, and whether the build has ended."""

    head: Head
    ended: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """A build as lists filter it. ``head_hash`` differs as soon as anything of it does."""

    head_hash: str
    project_id: str
    user_id: str
    state: str
    status: str
    ended: bool

    @classmethod
    def of(cls, line: BuildLine, head_hash: str) -> Self:
        """The standing that ``line`` tells of."""
        return cls(
            head_hash=head_hash,
            project_id=line.project_id,
            user_id=line.user_id,
            state=line.state.value,
            status=line.status.value,
            ended=line.completed_at is not None,
        )


@dataclass(frozen=True, slots=True)
class Look:
    """One look: the marks of the builds asked for that are there, and the standings of those that move."""

    marks: dict[UUID, Mark]
    standings: dict[UUID, Standing]


@dataclass(frozen=True, slots=True)
class Seen:
    """The last entry that somebody has seen; its hash may be a first part of it."""

    sequence: int
    hash: str


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Entries after those seen. ``anew``: what was seen is no longer true, and these begin with the first.

    ``mark`` is ``None`` while the mirror does not have the build.
    """

    entries: tuple[Entry, ...]
    more: bool
    anew: bool
    mark: Mark | None


def look(engine: Engine, builds: Collection[UUID], since: datetime | None) -> Look:
    """The marks of ``builds``, and with ``since`` the standings of all that have not ended or moved after it."""
    with reading(engine) as session:
        return Look(_marks(session, builds) if builds else {}, {} if since is None else _standings(session, since))


def entries_after(engine: Engine, build: UUID, seen: Seen | None, limit: int) -> EntryPage:
    """The living entries after ``seen``, at most ``limit`` of them; all when ``seen`` is not among the living."""
    with reading(engine) as session:
        mark = _marks(session, [build]).get(build)
        holds = seen is not None and _holds(session, build, seen)
        found = _living(session, build, seen.sequence + 1 if seen is not None and holds else 1, limit + 1)
        return EntryPage(
            entries=tuple(found[:limit]), more=len(found) > limit, anew=seen is not None and not holds, mark=mark
        )


def _marks(session: Session, builds: Collection[UUID]) -> dict[UUID, Mark]:
    row = BuildWorkflow
    query = select(row.id, row.head_sequence, row.head_hash, row.completed_at).where(row.id.in_(builds))
    return {
        key: Mark(Head(sequence=sequence, hash=digest), ended=completed is not None)
        for key, sequence, digest, completed in session.execute(query)
    }


def _standings(session: Session, since: datetime) -> dict[UUID, Standing]:
    row = BuildWorkflow
    query = select(row.id, row.head_hash, row.project_id, row.user_id, row.current_state, row.status, row.completed_at)
    query = query.where(or_(row.completed_at.is_(None), row.updated_at >= since))
    return {
        key: Standing(digest, project, user, state, status, ended=completed is not None)
        for key, digest, project, user, state, status, completed in session.execute(query)
    }


def _holds(session: Session, build: UUID, seen: Seen) -> bool:
    there = _living(session, build, seen.sequence, 1)
    return bool(there) and there[0].sequence == seen.sequence and there[0].hash.startswith(seen.hash)


def _living(session: Session, build: UUID, first: int, limit: int) -> list[Entry]:
    query = select(WorkflowEvent).where(
        WorkflowEvent.workflow_id == build, ~WorkflowEvent.superseded, WorkflowEvent.sequence >= first
    )
    rows = session.scalars(query.order_by(WorkflowEvent.sequence).limit(limit))
    return [entry_of(row) for row in rows]
