"""Reading what comes in pages, and over runs: what was before a continue-as-new is in the history of the run before."""

from temporalio.client import Client, WorkflowHandle

from baton.contracts.messages import CommandReply, Handoff, HistoryPage, JournalPage, PageRequest
from baton.domain.fold import fold
from baton.domain.handing import handed_over
from baton.domain.journal import Entry
from baton.domain.view import HandoffRecord
from gateway.errors import JournalCut
from gateway.histories.journal import read_run
from workflows.build import BuildWorkflow


async def read_journal(client: Client, workflow_id: str, *, after: int = 0) -> list[Entry]:
    """All entries after ``after``. Raises :class:`JournalCut` when Temporal no longer keeps an earlier run."""
    entries, first, earlier = await _answered(client, workflow_id, after)
    pieces = [entries]
    while earlier is not None and first > after + 1:
        run = await read_run(client, workflow_id, earlier)
        if run is None:
            raise JournalCut(
                f"Temporal no longer keeps run {earlier!r} of {workflow_id!r}, which holds the first part of the "
                "journal. The mirror has it: table workflow_events"
            )
        kept = list(run.entries.values())
        pieces.append([entry for entry in kept if entry.sequence > after])
        first, earlier = kept[0].sequence if kept else first, run.continued_from
    return [entry for piece in reversed(pieces) for entry in piece]


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
        handoff if handoff.data is not None else _whole(handoff.record, by_sequence[handoff.record.sequence])
        for handoff in handoffs
    ]


def handoffs_in(entries: list[Entry]) -> list[Handoff]:
    """All handoffs of a whole journal."""
    by_sequence = {entry.sequence: entry for entry in entries}
    return [_whole(record, by_sequence[record.sequence]) for record in fold(entries).handoff_history]


async def _answered(client: Client, workflow_id: str, after: int) -> tuple[list[Entry], int, str | None]:
    """What the newest run answers for after ``after``, its first sequence, and the run before it."""
    handle = _handle(client, workflow_id)
    entries: list[Entry] = []
    while True:
        page: JournalPage = await handle.query(BuildWorkflow.journal, PageRequest(after=after))
        entries += page.entries
        if not page.more:
            return entries, page.first_sequence, page.earlier_run_id
        after = entries[-1].sequence


def _handle(client: Client, workflow_id: str) -> WorkflowHandle[BuildWorkflow, CommandReply]:
    return client.get_workflow_handle_for(BuildWorkflow.run, workflow_id)


def _whole(record: HandoffRecord, entry: Entry) -> Handoff:
    return Handoff(record=record, data=handed_over(entry))
