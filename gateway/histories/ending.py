"""How a workflow was closed, as the last event of its history says; no worker is asked."""

from collections.abc import AsyncIterator

from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowHistoryEventFilterType
from temporalio.service import RPCError, RPCStatusCode

from baton.domain.jsonvalue import clean_text
from baton.domain.outside import OutsideEnd, OutsideKind
from gateway.histories.run import RunReader
from gateway.histories.standing import Standing

_KINDS = {
    Standing.TERMINATED: OutsideKind.TERMINATED,
    Standing.TIMED_OUT: OutsideKind.TIMED_OUT,
    Standing.FAILED: OutsideKind.FAILED,
    Standing.CANCELLED: OutsideKind.CANCELLED,
    Standing.COMPLETED: OutsideKind.COMPLETED,
}
_MOST_TEXT = 500


async def described(client: Client, workflow_id: str) -> WorkflowExecutionDescription | None:
    """The newest run of a workflow; ``None`` where Temporal has none. Raises RPCError."""
    try:
        return await client.get_workflow_handle(workflow_id).describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise


async def how_it_closed(client: Client, workflow_id: str, run_id: str) -> OutsideEnd | None:
    """How the run was closed, by whom and why; ``None`` while it runs, and where Temporal no longer has it.

    Raises RPCError.
    """
    last: list[HistoryEvent] = []

    async def closing() -> AsyncIterator[HistoryEvent]:
        handle = client.get_workflow_handle(workflow_id, run_id=run_id)
        kind = WorkflowHistoryEventFilterType.CLOSE_EVENT
        async for event in handle.fetch_history_events(event_filter_type=kind):
            last.append(event)
            yield event

    try:
        run = await RunReader(client.data_converter, client.namespace, workflow_id, run_id).read(closing())
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise
    if run.standing not in _KINDS or run.closed_at is None:
        return None
    by = last[-1].workflow_execution_terminated_event_attributes.identity
    return OutsideEnd(kind=_KINDS[run.standing], at=run.closed_at, by=_capped(by), reason=_capped(run.reason))


def _capped(text: str) -> str:
    text = clean_text(text)
    return text if len(text) <= _MOST_TEXT else f"{text[: _MOST_TEXT - 1]}…"
