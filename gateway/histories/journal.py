"""A build's journal as Temporal keeps it: from the histories of all of its runs, also of closed ones, by no worker."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from baton.domain.journal import GENESIS, ChainBroken, Entry, Head, verify
from gateway.errors import HistoryBroken
from gateway.histories.run import Run, RunReader
from gateway.histories.standing import Standing

_RESETS = 3
"""How often a reading begins anew because the workflow was reset meanwhile."""


@dataclass(frozen=True, slots=True)
class RecordedJournal:
    """What Temporal's history tells of one build.

    ``entries`` are the living ones, in order and chained. ``whole`` says that nothing can be missing: they begin with
    the first one, and the workflow closed by itself. ``cut`` says that Temporal no longer keeps the runs that hold the
    first ones. ``acknowledged`` is the sequence up to which the mirror has answered that the entries are written.
    """

    workflow_id: str
    standing: Standing
    entries: tuple[Entry, ...] = ()
    run_ids: tuple[str, ...] = ()
    """Of the runs that were read, oldest first."""
    first_run_id: str | None = None
    whole: bool = False
    cut: bool = False
    acknowledged: int = 0
    closed_at: datetime | None = None
    reason: str = ""
    """Why the workflow failed or was terminated, as Temporal has it."""


async def recorded_journal(client: Client, workflow_id: str, *, run_id: str | None = None) -> RecordedJournal:
    """The journal of the build that ``workflow_id`` carries; with ``run_id`` of the runs that this one belongs to.

    A workflow that Temporal does not have is ``missing``. Raises HistoryUnreadable where payloads cannot be decoded,
    HistoryBroken where the entries do not hold together, and RPCError.
    """
    for _ in range(_RESETS):
        newest = run_id or await latest_run_id(client, workflow_id)
        runs = [] if newest is None else await _runs(client, workflow_id, newest)
        if not runs or runs[-1].standing is not Standing.TERMINATED or run_id is not None:
            break
        if await latest_run_id(client, workflow_id) == runs[-1].run_id:
            break
    return journal_of(workflow_id, runs)


def journal_of(workflow_id: str, runs: Sequence[Run]) -> RecordedJournal:
    """What ``runs``, each continued by the next, tell together. Raises HistoryBroken."""
    if not runs:
        return RecordedJournal(workflow_id, Standing.MISSING)
    last = runs[-1]
    entries = _living(runs)
    _check(workflow_id, entries)
    acknowledged = set().union(*(run.acknowledged for run in runs))
    cut = runs[0].continued_from is not None if not entries else entries[0].prev_hash != GENESIS
    return RecordedJournal(
        workflow_id=workflow_id,
        standing=last.standing,
        entries=tuple(entries),
        run_ids=tuple(run.run_id for run in runs),
        first_run_id=last.first_run_id,
        whole=last.standing.ended_by_itself and not cut,
        cut=cut,
        acknowledged=max((entry.sequence for entry in entries if entry.hash in acknowledged), default=0),
        closed_at=last.closed_at,
        reason=last.reason,
    )


async def latest_run_id(client: Client, workflow_id: str) -> str | None:
    """The newest run of a workflow, if Temporal has any."""
    try:
        return (await client.get_workflow_handle(workflow_id).describe()).run_id
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise


async def read_run(client: Client, workflow_id: str, run_id: str) -> Run | None:
    """One run, page by page; ``None`` where Temporal no longer keeps it. Raises HistoryUnreadable and RPCError."""
    reader = RunReader(client.data_converter, client.namespace, workflow_id, run_id)
    try:
        return await reader.read(events_of(client, workflow_id, run_id))
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise


async def events_of(client: Client, workflow_id: str, run_id: str) -> AsyncIterator[HistoryEvent]:
    """The events of one run, in order; one page of them is in memory. Raises RPCError."""
    async for event in client.get_workflow_handle(workflow_id, run_id=run_id).fetch_history_events():
        yield event


async def _runs(client: Client, workflow_id: str, run_id: str) -> list[Run]:
    """The run and all that it continues or that continue it, oldest first."""
    found = await read_run(client, workflow_id, run_id)
    runs = [] if found is None else [found]
    while runs and (following := runs[-1].continued_to):
        if (found := await read_run(client, workflow_id, following)) is None:
            break
        runs.append(found)
    while runs and (earlier := runs[0].continued_from):
        if (found := await read_run(client, workflow_id, earlier)) is None:
            break
        runs.insert(0, found)
    return runs


def _living(runs: Sequence[Run]) -> list[Entry]:
    """The chain that ends in the entry that was sent last, as far back as it is there."""
    known = {hash_: entry for run in runs for hash_, entry in run.entries.items()}
    path: list[Entry] = []
    here = next(reversed(known), GENESIS)
    while here in known:
        path.append(known.pop(here))
        here = path[-1].prev_hash
    return path[::-1]


def _check(workflow_id: str, entries: Sequence[Entry]) -> None:
    if not entries:
        return
    first = entries[0]
    begin = Head() if first.prev_hash == GENESIS else Head(sequence=first.sequence - 1, hash=first.prev_hash)
    try:
        verify(entries, after=begin)
    except ChainBroken as broken:
        raise HistoryBroken(
            f"The journal that Temporal's history of {workflow_id!r} holds is broken: {broken}. Nothing is proven by it"
        ) from broken
