"""Reading what comes in pages, and over runs: after a continue-as-new the run before answers for what it knew."""

from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from baton.contracts.messages import CommandReply, Handoff, HistoryPage, JournalPage, PageRequest
from baton.domain.handing import handed_over
from baton.domain.journal import Entry
from gateway.errors import JournalCut
from workflows.build import BuildWorkflow


async def read_journal(client: Client, workflow_id: str, *, after: int = 0) -> list[Entry]:
    """All entries after ``after``. Raises :class:`JournalCut` when Temporal no longer keeps an earlier run."""
    pieces: list[list[Entry]] = []
    run_id: str | None = None
    while True:
        entries, first, earlier = await _of_run(client, workflow_id, run_id, after)
        pieces.append(entries)
        if earlier is None or first <= after + 1:
            return [entry for piece in reversed(pieces) for entry in piece]
        run_id = earlier


async def read_history(client: Client, workflow_id: str) -> list[Handoff]:
    """All handoffs; what was handed over in earlier runs is found in their journals."""
    handle = _handle(client, workflow_id)
    handoffs: list[Handoff] = []
    more = True
    while more:
        after = handoffs[-1].record.sequence if handoffs else 0
        page: HistoryPage = await handle.query(BuildWorkflow.history, PageRequest(after=after))
        handoffs += page.handoffs
        more = page.more
    if all(handoff.data is not None for handoff in handoffs):
        return handoffs
    by_sequence = {entry.sequence: entry for entry in await read_journal(client, workflow_id)}
    return [
        handoff if handoff.data is not None else _whole(handoff, by_sequence[handoff.record.sequence])
        for handoff in handoffs
    ]


def _handle(client: Client, workflow_id: str, run_id: str | None = None) -> WorkflowHandle[BuildWorkflow, CommandReply]:
    return client.get_workflow_handle_for(BuildWorkflow.run, workflow_id, run_id=run_id)


async def _of_run(
    client: Client, workflow_id: str, run_id: str | None, after: int
) -> tuple[list[Entry], int, str | None]:
    """What one run answers for after ``after``, its first sequence, and the run before it."""
    handle = _handle(client, workflow_id, run_id)
    entries: list[Entry] = []
    while True:
        try:
            page: JournalPage = await handle.query(BuildWorkflow.journal, PageRequest(after=after))
        except RPCError as error:
            if run_id is not None and error.status is RPCStatusCode.NOT_FOUND:
                raise JournalCut(
                    f"Temporal no longer keeps run {run_id!r} of {workflow_id!r}, which holds the first part of the "
                    "journal. The mirror has it: table workflow_events"
                ) from error
            raise
        entries += page.entries
        if not page.more:
            return entries, page.first_sequence, page.earlier_run_id
        after = entries[-1].sequence


def _whole(handoff: Handoff, entry: Entry) -> Handoff:
    return Handoff(record=handoff.record, data=handed_over(entry))
