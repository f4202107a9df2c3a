"""One run's history, read event by event: the journal entries that it sent to the mirror, and how it began and ended.

Nothing is replayed, so no worker and no workflow code is needed: a run hands each batch of entries to the activity
``mirror_journal``, and Temporal keeps the input.
"""

from collections.abc import AsyncIterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from temporalio.api.enums.v1 import EventType
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import HistoryEvent
from temporalio.converter import ActivitySerializationContext, DataConverter

from baton.contracts.messages import MirrorBatch
from baton.domain.journal import Entry
from gateway.errors import HistoryUnreadable
from gateway.histories.standing import Standing

MIRROR_ACTIVITY = "mirror_journal"
"""The activity whose inputs hold the journal."""

_ENDINGS = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED: Standing.COMPLETED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED: Standing.FAILED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED: Standing.CANCELLED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED: Standing.TERMINATED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT: Standing.TIMED_OUT,
}


@dataclass(slots=True)
class Run:
    """What the history of one run says. ``entries`` are in the order in which they were sent first, each once."""

    run_id: str
    entries: dict[str, Entry] = field(default_factory=dict)
    acknowledged: set[str] = field(default_factory=set)
    """The hashes of entries that the mirror has answered for."""
    first_run_id: str = ""
    continued_from: str | None = None
    continued_to: str | None = None
    standing: Standing = Standing.RUNNING
    closed_at: datetime | None = None
    reason: str = ""
    """Why it failed or was terminated, as Temporal has it."""


class RunReader:
    """Takes in the events of one run, in order."""

    def __init__(self, converter: DataConverter, namespace: str, workflow_id: str, run_id: str) -> None:
        self._converter = converter
        self._namespace = namespace
        self._workflow_id = workflow_id
        self._workflow_type = ""
        self._batches: dict[int, list[str]] = {}
        self.run = Run(run_id)

    async def read(self, events: AsyncIterable[HistoryEvent]) -> Run:
        """What ``events`` say. Raises HistoryUnreadable."""
        async for event in events:
            await self._take(event)
        return self.run

    async def _take(self, event: HistoryEvent) -> None:
        match event.event_type:
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
                started = event.workflow_execution_started_event_attributes
                self._workflow_type = started.workflow_type.name
                self.run.first_run_id = started.first_execution_run_id
                self.run.continued_from = started.continued_execution_run_id or None
            case EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
                await self._take_batch(event)
            case EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
                completed = event.activity_task_completed_event_attributes.scheduled_event_id
                self.run.acknowledged.update(self._batches.pop(completed, ()))
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW:
                continued = event.workflow_execution_continued_as_new_event_attributes
                self.run.continued_to = continued.new_execution_run_id
            case kind if kind in _ENDINGS:
                self.run.standing = _ENDINGS[kind]
                self.run.closed_at = event.event_time.ToDatetime(tzinfo=UTC)
                self.run.reason = await self._reason(event)

    async def _take_batch(self, event: HistoryEvent) -> None:
        scheduled = event.activity_task_scheduled_event_attributes
        if scheduled.activity_type.name != MIRROR_ACTIVITY:
            return
        context = ActivitySerializationContext(
            namespace=self._namespace,
            activity_id=scheduled.activity_id,
            activity_type=MIRROR_ACTIVITY,
            activity_task_queue=scheduled.task_queue.name,
            workflow_id=self._workflow_id,
            workflow_type=self._workflow_type,
            is_local=False,
        )
        try:
            decoded = await self._converter.with_context(context).decode(scheduled.input.payloads, [MirrorBatch])
            batch = MirrorBatch.model_validate(decoded[0])
        except Exception as error:
            raise HistoryUnreadable(
                f"Event {event.event_id} in the history of {self._workflow_id!r}, run {self.run.run_id!r}, cannot be "
                f"decoded: {_first_line(error)}. Were its payloads written with a key that this process does not have?"
            ) from error
        for entry in batch.entries:
            self.run.entries.setdefault(entry.hash, entry)
        self._batches[event.event_id] = [entry.hash for entry in batch.entries]

    async def _reason(self, event: HistoryEvent) -> str:
        if event.HasField("workflow_execution_terminated_event_attributes"):
            return event.workflow_execution_terminated_event_attributes.reason
        if not event.HasField("workflow_execution_failed_event_attributes"):
            return ""
        failure = Failure()
        failure.CopyFrom(event.workflow_execution_failed_event_attributes.failure)
        try:
            return str(await self._converter.decode_failure(failure))
        except Exception:  # a failure of another key says less, and what it tells of is told by the entries
            return failure.message


def _first_line(error: Exception) -> str:
    lines = str(error).splitlines() or [""]
    return f"{type(error).__name__}: {lines[0][:200]}"
