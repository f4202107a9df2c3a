"""Which builds Temporal lists as running: many with one question. Its lists are moments late."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from temporalio.client import Client

from baton.contracts.names import workflow_id

AT_ONCE = 100
"""How many builds one question is about."""

_RUNNING = 'WorkflowType = "BuildWorkflow" AND ExecutionStatus = "Running"'
_PREFIX = workflow_id("")


@dataclass(frozen=True, slots=True)
class Listed:
    """One running build: its newest run, and since when that runs."""

    build_id: str
    run_id: str
    since: datetime


async def running(client: Client) -> AsyncIterator[list[Listed]]:
    """All running builds, some at a time. Raises RPCError."""
    page: list[Listed] = []
    async for run in client.list_workflows(_RUNNING, page_size=AT_ONCE):
        if run.id.startswith(_PREFIX):
            page.append(Listed(run.id.removeprefix(_PREFIX), run.run_id, run.start_time))
        if len(page) == AT_ONCE:
            yield page
            page = []
    if page:
        yield page


async def running_of(client: Client, build_ids: Sequence[str]) -> set[str]:
    """Those of at most :data:`AT_ONCE` builds that are listed as running. Raises RPCError."""
    # A build's ID has letters, digits, '.', '_' and '-' alone.
    names = ", ".join(f"'{workflow_id(build_id)}'" for build_id in build_ids)
    query = f"{_RUNNING} AND WorkflowId IN ({names})"
    return {run.id.removeprefix(_PREFIX) async for run in client.list_workflows(query)}
