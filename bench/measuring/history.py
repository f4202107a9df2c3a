"""What a build weighs in Temporal: events, bytes, and actions as Temporal Cloud counts them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from temporalio.api.common.v1 import Payloads
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client

_MIRROR, _PHASE = "mirror_journal", "perform_phase"
_ONE_ACTION = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED,
    EventType.EVENT_TYPE_TIMER_STARTED,
    EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
    EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED,
}


@dataclass(frozen=True)
class Weight:
    """``bytes`` are those of the events as protobuf; ``bytes_once`` leaves out what the mirror is given."""

    events: int
    bytes: int
    bytes_once: int
    actions: int


def weigh(events: Iterable[HistoryEvent]) -> Weight:
    """Weigh a history.

    Actions: the start, each signal, update, timer and change of search attributes, each attempt at an activity, and
    one for all markers (local activities, versions) of one workflow task. Heartbeats and queries leave no event, so
    they are not counted; nor is what fairness keys may cost.
    """
    count = size = mirror = actions = 0
    marked: set[int] = set()
    for event in events:
        count += 1
        size += event.ByteSize()
        if event.event_type in _ONE_ACTION:
            actions += 1
        elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
            told = event.activity_task_scheduled_event_attributes
            if told.activity_type.name == _MIRROR:
                mirror += told.input.ByteSize()
            elif told.activity_type.name == _PHASE:
                mirror += _riding(told.input)
        elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED:
            actions += max(1, event.activity_task_started_event_attributes.attempt)
        elif event.event_type == EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED:
            actions += 2
        elif event.event_type == EventType.EVENT_TYPE_MARKER_RECORDED:
            marked.add(event.marker_recorded_event_attributes.workflow_task_completed_event_id)
    return Weight(count, size, size - mirror, actions + len(marked))


def _riding(given: Payloads) -> int:
    """The bytes of the entries that ride with an order, which is JSON."""
    order = json.loads(given.payloads[0].data) if given.payloads else {}
    riding = order.get("journal") if isinstance(order, dict) else None
    return 0 if riding is None else len(json.dumps(riding, separators=(",", ":"), ensure_ascii=False).encode())


async def weight_of(client: Client, workflow_id: str) -> Weight:
    """Weigh the history of a workflow's last run."""
    return weigh((await client.get_workflow_handle(workflow_id).fetch_history()).events)
