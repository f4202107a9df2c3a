"""The schedule in Temporal by which the mirror is checked: there is one in a namespace, or none."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionExecutionStartWorkflow,
    ScheduleActionResult,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleHandle,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    WorkflowExecutionStatus,
)
from temporalio.service import RPCError, RPCStatusCode

from baton.contracts.messages import CheckMirror, MirrorChecked
from baton.contracts.names import BUILDS_QUEUE, MIRROR_CHECK
from gateway.errors import GatewayError
from workflows.checking import MirrorCheckWorkflow

_CATCH_UP = timedelta(hours=1)
"""A check that was due while Temporal was away is made up for when it is back within so long."""


class NoSchedule(GatewayError):
    """The mirror is not checked on a schedule."""

    code = "not_found"


class ScheduleExists(GatewayError):
    """The mirror is checked on a schedule already."""

    code = "schedule_exists"


class Came(StrEnum):
    """What came of one check."""

    HOLDS = "holds"  # SQL says what Temporal's histories say
    DRIFT = "drift"  # it does not
    RUNNING = "running"  # it is not over
    FAILED = "failed"  # it did not come to an end
    FORGOTTEN = "forgotten"  # Temporal no longer keeps it


@dataclass(frozen=True, slots=True)
class Check:
    """One check. ``checked`` is what it found, where it came to that."""

    workflow_id: str
    started_at: datetime
    came: Came
    checked: MirrorChecked | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """The schedule. ``checks`` are the last ones, the newest first; ``next`` is ``None`` while it is paused."""

    every: timedelta
    order: CheckMirror
    paused: bool
    note: str
    next: datetime | None
    checks: tuple[Check, ...]

    @property
    def last(self) -> Check | None:
        """The last check that is known to have ended."""
        over = (check for check in self.checks if check.came not in (Came.RUNNING, Came.FORGOTTEN))
        return next(over, None)

    @property
    def well(self) -> bool:
        """Whether the last check found nothing that is not as it should be."""
        return self.last is None or self.last.came is Came.HOLDS


async def create(client: Client, every: timedelta, order: CheckMirror) -> None:
    """Have the mirror checked every so often, from now on. Raises ScheduleExists and RPCError."""
    schedule = Schedule(
        action=ScheduleActionStartWorkflow(
            MirrorCheckWorkflow.run,
            order,
            id=MIRROR_CHECK,
            task_queue=BUILDS_QUEUE,
            static_summary="compare SQL with Temporal's histories",
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=_CATCH_UP),
    )
    try:
        await client.create_schedule(MIRROR_CHECK, schedule)
    except ScheduleAlreadyRunningError:
        raise ScheduleExists(
            "The mirror is checked on a schedule already. See it: python starter.py mirror schedule show; to have "
            "another one: python starter.py mirror schedule remove"
        ) from None


async def look(client: Client, *, most: int = 5) -> Standing:
    """The schedule and its last checks. Raises NoSchedule and RPCError."""
    with _there():
        description = await _handle(client).describe()
    schedule, info = description.schedule, description.info
    action = schedule.action
    assert isinstance(action, ScheduleActionStartWorkflow)
    (order,) = await client.data_converter.decode(action.args, [CheckMirror])
    upcoming = None if schedule.state.paused else next(iter(info.next_action_times), None)
    return Standing(
        every=schedule.spec.intervals[0].every,
        order=order,
        paused=schedule.state.paused,
        note=schedule.state.note or "",
        next=upcoming,
        checks=tuple([await _check(client, one) for one in reversed(info.recent_actions[-most:])]),
    )


async def pause(client: Client, note: str) -> None:
    """Begin no check until :func:`resume`. Raises NoSchedule and RPCError."""
    with _there():
        await _handle(client).pause(note=note or None)


async def resume(client: Client) -> None:
    """Begin checks again. Raises NoSchedule and RPCError."""
    with _there():
        await _handle(client).unpause()


async def run_now(client: Client) -> None:
    """Begin a check now, unless one is under way. Raises NoSchedule and RPCError."""
    with _there():
        await _handle(client).trigger()


async def remove(client: Client) -> None:
    """Forget the schedule; a check that is under way goes on. Raises NoSchedule and RPCError."""
    with _there():
        await _handle(client).delete()


def _handle(client: Client) -> ScheduleHandle:
    return client.get_schedule_handle(MIRROR_CHECK)


@contextmanager
def _there() -> Iterator[None]:
    try:
        yield
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        raise NoSchedule(
            "The mirror is not checked on a schedule. To have it: python starter.py mirror schedule create"
        ) from error


async def _check(client: Client, result: ScheduleActionResult) -> Check:
    action = result.action
    assert isinstance(action, ScheduleActionExecutionStartWorkflow)
    handle = client.get_workflow_handle_for(
        MirrorCheckWorkflow.run, action.workflow_id, run_id=action.first_execution_run_id
    )
    try:
        status = (await handle.describe()).status
        if status is WorkflowExecutionStatus.COMPLETED:
            checked = await handle.result()
            came = Came.HOLDS if checked.holds else Came.DRIFT
            return Check(action.workflow_id, result.started_at, came, checked)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return Check(action.workflow_id, result.started_at, Came.FORGOTTEN)
    came = Came.RUNNING if status is WorkflowExecutionStatus.RUNNING else Came.FAILED
    return Check(action.workflow_id, result.started_at, came)
