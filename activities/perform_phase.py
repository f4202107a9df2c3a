"""The activity that has a role perform its phase, in the build's workspace."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.attempts import remembered, with_expenses
from activities.claims import admitted, checked
from activities.failures import application_error
from activities.heartbeats import heartbeating
from activities.journal_writer import JournalWriter
from activities.kept_reports import KeptReports
from activities.played_elsewhere import not_played_here
from activities.riding import written_meanwhile
from activities.secrecy import Secrecy
from baton.contracts.messages import LadenOrder, PhaseAnswer
from baton.domain.reports import PhaseReport
from baton.domain.steps import PhaseOrder
from baton.domain.vocabulary import Role
from baton.runners.base import Heartbeat, Surroundings
from baton.runners.catalogue import Profiles
from baton.runners.failures import RequestUnusable, RunnerFailure
from baton.runners.memory import forget_all
from baton.runners.profile import Profile
from baton.runners.scratch import sweep
from baton.workshop.errors import TreeUnfit
from baton.workshop.plain import plain
from baton.workshop.workspace import Workspace, Workspaces

_SUMMARY = 72
_TOLD = 2_000


class PerformPhase:
    """Registers ``perform_phase``. What changes in a workspace is what a commit holds; all else is undone.

    ``writer`` is there where the mirror's database is. ``passing`` are the roles of which this process does quick
    phases in passing: as local activities, which no task queue keeps from a machine that must not do them.
    """

    def __init__(
        self,
        profiles: Profiles,
        workspaces: Workspaces,
        surroundings: Surroundings,
        *,
        writer: JournalWriter | None = None,
        passing: frozenset[Role] = frozenset(),
    ) -> None:
        self._profiles = profiles
        self._workspaces = workspaces
        self._surroundings = surroundings
        self._writer = writer
        self.passing = passing

    @activity.defn(name="perform_phase")
    async def perform_phase(self, order: PhaseOrder | LadenOrder) -> PhaseAnswer:
        """Perform ``order`` and report. Failures carry a stable ``type``; see ``baton.contracts.errors``.

        Cancelled, it kills what it started and puts the tree back to the commit it began with.
        """
        if activity.info().is_local and order.role not in self.passing:
            raise not_played_here(order)
        async with written_meanwhile(order, self._writer) as landed:
            report = await self.perform(order.order if isinstance(order, LadenOrder) else order)
            return PhaseAnswer.of(report, await landed())

    async def perform(self, order: PhaseOrder) -> PhaseReport:
        """Perform the order itself, in the build's workspace."""
        try:
            async with heartbeating() as beat:
                profile = await asyncio.to_thread(self._profiles.load, order.request.profile)
                workspace = await self._open(order, profile)
                # Another worker may still be at an earlier attempt that Temporal has given up.
                async with workspace.exclusive():
                    return await self._once(order, profile, workspace, beat)
        except ApplicationError:
            raise
        except Exception as error:
            if not isinstance(error, RunnerFailure):
                activity.logger.warning("The phase could not be performed", exc_info=error)
            raise application_error(error) from None

    async def _open(self, order: PhaseOrder, profile: Profile) -> Workspace:
        try:
            return await self._workspaces.open(
                order.build_id,
                repo=order.request.repo,
                ref=order.request.ref or profile.ref,
                remote=profile.remote(self._surroundings.environment),
            )
        except (TreeUnfit, ValueError) as error:
            raise RequestUnusable(str(error)) from error

    async def _once(self, order: PhaseOrder, profile: Profile, workspace: Workspace, beat: Heartbeat) -> PhaseReport:
        first = await workspace.first_commit()
        base = order.commit or first
        kept = KeptReports(workspace.private / "reports", activity.info().workflow_run_id or "")
        made = kept.find(order)
        if made is not None:
            await workspace.restore(made.commit or base)
            await workspace.hand_over()
            forget_all(workspace, but=order)
            return made
        secrecy = Secrecy.about(order.role, profile, self._surroundings.environment)
        async with remembered(workspace, order, beat, base) as tell:
            await asyncio.to_thread(sweep, workspace)
            await workspace.restore(base)
            async with _undone_unless_committed(workspace, base, secrecy):
                runner = profile.runner(order.role, self._surroundings)
                told = checked(await runner.perform(order, workspace, secrecy.heartbeat(tell)))
                report = secrecy.report(admitted(told, order, profile.terms().role(order.role)))
                player = report.player or profile.player(order.role)
                commit = await workspace.commit(_message(order, report), author=f"Baton {order.role.value}")
                now = {"commit": commit.sha, "tree": commit.tree, "base": first if order.base_commit is None else None}
                made = report.model_copy(update=now | {"player": player})
                report = checked(with_expenses(made, workspace, order))
                kept.keep(order, report)
            # Only now: what another attempt finds kept, it has to hand over and not to make again.
            await workspace.hand_over()
        forget_all(workspace, but=order)
        return report


@contextlib.asynccontextmanager
async def _undone_unless_committed(workspace: Workspace, base: str, secrecy: Secrecy) -> AsyncIterator[None]:
    try:
        with secrecy.failures():
            yield
    except BaseException:
        restoring = asyncio.create_task(workspace.restore(base))
        # A second cancellation, at a worker's end, must not leave the tree half restored.
        while not restoring.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait([restoring])
        if error := restoring.exception():
            # The next order restores again; what went wrong with this one is more worth telling.
            activity.logger.warning("The tree could not be put back", exc_info=error)
        raise


def _message(order: PhaseOrder, report: PhaseReport) -> str:
    run = f", run {order.run_in_phase}" if order.run_in_phase > 1 else ""
    title = f"{order.phase.value.capitalize()} of {order.build_id}{run}"
    return (
        f"{title[:_SUMMARY]}\n\n{plain(report.summary, _TOLD)}\n\nBuild: {order.build_id}\nPhase-run: {order.number}\n"
    )
