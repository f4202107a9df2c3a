"""What a failed replay teaches: where the code and the history part, what was recorded there, and the ways out."""

import base64
import json
import re
from collections.abc import Awaitable, Callable, Iterator
from itertools import pairwise
from typing import Any

from temporalio.client import WorkflowHistory

_STARTED = "EVENT_TYPE_WORKFLOW_TASK_STARTED"
_COMMANDS = {
    "ACTIVITY_TASK_SCHEDULED": "activity",
    "ACTIVITY_TASK_CANCEL_REQUESTED": "cancellation of an activity",
    "MARKER_RECORDED": "marker",
    "TIMER_STARTED": "timer",
    "TIMER_CANCELED": "cancellation of a timer",
    "UPSERT_WORKFLOW_SEARCH_ATTRIBUTES": "search attributes",
    "WORKFLOW_EXECUTION_COMPLETED": "end: completed",
    "WORKFLOW_EXECUTION_FAILED": "end: failed",
    "WORKFLOW_EXECUTION_CANCELED": "end: cancelled",
    "WORKFLOW_EXECUTION_CONTINUED_AS_NEW": "continue-as-new",
    "WORKFLOW_EXECUTION_UPDATE_ACCEPTED": "update accepted",
    "WORKFLOW_EXECUTION_UPDATE_COMPLETED": "update answered",
}

_LESSON = """\
The workflow code no longer does what it did when {name!r} was recorded.

  where      {where} of {file}
  recorded   {recorded}
  the code   {reason}

With the same history it gives other commands (activities, timers, markers, search attributes), or the same in another
order. Builds that are under way would stop with this error as soon as a worker with this code takes them up.

There are three ways out, and docs/upgrades.md shows each:

1. Revert it, if nobody meant to change the workflow: look for a new await, a new activity or timer, a search attribute
   set earlier or later, a loop over a set.
2. Keep both ways, if builds under way shall take the new one from where they are:
   `if workflow.patched("what-changed"): <new> else: <old>`.
3. Make it a new version: workers with a new BATON_DEPLOYMENT_VERSION take new builds, and builds under way end on the
   workers that they began with. Only then, or before a release that nobody has used, when no build that began with the
   old code can run on the new, record anew (python -m tests.replay.record) and commit the histories with the change.
"""

Replays = Callable[[WorkflowHistory], Awaitable[bool]]


async def lesson(name: str, file: str, history: WorkflowHistory, error: Exception, replays: Replays) -> str:
    """What to tell whoever broke the replay of ``history``; ``replays`` says whether a part of it still does."""
    events = json.loads(history.to_json())["events"]
    first, last = await _parting(history.workflow_id, events, replays)
    reason = _reason(str(error))
    named = re.search(r"HistoryEvent\(id: (\d+)", reason)
    where = f"event {named[1]}, in the workflow task of" if named else "the workflow task of"
    recorded = "; ".join(_told(events[first:last])) or "no command"
    return _LESSON.format(
        name=name, where=f"{where} events {first + 1} to {last}", file=file, recorded=recorded, reason=reason
    )


async def _parting(workflow_id: str, events: list[dict[str, Any]], replays: Replays) -> tuple[int, int]:
    """The first workflow task whose commands are others: where it starts in ``events``, and where the next one does."""
    starts = [number for number, event in enumerate(events) if event["eventType"] == _STARTED]
    for first, following in pairwise(starts):
        part = json.dumps({"events": events[: following + 1]})
        if not await replays(WorkflowHistory.from_json(workflow_id, part)):
            return first, following
    return starts[-1], len(events)


def _reason(error: str) -> str:
    """The sentence in what Temporal's core says."""
    found = re.search(r'message: "((?:[^"\\]|\\.)*)"', error)
    return (found[1] if found else error).replace('\\"', '"')


def _told(events: list[dict[str, Any]]) -> Iterator[str]:
    """The commands among ``events``, as people say them."""
    for event in events:
        kind = event["eventType"].removeprefix("EVENT_TYPE_")
        if kind in _COMMANDS:
            yield f"{event['eventId']} {' '.join(filter(None, (_COMMANDS[kind], _what(event))))}"


def _what(event: dict[str, Any]) -> str:
    """What a command's event says of itself: the name of the activity or update, and its summary."""
    for key, held in event.items():
        if key.startswith("activityTaskScheduled"):
            summary = event.get("userMetadata", {}).get("summary", {}).get("data", "")
            said = base64.b64decode(summary).decode(errors="replace").strip('"')
            return f"{held['activityType']['name']} ({said})" if said else str(held["activityType"]["name"])
        if key.startswith("markerRecorded"):
            details = held.get("details", {}).get("data") or held.get("details", {}).get("patch-data") or {}
            data = [base64.b64decode(payload["data"]) for payload in details.get("payloads", ())]
            told = json.loads(data[0]) if data else {}
            return str(told.get("activity_type") or told.get("id") or held["markerName"])
        if key.startswith("workflowExecutionUpdateAccepted"):
            return str(held["acceptedRequest"]["input"]["name"])
    return ""
