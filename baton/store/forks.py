"""Forks: those of a build, and what two builds have in common."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from baton.domain.vocabulary import Phase, State, Status
from baton.store.among import among
from baton.store.ids import build_key
from baton.store.tables import BuildWorkflow
from baton.store.transactions import reading

_MOST = 200


@dataclass(frozen=True, slots=True)
class ForkLine:
    """A build that was forked from another: at which of its phases, and with which entry that began there."""

    build_id: str
    project_id: str
    title: str
    profile: str
    state: State
    status: Status
    created_at: datetime
    phase: Phase
    sequence: int

    @classmethod
    def of(cls, row: BuildWorkflow) -> Self:
        """What ``row`` says of a fork."""
        assert row.forked_phase is not None
        assert row.forked_sequence is not None
        return cls(
            build_id=row.build_id,
            project_id=row.project_id,
            title=row.title,
            profile=row.profile,
            state=State(row.current_state),
            status=Status(row.status),
            created_at=row.created_at,
            phase=Phase(row.forked_phase),
            sequence=row.forked_sequence,
        )


@dataclass(frozen=True, slots=True)
class Parting:
    """Where two builds part: the build that both come from, or that one of them is, and the entry up to which it is
    the story of both. ``phase`` is the one that began there."""

    build_id: str
    sequence: int
    phase: Phase


def forks_of(engine: Engine, build_id: str, projects: Collection[str] | None = None) -> list[ForkLine]:
    """The builds that were forked from that one, the oldest first; of ``projects``, where not all may be seen."""
    query = select(BuildWorkflow).where(BuildWorkflow.forked_from == build_id)
    if projects is not None:
        query = query.where(among(BuildWorkflow.project_id, projects))
    with reading(engine) as session:
        found = session.scalars(query.order_by(BuildWorkflow.created_at, BuildWorkflow.build_id).limit(_MOST))
        return [ForkLine.of(row) for row in found]


def parting(session: Session, one: str, other: str) -> Parting | None:
    """Where two builds part; ``None`` when neither comes from the other, nor both from a third."""
    mine, theirs = _way_back(session, one), _way_back(session, other)
    common = next((build for build in mine if build in theirs), None)
    if common is None:
        return None
    points = [point for point in (mine[common], theirs[common]) if point is not None]
    return min(points, key=lambda point: point.sequence, default=None)


def _way_back(session: Session, build_id: str) -> dict[str, Parting | None]:
    """The builds that it comes from, itself first, each with the point up to which that one's story is its own."""
    way: dict[str, Parting | None] = {build_id: None}
    here = build_id
    while (row := session.get(BuildWorkflow, build_key(here))) is not None and row.forked_from is not None:
        assert row.forked_sequence is not None
        assert row.forked_phase is not None
        here = row.forked_from
        if here in way:  # an ID that was used again
            break
        way[here] = Parting(here, row.forked_sequence, Phase(row.forked_phase))
    return way
