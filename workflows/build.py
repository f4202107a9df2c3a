"""The workflow of a build: it asks the domain what comes next, and does it."""

import asyncio

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, CancelledError
from temporalio.workflow import ContinueAsNewVersioningBehavior

with workflow.unsafe.imports_passed_through():
    from baton.contracts import errors
    from baton.contracts.messages import (
        CommandReply,
        ContinuedBuild,
        ForkAsked,
        HistoryPage,
        JournalPage,
        PageRequest,
        StartAnswer,
        StartBuild,
    )
    from baton.contracts.names import UPGRADE
    from baton.domain.actors import SYSTEM
    from baton.domain.build import Build
    from baton.domain.commands import Command
    from baton.domain.journal import Entry
    from baton.domain.requests import BuildRequest
    from baton.domain.steps import Compensate, Ended, Perform, Proceed, Wait
    from baton.domain.view import BuildView
    from baton.domain.vocabulary import Status
    from workflows.answers import reply, started, why_not_opened
    from workflows.appearance import Appearance
    from workflows.forking import prepare_fork
    from workflows.handlers import Handlers
    from workflows.opening import load_terms
    from workflows.outbox import Outbox
    from workflows.pages import history_page, journal_page
    from workflows.passing import perform_in_passing
    from workflows.performing import compensate, perform
    from workflows.summaries import of_deadline
    from workflows.waiting import wait_until


@workflow.defn(name="BuildWorkflow")
class BuildWorkflow:
    """One build, from its request to its end."""

    @workflow.init
    def __init__(self, start: StartBuild) -> None:
        self._request = start.request
        self._started_by = start.started_by or SYSTEM
        self._forking = start.forking
        self._build = Build(start.continued.view) if start.continued is not None else None
        self._first_sequence = 1 if self._build is None else self._build.view.head.sequence + 1
        self._earlier_run_id = None if start.continued is None else start.continued.earlier_run_id
        self._not_opened: ApplicationError | None = None
        self._told_to_move = False
        self._outbox = Outbox(start.request)
        self._appearance = Appearance()
        Handlers(self).install()

    @workflow.run
    async def run(self, start: StartBuild) -> CommandReply:
        """Carry the build. Returns when it is complete; fails when it was abandoned; ends cancelled when it was."""
        mirroring = asyncio.create_task(self._outbox.drain())
        self._watching = asyncio.create_task(self._outbox.watch())  # ends with the run: stopping its timer is an event
        try:
            await self._carry()
        except asyncio.CancelledError:
            if self._build is None:
                raise
            self.record(self._build.cancel(workflow.cancellation_reason() or "", workflow.now()))
        self._appearance.show(self.build.view)
        await self._settle()
        mirroring.cancel()
        return self._ended(self.build.view)

    async def _settle(self) -> None:
        """Wait until everything is written and everybody answered. A cancellation comes too late to change the end."""
        while True:
            try:
                return await workflow.wait_condition(lambda: self._outbox.empty and workflow.all_handlers_finished())
            except asyncio.CancelledError:
                # Builds of before ended as cancelled here, with entries that were not written.
                if not workflow.patched("cancelled-after-the-end"):
                    raise

    async def _carry(self) -> None:
        if self._build is None:
            await self._open()
        while True:
            build = self.build
            step = build.next_step()
            if not isinstance(step, Proceed | Perform):
                self._appearance.show(build.view)
            match step:
                case Ended():
                    return
                case Proceed():
                    self.record(build.proceed(workflow.now()))
                case Perform():
                    if not await perform_in_passing(step, build, self.record, self._outbox):
                        self._appearance.show(build.view)
                        await perform(step, build, self.record, self._outbox)
                case Compensate():
                    await compensate(step, build, self.record)
                case Wait():
                    await self._wait(step)
            if self._history_is_long() or (isinstance(step, Wait) and self._can_move()):
                await self._continue_as_new()

    async def _open(self) -> None:
        info = workflow.info()
        try:
            terms = await load_terms(self._request.profile)
            if self._forking is not None:
                await prepare_fork(self._request, self._forking, terms)
        except (ActivityError, ApplicationError) as error:
            self._not_opened = why_not_opened(error)
            await workflow.wait_condition(workflow.all_handlers_finished)
            raise self._not_opened from error
        self._build, entries = Build.open(
            self._request,
            terms,
            workflow_id=info.workflow_id,
            first_run_id=info.first_execution_run_id,
            at=workflow.now(),
            by=self._started_by,
            forking=self._forking,
        )
        self._forking = None
        self.record(entries)

    async def _wait(self, step: Wait) -> None:
        build = self.build
        seen = build.view.head.sequence
        in_time = await wait_until(
            lambda: build.view.head.sequence != seen or self._can_move(), step.deadline, of_deadline(build.view)
        )
        if not in_time:
            self.record(build.expire(workflow.now()))

    def _history_is_long(self) -> bool:
        info = workflow.info()
        if self.build.view.ended:
            return False
        most = self.build.view.terms.history_events
        return info.is_continue_as_new_suggested() or (most is not None and info.get_current_history_length() > most)

    def _can_move(self) -> bool:
        """Whether the build was told to move, and nothing of this run is unfinished."""
        return self._told_to_move and self._outbox.empty and workflow.all_handlers_finished()

    async def _continue_as_new(self) -> None:
        await workflow.wait_condition(lambda: self._outbox.empty and workflow.all_handlers_finished())
        if self.build.view.ended:
            return
        continued = ContinuedBuild(view=self.build.view, earlier_run_id=workflow.info().run_id)
        workflow.continue_as_new(
            StartBuild(request=self._request, continued=continued),
            # One that was not told to move stays on its version for as long as it runs, however often it goes on.
            initial_versioning_behavior=ContinueAsNewVersioningBehavior.AUTO_UPGRADE if self._told_to_move else None,
        )

    def _ended(self, view: BuildView) -> CommandReply:
        if view.status is Status.FAILED:
            raise ApplicationError(
                f"build {view.build_id!r} was abandoned", type=errors.BUILD_ABANDONED, non_retryable=True
            )
        if view.status is Status.CANCELLED:
            raise CancelledError(f"build {view.build_id!r} was cancelled")
        return reply(view, view)

    @property
    def build(self) -> Build:
        """The build. Raises ApplicationError while it is not open, and for good when it could not be opened."""
        if self._build is None:
            raise self._not_opened or ApplicationError(
                f"build {self._request.build_id!r} is not open yet; ask again in a moment", type="not_open_yet"
            )
        return self._build

    @property
    def current(self) -> Build | None:
        """The build, if it is open."""
        return self._build

    async def opened(self) -> Build:
        """The build, as soon as it is open."""
        await workflow.wait_condition(lambda: self._build is not None or self._not_opened is not None)
        return self.build

    def record(self, entries: list[Entry]) -> None:
        """Keep new entries and hand them to the mirror."""
        self._outbox.put(entries)

    def carry_out(self, build: Build, command: Command) -> CommandReply:
        """Carry out a command and say what came of it. Raises :class:`Refusal`."""
        before = build.view.model_copy()
        entries = build.handle(command, workflow.now())
        self.record(entries)
        return reply(before, build.view, command if not entries else None)

    @workflow.signal(
        name=UPGRADE, description="Move to the promoted version of Baton as soon as you wait for somebody."
    )
    def upgrade(self) -> None:
        """Go on in a new run at the next wait: it begins on the version that is promoted then."""
        self._told_to_move = True

    @workflow.update
    async def start(self, request: BuildRequest) -> StartAnswer:
        """Answer with the build that runs for ``request``."""
        return started((await self.opened()).view, request)

    @workflow.update
    async def start_fork(self, asked: ForkAsked) -> StartAnswer:
        """Answer with the build that was forked as ``asked``."""
        return started((await self.opened()).view, asked.request, asked)

    @workflow.query(description="Where the build is, what it waits for, and what it has used.")
    def status(self) -> BuildView:
        """The view, as of now."""
        return self.build.view.as_of(workflow.now())

    @workflow.query(description="The handoffs with what was handed over.")
    def history(self, page: PageRequest = PageRequest()) -> HistoryPage:  # noqa: B008 - immutable
        """Handoffs after the entry ``page.after``."""
        return history_page(self.build.view, self._outbox.entries, page)

    @workflow.query(description="The journal's entries.")
    def journal(self, page: PageRequest = PageRequest()) -> JournalPage:  # noqa: B008 - immutable
        """Entries after ``page.after``, as far as this run knows them."""
        return journal_page(self._outbox.entries, page, self._first_sequence, self._earlier_run_id)
