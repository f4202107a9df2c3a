"""How long builds stood still after a worker's death, read from Temporal's own history."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client

from baton.contracts.names import workflow_id
from tests.chaos.harms import Harm
from tests.chaos.profiles import HEARTBEAT_SECONDS
from tests.chaos.wrecker import Death, Outage


@dataclass(frozen=True, slots=True)
class Recovery:
    """One phase that was interrupted by a death: ``seconds`` from then until the build had its report,
    ``until_begun`` until the attempt began that made it, and that attempt's ``own`` time.
    """

    build_id: str
    phase: str
    seconds: float
    until_begun: float
    own: float
    alone: bool

    @property
    def bound(self) -> float:
        """What it may take: twice its own time, and the silence after which a worker counts as dead."""
        return 2 * self.own + HEARTBEAT_SECONDS

    @property
    def in_time(self) -> bool:
        """Whether it did not take longer."""
        return self.seconds <= self.bound


async def recoveries(client: Client, deaths: Sequence[Death], outages: Sequence[Outage]) -> list[Recovery]:
    """All phases that were performed again after a death. ``alone`` where nothing else was broken until then."""
    found = []
    for death in deaths:
        for mark in death.interrupted:
            events = await _events(client, mark.build_id)
            times = _times(events, mark.number)
            if times is None or times[0] < death.at:
                continue  # overtaken, failed by itself, or reported just before
            started, ended, heard = times
            found.append(
                Recovery(
                    build_id=mark.build_id,
                    phase=mark.phase.value,
                    seconds=heard - death.at,
                    until_begun=started - death.at,
                    own=ended - started,
                    alone=death.lone and not _disturbed(death, heard, outages),
                )
            )
    return found


async def _events(client: Client, build_id: str) -> list[HistoryEvent]:
    """The events of all runs of a build."""
    events: list[HistoryEvent] = []
    run_id: str | None = None
    seen: set[str] = set()
    while run_id not in seen:
        seen |= {run_id} if run_id is not None else set()
        handle = client.get_workflow_handle(workflow_id(build_id), run_id=run_id)
        own = [event async for event in handle.fetch_history_events()]
        events = own + events
        earlier = own[0].workflow_execution_started_event_attributes.continued_execution_run_id
        if not earlier:
            break
        run_id = earlier
    return events


def _times(events: Iterable[HistoryEvent], number: int) -> tuple[float, float, float] | None:
    """When the last attempt at the order began, when it ended, and when the workflow took its report up."""
    scheduled: int | None = None
    started = ended = 0.0
    for event in events:
        at = event.event_time.ToMicroseconds() / 1e6
        match event.event_type:
            case EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
                told = event.activity_task_scheduled_event_attributes
                if told.activity_type.name == "perform_phase" and _number(told.input.payloads[0].data) == number:
                    scheduled = event.event_id
                    started = ended = 0.0
            case EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED:
                if event.activity_task_started_event_attributes.scheduled_event_id == scheduled:
                    started = at
            case EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
                if event.activity_task_completed_event_attributes.scheduled_event_id == scheduled:
                    ended = at
            case EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED if ended:
                return started, ended, at
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
                scheduled = None
    return None


def _number(data: bytes) -> int:
    number: int = json.loads(data)["number"]
    return number


def _disturbed(death: Death, heard: float, outages: Sequence[Outage]) -> bool:
    """Whether anything else that builds need was broken between the death and the end of what it may take."""
    return any(
        outage.begin < heard and outage.end > death.at
        for outage in outages
        if outage.harm is not Harm.GATEWAY_KILLED
        and not (outage.harm is Harm.WORKER_KILLED and outage.begin == death.at)
    )


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of them do not exceed; 0 for none."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(len(ranked) * share))] if ranked else 0.0
