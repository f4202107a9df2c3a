"""Builds as every door sees them: start, tell, look, cancel. What goes wrong is one of :mod:`gateway.errors`."""

import re
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import uuid4

from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
)
from temporalio.common import QueryRejectCondition
from temporalio.service import RPCError, RPCStatusCode

from baton.contracts.messages import CommandReply, Handoff, StartAnswer, StartBuild
from baton.contracts.names import workflow_id
from baton.domain.actors import Actor
from baton.domain.commands import Command
from baton.domain.fold import fold
from baton.domain.journal import Entry
from baton.domain.outside import OutsideEnd
from baton.domain.requests import BUILD_ID_PATTERN, BuildRequest
from baton.domain.view import BuildView
from baton.domain.vocabulary import Status
from gateway import listed
from gateway.endings import Handle, how_it_ended, is_closed, not_opened, why_not_opened
from gateway.errors import BuildNotFound, CommandRefused, NoWorker
from gateway.histories.ending import how_it_closed
from gateway.opening import TakenByClosed, refuse_other, start_or_join
from gateway.outgoing import message_of, refusal
from gateway.patience import answer_within, ask_again, send_again
from gateway.reading import handoffs_in, read_history, read_journal
from gateway.without_worker import answer_or_history, whose_worker
from workflows.build import BuildWorkflow

BUILD_ID_RULE = "a build ID has 1 to 100 letters, digits, '.', '_' and '-', and begins with a letter or a digit"

_MOST_SHOWN = 60
_MAY_STILL = ". When one comes, it may still carry out the command"

Answer = TypeVar("Answer")


class Builds:
    """The builds of one Temporal namespace."""

    def __init__(self, client: Client, *, answer_seconds: float = 15.0) -> None:
        """A worker that takes longer than ``answer_seconds`` for an update or a query counts as not there."""
        self._client = client
        self._seconds = answer_seconds

    async def start(self, request: BuildRequest, *, by: Actor | None = None) -> StartAnswer:
        """Start a build, or answer with the one that was started by the same request, ended or not.

        ``by`` is journaled as who started it; without, Baton is: what a request says of its user is not proven.
        Raises CommandRefused (``start_differs``) when the ID is taken by another request, BuildNotOpened when the
        profile cannot be used (the ID stays free), and NoWorker.
        """
        return await self._begin(StartBuild(request=request, started_by=by))

    async def fork(self, start: StartBuild) -> StartAnswer:
        """Start a fork (:func:`gateway.forking.start_of_fork`), or answer with the one that was asked for so before.

        Raises as :meth:`start`; BuildNotOpened also when its profile does not let it begin, or its commit is gone.
        """
        return await self._begin(start)

    async def forks(self, build_id: str, *, most: int = 50) -> list[str]:
        """The IDs of the forks of a build that Temporal keeps, the newest first. Its list is moments late."""
        return await listed.forks(self._client, build_id, most=most)

    async def send(self, build_id: str, command: Command) -> CommandReply:
        """Give a build a command and wait for its answer. ``command.command_id`` is also the key of the update.

        A report is sent without what looks like a secret.

        Raises CommandRefused, BuildEnded, BuildNotFound, BuildNotOpened and NoWorker.
        """
        message = message_of(command)
        handle, key = self._handle(build_id), command.command_id or uuid4().hex

        def update() -> Awaitable[CommandReply]:
            return handle.execute_update(command.name.value, message, id=key, result_type=CommandReply)

        return await self._answer(build_id, send_again(update), after=_MAY_STILL)

    async def status(self, build_id: str) -> BuildView:
        """The build as it is now, or as it ended, also where its journal does not say so. Raises as :meth:`send`."""
        handle = self._handle(build_id)
        well = QueryRejectCondition.NOT_COMPLETED_CLEANLY
        closed: list[bool] = []

        def as_kept(entries: list[Entry]) -> BuildView:
            closed.append(True)
            return fold(entries)

        try:
            view = await self._told(
                build_id, lambda: handle.query(BuildWorkflow.status, reject_condition=well), as_kept
            )
        except WorkflowQueryRejectedError:
            view = await self._told(build_id, lambda: handle.query(BuildWorkflow.status), as_kept)
            closed.append(True)
        return view.cut_off(await self.outside_end(build_id)) if closed and not view.ended else view

    async def outside_end(self, build_id: str) -> OutsideEnd | None:
        """How Temporal closed the build's workflow; ``None`` while it runs. It needs no worker. Raises as :meth:`send`.

        It is an end outside of the build's journal when that does not tell of one.
        """
        try:
            run_id = (await self._handle(build_id).describe()).run_id
            return await how_it_closed(self._client, workflow_id(build_id), run_id)
        except RPCError as error:
            raise await self._why_not(build_id, error) from error

    async def history(self, build_id: str) -> list[Handoff]:
        """All handoffs, in order, each with what was handed over. Raises as :meth:`send`."""
        return await self._told(build_id, lambda: read_history(self._client, workflow_id(build_id)), handoffs_in)

    async def journal(self, build_id: str, *, after: int = 0) -> list[Entry]:
        """All entries after the entry ``after``, in order, also those of the runs before a continue-as-new.

        Raises as :meth:`send`, and JournalCut.
        """
        return await self._told(
            build_id,
            lambda: read_journal(self._client, workflow_id(build_id), after=after),
            lambda entries: entries[after:],
        )

    async def running(self, *, most: int) -> list[str]:
        """The IDs of builds that have not ended, newest first. Temporal's list of them is moments late."""
        return await listed.running(self._client, most=most)

    async def project_of(self, build_id: str) -> str:
        """The project of a build. It needs no worker but for builds that were not started by a door of Baton's.

        Raises BuildNotFound.
        """
        try:
            description = await self._handle(build_id).describe()
        except RPCError as error:
            raise (self._missing(build_id) if error.status is RPCStatusCode.NOT_FOUND else error) from error
        project = description.typed_search_attributes.get(listed.PROJECT)
        return project if project is not None else (await self.status(build_id)).project_id

    async def newest(self, *, most: int) -> list[tuple[str, str]]:
        """The builds that Temporal keeps, newest first, each with its project. Its list is moments late."""
        return await listed.newest(self._client, most=most)

    async def require_open(self, build_id: str) -> None:
        """Raise BuildEnded or BuildNotOpened for a build that has ended, and BuildNotFound. It needs no worker."""
        handle = self._handle(build_id)
        try:
            description = await handle.describe()
        except RPCError as error:
            raise await self._why_not(build_id, error) from error
        if is_closed(description):
            raise await how_it_ended(handle, build_id, description)

    async def cancel(self, build_id: str, reason: str = "") -> None:
        """Ask Temporal to cancel the build. It writes its journal and mirror first: :meth:`result` waits for it."""
        await self.require_open(build_id)
        try:
            await self._handle(build_id).cancel(reason=reason)
        except RPCError as error:
            raise await self._why_not(build_id, error) from error

    async def result(self, build_id: str) -> Status:
        """Wait for the end of the build, for as long as it takes, and say how it ended. Raises as :meth:`send`."""
        handle = self._handle(build_id)
        try:
            await handle.result()
        except WorkflowFailureError as error:
            if (failed := not_opened(build_id, error.cause)) is not None:
                raise failed from error
            closed = (await handle.describe()).status
            return Status.CANCELLED if closed is WorkflowExecutionStatus.CANCELED else Status.FAILED
        except RPCError as error:
            raise await self._why_not(build_id, error) from error
        return Status.COMPLETE

    async def _begin(self, start: StartBuild) -> StartAnswer:
        request = start.request
        try:
            return await self._start(start, again=False)
        except TakenByClosed:
            handle = self._handle(request.build_id)
            if await why_not_opened(handle, request.build_id, await handle.describe()) is not None:
                return await self._start(start, again=True)
        view = await self.status(request.build_id)
        refuse_other(start, view)
        return StartAnswer.of(view)

    async def _start(self, start: StartBuild, *, again: bool) -> StartAnswer:
        try:
            return await start_or_join(self._client, start, again=again, seconds=self._seconds)
        except NoWorker as silence:
            raise await whose_worker(self._client, workflow_id(start.request.build_id), silence) from silence
        except WorkflowUpdateFailedError as error:
            raise refusal(start.request.build_id, error) from error

    async def _told(
        self, build_id: str, ask: Callable[[], Awaitable[Answer]], tell: Callable[[list[Entry]], Answer]
    ) -> Answer:
        """What a worker says, or of a closed build that no worker answers for its history."""
        workflow = self._handle(build_id).id
        return await self._answer(build_id, answer_or_history(self._client, workflow, ask_again(ask), tell))

    async def _answer(self, build_id: str, question: Awaitable[Answer], *, after: str = "") -> Answer:
        try:
            async with answer_within(self._seconds, after=after):
                return await question
        except NoWorker as silence:
            raise await whose_worker(self._client, workflow_id(build_id), silence, after=after) from silence
        except WorkflowUpdateFailedError as error:
            raise refusal(build_id, error) from error
        except WorkflowQueryFailedError as error:
            raise await self._not_open(build_id, error) from error
        except RPCError as error:
            raise await self._why_not(build_id, error) from error

    async def _not_open(self, build_id: str, error: WorkflowQueryFailedError) -> Exception:
        """Why a query was refused: the build is about to open, or never did."""
        handle = self._handle(build_id)
        never = await why_not_opened(handle, build_id, await handle.describe())
        return never or CommandRefused("not_open_yet", error.message)

    async def _why_not(self, build_id: str, error: RPCError) -> Exception:
        """What Temporal's answer means: it says "not found" of a closed workflow, too."""
        if error.status is not RPCStatusCode.NOT_FOUND:
            return error
        handle = self._handle(build_id)
        try:
            description = await handle.describe()
        except RPCError as missing:
            if missing.status is not RPCStatusCode.NOT_FOUND:
                return missing
            return self._missing(build_id)
        return await how_it_ended(handle, build_id, description) if is_closed(description) else error

    def _missing(self, build_id: str) -> BuildNotFound:
        here = f"{self._client.service_client.config.target_host}, namespace {self._client.namespace!r}"
        return BuildNotFound(f"There is no build {build_id!r} at {here}. See those there are: python starter.py list")

    def _handle(self, build_id: str) -> Handle:
        if re.fullmatch(BUILD_ID_PATTERN, build_id) is None:
            shown = build_id if len(build_id) <= _MOST_SHOWN else build_id[:_MOST_SHOWN] + "…"
            raise BuildNotFound(f"There is no build {shown!r}: {BUILD_ID_RULE}")
        return self._client.get_workflow_handle_for(BuildWorkflow.run, workflow_id(build_id))
