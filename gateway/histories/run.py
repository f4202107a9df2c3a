"""One run's history, read event by event: the journal entries that it sent to the mirror, and how it began and ended.

Nothing is replayed, so no worker and no workflow code is needed: a run hands its entries to the activities
``mirror_journal`` and ``perform_phase``, with whose orders they ride, and Temporal keeps the inputs.
"""

from collections.abc import AsyncIterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from pydantic import BaseModel, ConfigDict
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import HistoryEvent
from temporalio.converter import ActivitySerializationContext, DataConverter

from baton.contracts.messages import MirrorBatch
from baton.domain.journal import Entry
from gateway.errors import HistoryUnreadable
from gateway.histories.standing import Standing

MIRROR_ACTIVITY = "mirror_journal"
PHASE_ACTIVITY = "perform_phase"
"""The activities whose inputs hold the journal."""


class _Laden(BaseModel):
    """Of an order what is read here."""

    model_config = ConfigDict(extra="ignore")

    journal: MirrorBatch | None = None


class _Answer(BaseModel):
    """Of an answer to a laden order what is read here."""

    model_config = ConfigDict(extra="ignore")

    journal_written: int | None = None


_Read = TypeVar("_Read", bound=BaseModel)

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
        self._sent: dict[int, tuple[MirrorBatch, ActivitySerializationContext]] = {}
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
                await self._take_answer(event)
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW:
                continued = event.workflow_execution_continued_as_new_event_attributes
                self.run.continued_to = continued.new_execution_run_id
            case kind if kind in _ENDINGS:
                self.run.standing = _ENDINGS[kind]
                self.run.closed_at = event.event_time.ToDatetime(tzinfo=UTC)
                self.run.reason = await self._reason(event)

    async def _take_batch(self, event: HistoryEvent) -> None:
        scheduled = event.activity_task_scheduled_event_attributes
        kind = scheduled.activity_type.name
        if kind not in (MIRROR_ACTIVITY, PHASE_ACTIVITY):
            return
        context = ActivitySerializationContext(
            namespace=self._namespace,
            activity_id=scheduled.activity_id,
            activity_type=kind,
            activity_task_queue=scheduled.task_queue.name,
            workflow_id=self._workflow_id,
            workflow_type=self._workflow_type,
            is_local=False,
        )
        given = scheduled.input.payloads
        if kind == MIRROR_ACTIVITY:
            batch = await self._decoded(event, context, given, MirrorBatch)
        elif (riding := (await self._decoded(event, context, given, _Laden)).journal) is not None:
            batch = riding
        else:
            return
        for entry in batch.entries:
            self.run.entries.setdefault(entry.hash, entry)
        self._sent[event.event_id] = batch, context

    async def _take_answer(self, event: HistoryEvent) -> None:
        completed = event.activity_task_completed_event_attributes
        if (sent := self._sent.pop(completed.scheduled_event_id, None)) is None:
            return
        batch, context = sent
        written: int | None = batch.entries[-1].sequence
        if context.activity_type == PHASE_ACTIVITY:
            written = (await self._decoded(event, context, completed.result.payloads, _Answer)).journal_written
        self.run.acknowledged.update(entry.hash for entry in batch.entries if entry.sequence <= (written or 0))

    async def _decoded(
        self,
        event: HistoryEvent,
        context: ActivitySerializationContext,
        payloads: Sequence[Payload],
        kind: type[_Read],
    ) -> _Read:
        try:
            decoded = await self._converter.with_context(context).decode(payloads, [kind])
            return kind.model_validate(decoded[0])
        except Exception as error:
            raise HistoryUnreadable(
                f"Event {event.event_id} in the history of {self._workflow_id!r}, run {self.run.run_id!r}, cannot be "
                f"decoded: {_first_line(error)}. Were its payloads written with a key that this process does not have?"
            ) from error

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
