"""What runs have told that were reset away, or that had the workflow's ID before: as far as Temporal keeps them."""

from temporalio.client import Client

from baton.domain.journal import Entry
from gateway.histories.journal import RecordedJournal, read_run


async def former_entries(client: Client, recorded: RecordedJournal) -> tuple[Entry, ...]:
    """Entries of other runs of the workflow that are not in the living journal, in no particular order.

    Raises HistoryUnreadable and RPCError.
    """
    living = {entry.hash for entry in recorded.entries}
    found: dict[str, Entry] = {}
    for run_id in await other_runs(client, recorded):
        told = await read_run(client, recorded.workflow_id, run_id)
        if told is not None:
            found |= {hash_: entry for hash_, entry in told.entries.items() if hash_ not in living}
    return tuple(found.values())


async def other_runs(client: Client, recorded: RecordedJournal) -> list[str]:
    """The IDs of the workflow's runs that are not those of the living journal, oldest first. Raises RPCError."""
    runs = [run async for run in client.list_workflows(f"WorkflowId = '{recorded.workflow_id}'")]
    return [run.run_id for run in sorted(runs, key=lambda run: run.start_time) if run.run_id not in recorded.run_ids]
