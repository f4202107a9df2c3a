"""Pictures of how things stand, to be shown."""

from datetime import UTC, datetime, timedelta
from typing import Any

from baton.domain.notices import DeliveryStatus
from baton.domain.vocabulary import Role, State, Status
from baton.store.browsing import BuildLine, WaitingLine
from baton.store.standing import Ended, Group, Standing, Untaken
from gateway.standing.lag import MirrorLag
from gateway.standing.picture import Mirrored, Picture, Served
from gateway.standing.queues import QUEUES, Queue

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def build(build_id: str, state: State, role: Role | None, **more: Any) -> BuildLine:
    told = {
        "build_id": build_id,
        "project_id": "shop",
        "user_id": "ada",
        "title": "A thing",
        "state": state,
        "role": role,
        "status": Status.IN_PROGRESS,
        "progress": 50.0,
        "created_at": ago(900),
        "updated_at": ago(90),
        "completed_at": None,
        "waiting_kind": None,
        "waiting_what": None,
        "waiting_deadline": None,
        "rework_rounds": 0,
        "ended_outside": None,
    }
    return BuildLine(**(told | more))


def busy() -> Picture:
    """Much is under way, and not all of it is well."""
    groups = (
        Group(State.IMPLEMENTATION, Status.IN_PROGRESS, None, 11, ago(400), None),
        Group(State.TESTING, Status.IN_PROGRESS, None, 1_204, ago(100), None),
        Group(State.HANDOFF_TO_RELEASER, Status.WAITING, "approval", 3, ago(90_000), ago(-1_200)),
        Group(State.ERROR, Status.ERROR, "decision", 2, ago(7_200), None),
    )
    working = [
        build("checkout-rounding-of-totals-in-three-currencies-2", State.IMPLEMENTATION, Role.CODE_WRITER),
        build("slugify-1", State.TESTING, Role.TEST_AUDITOR, rework_rounds=2, project_id="a-project-with-a-long-name"),
    ]
    waiting = [
        build(
            "release-of-the-basket",
            State.HANDOFF_TO_RELEASER,
            None,
            status=Status.WAITING,
            waiting_kind="approval",
            waiting_deadline=ago(-1_200),
            updated_at=ago(90_000),
        ),
        build("parked-1", State.ERROR, None, status=Status.ERROR, waiting_kind="decision", updated_at=ago(7_200)),
    ]
    return Picture(
        NOW,
        Mirrored(
            Standing(
                NOW, groups, (Untaken(DeliveryStatus.PENDING, 4, ago(75)), Untaken(DeliveryStatus.PARKED, 1, ago(9)))
            ),
            working,
            [WaitingLine(waiting[0], ("grace", "linus")), WaitingLine(waiting[1], ())],
            Ended(ago(3_600), 120, 98, 3, 1),
            Ended(ago(86_400), 2_400, 2_230, 41, 0),
        ),
        None,
        Served(
            [
                Queue(name, 0 if name == "baton-release-manager" else 2, 7 if "writer" in name else 0, 42.0)
                for name in QUEUES
            ],
            MirrorLag(20, 6, 75.0, 9),
        ),
        None,
    )


def idle() -> Picture:
    """Nothing is under way."""
    none = Ended(ago(3_600), 0, 0, 0, 0)
    untaken = (Untaken(DeliveryStatus.PENDING, 0, None), Untaken(DeliveryStatus.PARKED, 0, None))
    return Picture(
        NOW,
        Mirrored(Standing(NOW, (), untaken), [], [], none, none),
        None,
        Served([Queue(name, 1, 0, 0.0) for name in QUEUES], MirrorLag(0, 0, 0.0, 0)),
        None,
    )
