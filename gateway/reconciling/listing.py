"""Which builds Temporal lists as running: many with one question. Its lists are moments late."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from temporalio.client import Client

from baton.contracts.names import workflow_id
from gateway.listed import PAGE, pages

AT_ONCE = 100
"""How many builds one question names."""

_RUNNING = 'WorkflowType = "BuildWorkflow" AND ExecutionStatus = "Running"'
_PREFIX = workflow_id("")


@dataclass(frozen=True, slots=True)
class Listed:
    """One running build: its newest run, and since when that runs."""

    build_id: str
    run_id: str
    since: datetime


async def running(client: Client) -> AsyncIterator[list[Listed]]:
    """All running builds, at most :data:`PAGE` at a time. Raises RPCError."""
    async for page in pages(client, _RUNNING, PAGE):
        yield [
            Listed(
                one.execution.workflow_id.removeprefix(_PREFIX),
                one.execution.run_id,
                one.start_time.ToDatetime(tzinfo=UTC),
            )
            for one in page
            if one.execution.workflow_id.startswith(_PREFIX)
        ]


async def running_of(client: Client, build_ids: Sequence[str]) -> set[str]:
    """Those of at most :data:`AT_ONCE` builds that are listed as running. Raises RPCError."""
    # A build's ID has letters, digits, '.', '_' and '-' alone.
    names = ", ".join(f"'{workflow_id(build_id)}'" for build_id in build_ids)
    query = f"{_RUNNING} AND WorkflowId IN ({names})"
    return {
        one.execution.workflow_id.removeprefix(_PREFIX) async for page in pages(client, query, PAGE) for one in page
    }
