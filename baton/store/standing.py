"""How things stand, in a few numbers: what is under way, what waits for whom, which notices nobody has taken.

The one place where they come from: metrics and the command line show the same. Builds that have ended are not looked
at, so a question costs what is under way and not what there ever was; an index finds it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from baton.domain.notices import DeliveryStatus
from baton.domain.vocabulary import State, Status
from baton.store.tables import BuildWorkflow, WebhookDelivery
from baton.store.transactions import reading

LIVING = (Status.IN_PROGRESS, Status.WAITING, Status.PAUSED, Status.ERROR)
"""The status of a build that has not ended."""

_UNTAKEN = (DeliveryStatus.PENDING, DeliveryStatus.PARKED)
_B = BuildWorkflow


@dataclass(frozen=True, slots=True)
class Group:
    """Builds that are alike. ``moved_at`` is when the one last moved that has stood still longest."""

    state: State
    status: Status
    waiting_kind: str | None
    builds: int
    moved_at: datetime
    deadline: datetime | None


@dataclass(frozen=True, slots=True)
class Untaken:
    """Notices that nobody has taken, and since when the oldest is there."""

    status: DeliveryStatus
    notices: int
    queued_at: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand ``at`` a moment."""

    at: datetime
    groups: tuple[Group, ...]
    untaken: tuple[Untaken, ...]

    @property
    def by_status(self) -> dict[Status, int]:
        """How many builds there are of each status, none left out."""
        return {status: sum(one.builds for one in self.groups if one.status is status) for status in LIVING}


def standing(engine: Engine) -> Standing:
    """How things stand now. Raises StoreError."""
    with reading(engine) as session:
        return Standing(datetime.now(UTC), tuple(_groups(session)), tuple(_untaken(session)))


def _groups(session: Session) -> list[Group]:
    alike = (_B.current_state, _B.status, _B.waiting_kind)
    query = (
        select(*alike, func.count(), func.min(_B.updated_at), func.min(_B.waiting_deadline))
        .where(_B.status.in_([status.value for status in LIVING]))
        .group_by(*alike)
        .order_by(*alike)
    )
    return [
        Group(State(state), Status(status), kind, builds, moved_at, deadline)
        for state, status, kind, builds, moved_at, deadline in session.execute(query)
    ]


def _untaken(session: Session) -> list[Untaken]:
    query = (
        select(WebhookDelivery.status, func.count(), func.min(WebhookDelivery.created_at))
        .where(WebhookDelivery.status.in_([status.value for status in _UNTAKEN]))
        .group_by(WebhookDelivery.status)
    )
    found = {status: (notices, queued_at) for status, notices, queued_at in session.execute(query)}
    return [Untaken(status, *found.get(status.value, (0, None))) for status in _UNTAKEN]


@dataclass(frozen=True, slots=True)
class Ended:
    """Builds that began and that ended since a moment."""

    since: datetime
    started: int
    completed: int
    failed: int
    cancelled: int


def ended_since(engine: Engine, since: datetime) -> Ended:
    """What happened since then; an index on each time finds it. Raises StoreError."""
    with reading(engine) as session:
        started = session.scalar(select(func.count()).where(_B.created_at >= since)) or 0
        query = select(_B.status, func.count()).where(_B.completed_at >= since).group_by(_B.status)
        by_status = {Status(status): builds for status, builds in session.execute(query)}
    return Ended(
        since,
        started,
        by_status.get(Status.COMPLETE, 0),
        by_status.get(Status.FAILED, 0),
        by_status.get(Status.CANCELLED, 0),
    )
