"""A stage for the workflow: real workers and a real server, with roles that follow a script."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from temporalio import activity
from temporalio.client import Client, WorkflowFailureError, WorkflowHandle
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError
from temporalio.worker import Worker

from activities.played_elsewhere import played_elsewhere
from baton.contracts.messages import (
    CommandReply,
    ForkAsked,
    JournalPage,
    MirrorBatch,
    PageRequest,
    ProfileRequest,
    StartBuild,
)
from baton.contracts.names import BUILDS_QUEUE, role_queue, workflow_id
from baton.domain.commands import COMMANDS
from baton.domain.forking import fork_of
from baton.domain.forks import Forking
from baton.domain.journal import Entry
from baton.domain.moves import OWNERS
from baton.domain.requests import BuildRequest
from baton.domain.terms import CURRENT_RULES, Limits, RoleTerms, Terms
from baton.domain.view import BuildView
from baton.domain.vocabulary import CommandName, Phase, Role
from baton.runtime.workflow_runner import PunctualWorkflowRunner
from tests.workflow.cast import FAILED_TESTS, GOOD, Cast
from workflows.build import BuildWorkflow

__all__ = ["FAILED_TESTS", "GOOD", "Play", "Stage", "all_manual", "message", "request", "stage", "terms"]


def terms(
    *,
    manual: Sequence[Role] = (),
    attempts: int = 2,
    heartbeat: timedelta = timedelta(seconds=10),
    undone: Sequence[Phase] = (),
    beside: bool = False,
    quick: Sequence[Phase] = (),
    **more: Any,
) -> Terms:
    """Terms with every role played by the script, but for the ``manual`` ones.

    A rollback has to undo what the phases ``undone`` did. ``beside``: the worker that opens a build plays the roles.
    """
    roles = {
        role: RoleTerms(
            runner="manual" if role in manual else "script",
            manual=role in manual,
            attempts=attempts,
            timeout=timedelta(minutes=10),
            heartbeat=heartbeat,
            compensates=tuple(phase for phase in undone if OWNERS[phase.state] is role),
            beside=beside,
            quick=tuple(phase for phase in quick if OWNERS[phase.state] is role),
        )
        for role in Role
    }
    fields = {"profile": "script", "digest": "0" * 64, "roles": roles, "rules": CURRENT_RULES, "limits": Limits()}
    return Terms.model_validate(fields | more)


def all_manual(**more: Any) -> Terms:
    """Terms with every role played by hand."""
    return terms(manual=tuple(Role), **more)


def request(build_id: str, **more: Any) -> BuildRequest:
    """A request for a small thing."""
    fields = {
        "build_id": build_id,
        "project_id": "shop",
        "user_id": "ada",
        "title": "A small thing",
        "requirements": "# A small thing",
        "profile": "script",
    }
    return BuildRequest.model_validate(fields | more)


@dataclass
class Stage(Cast):
    """The roles and their script, the mirror's book, and the builds that were begun."""

    client: Client
    profiles: Mapping[str, Terms]
    mirrored: dict[str, list[Entry]] = field(default_factory=dict)
    mirror_is_away: bool = False
    builds: list[str] = field(default_factory=list)

    @activity.defn(name="load_profile")
    async def load_profile(self, request: ProfileRequest) -> Terms:
        found = self.profiles.get(request.name)
        if found is None:
            raise ApplicationError(f"no profile {request.name!r}", type="unknown_profile", non_retryable=True)
        return found

    @activity.defn(name="mirror_journal")
    async def mirror_journal(self, batch: MirrorBatch) -> None:
        if self.mirror_is_away:
            raise ConnectionError("the database is away")
        self.book(batch)

    def book(self, batch: MirrorBatch) -> None:
        """Write ``batch`` into the mirror's book."""
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

    async def fork(self, origin: "Play", build_id: str, phase: Phase, **more: Any) -> "Play":
        """Fork a build from the last run of ``phase`` and wait until the fork is open."""
        forking = Forking(fork=fork_of(await origin.journal(), phase), **more)
        return await self.start(build_id, forking=forking)

    async def start(self, build_id: str, *, forking: Forking | None = None, **more: Any) -> "Play":
        """Start a build and wait until it is open."""
        asked = self.request(build_id, **more)
        handle = await self.client.start_workflow(
            BuildWorkflow.run,
            StartBuild(request=asked, forking=forking),
            id=workflow_id(build_id),
            task_queue=BUILDS_QUEUE,
            task_timeout=timedelta(seconds=2),
        )
        play = Play(self, asked, handle)
        if forking is None:
            await handle.execute_update(BuildWorkflow.start, asked)
        else:
            fork = ForkAsked(request=asked, origin=forking.fork.origin, command_id=forking.command_id)
            await handle.execute_update(BuildWorkflow.start_fork, fork)
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

    async def asked(self) -> list[str]:
        """The activities that the build asked for, in order; local ones are none of them."""
        events = (await self.handle.fetch_history()).events
        names = (event.activity_task_scheduled_event_attributes.activity_type.name for event in events)
        return [name for name in names if name]

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
    passing: bool = True,
    mirror_journal: Callable[[MirrorBatch], Awaitable[None]] | None = None,
) -> AsyncIterator[Stage]:
    """Workers for all queues, for as long as the context lasts. ``cached`` workflows are kept in memory. Without
    ``passing`` the worker that carries builds performs no phase itself.

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
                activities=[scene.load_profile, mirror_journal, scene.perform_phase if passing else played_elsewhere],
                max_cached_workflows=cached,
            )
        )
        for role in Role:
            await stack.enter_async_context(
                Worker(
                    client,
                    task_queue=role_queue(role),
                    activities=[scene.perform_phase, scene.compensate_phase, scene.begin_fork],
                    max_heartbeat_throttle_interval=timedelta(milliseconds=200),
                )
            )
        try:
            yield scene
        finally:
            await scene.clear()
