"""Which builds are meant: some by name, or those of projects and times, in Temporal and in SQL."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine
from temporalio.client import Client

from baton.contracts.names import PROJECT_ID, workflow_id
from baton.store.beside import beside
from baton.store.proof.finding import Orphans, build_ids, orphaned
from gateway.listed import pages

_BUILDS = 'WorkflowType = "BuildWorkflow"'


@dataclass(frozen=True, slots=True)
class Scope:
    """With ``builds`` these and no others; else all, of ``projects`` and created from ``since`` on where given."""

    builds: tuple[str, ...] = ()
    projects: tuple[str, ...] | None = None
    since: datetime | None = None

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left aside."""
        return not self.builds and self.projects is None and self.since is None


@dataclass(frozen=True, slots=True)
class Found:
    """What there is: IDs of builds in order, and rows that belong to no build whose ID is known."""

    builds: tuple[str, ...]
    nameless: tuple[Orphans, ...] = ()


async def builds_in(client: Client | None, engine: Engine, scope: Scope) -> Found:
    """The builds of ``scope`` that Temporal (where there is a ``client``) or SQL has. Only their IDs are kept.

    Raises RPCError and StoreError.
    """
    if scope.builds:
        return Found(tuple(dict.fromkeys(scope.builds)))
    ids: dict[str, None] = {}
    if client is not None:
        async for build_id in listed(client, scope):
            ids[build_id] = None
    rows = await beside(build_ids, engine, projects=scope.projects, since=scope.since)
    ids |= dict.fromkeys(build_id for _, build_id in rows)
    lost = await beside(orphaned, engine) if scope.is_everything else []
    ids |= dict.fromkeys(one.build_id for one in lost if one.build_id is not None)
    return Found(tuple(ids), tuple(one for one in lost if one.build_id is None))


async def listed(client: Client, scope: Scope) -> AsyncIterator[str]:
    """The IDs of the builds that Temporal lists, newest first; a build of several runs may come more than once."""
    prefix = workflow_id("")
    async for page in pages(client, _query(scope)):
        for run in page:
            if run.execution.workflow_id.startswith(prefix):
                yield run.execution.workflow_id.removeprefix(prefix)


def _query(scope: Scope) -> str:
    parts = [_BUILDS]
    if scope.projects is not None:
        names = " OR ".join(f"{PROJECT_ID} = {_quoted(project)}" for project in scope.projects)
        parts.append(f"({names})")
    if scope.since is not None:
        parts.append(f'StartTime >= "{scope.since.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"')
    return " AND ".join(parts)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
