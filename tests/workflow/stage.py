"""A stage for the workflow: real workers and a real server, with roles that follow a script."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from temporalio import activity
from temporalio.client import Client, WorkflowFailureError, WorkflowHandle
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError
from temporalio.worker import Worker

from activities.heartbeats import heartbeating
from baton.contracts.messages import (
    CommandReply,
    JournalPage,
    MirrorBatch,
    PageRequest,
    ProfileRequest,
    StartBuild,
)
from baton.contracts.names import BUILDS_QUEUE, role_queue, workflow_id
from baton.domain.attempts import Compensation
from baton.domain.commands import COMMANDS
from baton.domain.journal import Entry
from baton.domain.reports import PhaseReport, parse_report
from baton.domain.requests import BuildRequest
from baton.domain.steps import CompensationOrder, PhaseOrder
from baton.domain.terms import Terms
from baton.domain.view import BuildView
from baton.domain.vocabulary import CommandName, Phase, Role
from baton.runtime.workflow_runner import PunctualWorkflowRunner
from tests.workflow.script import FAILED_TESTS, GOOD, all_manual, request, terms
from workflows.build import BuildWorkflow

__all__ = ["FAILED_TESTS", "GOOD", "Dies", "Play", "Stage", "all_manual", "message", "request", "stage", "terms"]


@dataclass(frozen=True)
class Dies:
    """The worker says ``details`` and is never heard of again."""

    details: tuple[Any, ...]


Act = dict[str, Any] | Exception | Dies | Callable[[PhaseOrder], Awaitable[dict[str, Any]]]
Undoing = dict[str, Any] | Exception | Callable[[CompensationOrder], Awaitable[dict[str, Any]]]


@dataclass
class Stage:
    """The roles' script, the mirror's book, and what was ordered."""

    client: Client
    profiles: Mapping[str, Terms]
    script: dict[Phase, list[Act]] = field(default_factory=dict)
    orders: list[PhaseOrder] = field(default_factory=list)
    undo_script: dict[Phase, list[Undoing]] = field(default_factory=dict)
    undo_orders: list[CompensationOrder] = field(default_factory=list)
    mirrored: dict[str, list[Entry]] = field(default_factory=dict)
    mirror_is_away: bool = False
    builds: list[str] = field(default_factory=list)

    @activity.defn(name="load_profile")
    async def load_profile(self, request: ProfileRequest) -> Terms:
        found = self.profiles.get(request.name)
        if found is None:
            raise ApplicationError(f"no profile {request.name!r}", type="unknown_profile", non_retryable=True)
        return found

    @activity.defn(name="perform_phase")
    async def perform_phase(self, order: PhaseOrder) -> PhaseReport:
        self.orders.append(order)
        acts = self.script.get(order.phase, [])
        act: Act = acts.pop(0) if acts else GOOD[order.phase]
        if isinstance(act, Exception):
            raise act
        if isinstance(act, Dies):
            activity.heartbeat(*act.details)
            await asyncio.Event().wait()
            raise AssertionError("the dead do not report")
        async with heartbeating(timedelta(milliseconds=100)):
            return parse_report(act if isinstance(act, dict) else await act(order))

    @activity.defn(name="compensate_phase")
    async def compensate_phase(self, order: CompensationOrder) -> Compensation:
        self.undo_orders.append(order)
        acts = self.undo_script.get(order.phase, [])
        act: Undoing = acts.pop(0) if acts else {"succeeded": True}
        if isinstance(act, Exception):
            raise act
        async with heartbeating(timedelta(milliseconds=100)):
            told = act if isinstance(act, dict) else await act(order)
        return Compensation.model_validate({"phase": order.phase} | told)

    @activity.defn(name="mirror_journal")
    async def mirror_journal(self, batch: MirrorBatch) -> None:
        if self.mirror_is_away:
            raise ConnectionError("the database is away")
        book = self.mirrored.setdefault(batch.build_id, [])
        known = {entry.sequence for entry in book}
        first = batch.entries[0].sequence
        if first > len(book) + 1:
            raise ApplicationError("entries are missing", len(book) + 1, type="mirror_gap")
        book.extend(entry for entry in batch.entries if entry.sequence not in known)

    def request(self, build_id: str, **more: Any) -> BuildRequest:
        """A request whose build ends with the stage."""
        self.builds.append(build_id)
        return request(build_id, **more)

    async def clear(self) -> None:
        """End what still runs: the server outlives the stage, and the next one is to find it empty."""
        for build_id in self.builds:
            handle = self.client.get_workflow_handle(workflow_id(build_id))
            with suppress(RPCError, WorkflowFailureError):
                await handle.cancel()
                await asyncio.wait_for(handle.result(), 10)

    async def start(self, build_id: str, **more: Any) -> "Play":
        """Start a build and wait until it is open."""
        asked = self.request(build_id, **more)
        handle = await self.client.start_workflow(
            BuildWorkflow.run,
            StartBuild(request=asked),
            id=workflow_id(build_id),
            task_queue=BUILDS_QUEUE,
            task_timeout=timedelta(seconds=2),
        )
        play = Play(self, asked, handle)
        await handle.execute_update(BuildWorkflow.start, asked)
        return play


@dataclass
class Play:
    """One build on the stage."""

    stage: Stage
    request: BuildRequest
    handle: WorkflowHandle[BuildWorkflow, CommandReply]

    async def status(self) -> BuildView:
        return await self.handle.query(BuildWorkflow.status)

    async def journal(self) -> list[Entry]:
        """The journal of this run, as the query tells it."""
        page = await self.handle.query(BuildWorkflow.journal, PageRequest(limit=1000))
        assert isinstance(page, JournalPage)
        return list(page.entries)

    @property
    def mirrored(self) -> list[Entry]:
        return self.stage.mirrored.get(self.request.build_id, [])

    async def tell(self, name: CommandName, who: str = "ada", **fields: Any) -> CommandReply:
        """Give a command as an update."""
        reply = await self.handle.execute_update(name.value, message(name, who, **fields), result_type=CommandReply)
        assert isinstance(reply, CommandReply)
        return reply

    async def signal(self, name: CommandName, who: str = "ada", **fields: Any) -> None:
        """Give a command as a signal."""
        await self.handle.signal(name.value, message(name, who, **fields))

    async def until(self, condition: Callable[[BuildView], bool]) -> BuildView:
        """The first view for which ``condition`` holds."""
        async with asyncio.timeout(20):
            while not condition(view := await self.status()):
                await asyncio.sleep(0.02)
        return view

    async def advance(self, role: Role, state: str, result: dict[str, Any] | None = None) -> CommandReply:
        """Report by hand."""
        return await self.tell(
            CommandName.ADVANCE, who="agent-7", role=role.value, completed_state=state, result=result or {}
        )


def message(name: CommandName, who: str, **fields: Any) -> Any:
    """A valid command as the JSON object that people send."""
    return COMMANDS[name].model_validate({"actor": {"id": who}} | fields).model_dump(mode="json")


@asynccontextmanager
async def stage(
    client: Client,
    profile: Terms | None = None,
    *,
    cached: int = 1000,
    mirror_journal: Callable[[MirrorBatch], Awaitable[None]] | None = None,
) -> AsyncIterator[Stage]:
    """Workers for all queues, for as long as the context lasts. ``cached`` workflows are kept in memory.

    A real ``mirror_journal`` takes the place of the stage's own book, which then stays empty.
    """
    scene = Stage(client, {"script": profile or terms()})
    mirror_journal = mirror_journal or scene.mirror_journal
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(
            Worker(
                client,
                task_queue=BUILDS_QUEUE,
                workflows=[BuildWorkflow],
                workflow_runner=PunctualWorkflowRunner(),
                activities=[scene.load_profile, mirror_journal],
                max_cached_workflows=cached,
            )
        )
        for role in Role:
            await stack.enter_async_context(
                Worker(
                    client,
                    task_queue=role_queue(role),
                    activities=[scene.perform_phase, scene.compensate_phase],
                    max_heartbeat_throttle_interval=timedelta(milliseconds=200),
                )
            )
        try:
            yield scene
        finally:
            await scene.clear()
