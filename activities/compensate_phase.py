"""The activity that has a role undo what its phase did outside the workspace."""

import asyncio
import contextlib
from pathlib import Path
from typing import cast

from pydantic import ValidationError
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.failures import application_error
from activities.heartbeats import heartbeating
from activities.secrecy import Secrecy
from baton.domain.attempts import Compensation
from baton.domain.refusals import Refusal
from baton.domain.reports import clean_result
from baton.domain.steps import CompensationOrder
from baton.runners.base import Compensating, Heartbeat, Runner, Surroundings
from baton.runners.catalogue import Profiles
from baton.runners.failures import ReportUnreadable, RequestUnusable, RunnerFailure, RunnerMisconfigured
from baton.runners.profile import Profile
from baton.runners.scratch import sweep
from baton.workshop.errors import TreeUnfit, WorkshopError
from baton.workshop.workspace import Workspace, Workspaces


class CompensatePhase:
    """Registers ``compensate_phase``. The workspace is as before afterwards."""

    def __init__(self, profiles: Profiles, workspaces: Workspaces, surroundings: Surroundings) -> None:
        self._profiles = profiles
        self._workspaces = workspaces
        self._surroundings = surroundings

    @activity.defn(name="compensate_phase")
    async def compensate_phase(self, order: CompensationOrder) -> Compensation:
        """Undo what ``order`` says, once for each ``number`` and ``run``; an outcome is kept until the next.

        Failures, of what could not even be tried, carry a stable ``type``; see ``baton.contracts.errors``.
        """
        try:
            async with heartbeating() as beat:
                profile = await asyncio.to_thread(self._profiles.load, order.request.profile)
                workspace = await self._open(order, profile)
                async with workspace.exclusive():
                    return await self._once(order, profile, workspace, beat)
        except Exception as error:
            if not isinstance(error, ApplicationError | RunnerFailure):
                activity.logger.warning("The phase could not be undone", exc_info=error)
            raise application_error(error) from None

    async def _open(self, order: CompensationOrder, profile: Profile) -> Workspace:
        try:
            return await self._workspaces.open(
                order.build_id,
                repo=order.request.repo,
                ref=order.request.ref or profile.ref,
                remote=profile.remote(self._surroundings.environment),
            )
        except (TreeUnfit, ValueError) as error:
            raise RequestUnusable(str(error)) from error

    async def _once(
        self, order: CompensationOrder, profile: Profile, workspace: Workspace, beat: Heartbeat
    ) -> Compensation:
        kept = _Kept(workspace.private / "compensations", activity.info().workflow_run_id or "", order)
        if (made := kept.find()) is not None:
            return made
        await asyncio.to_thread(sweep, workspace)
        base = order.commit or await workspace.first_commit()
        secrecy = Secrecy.about(order.role, profile, self._surroundings.environment)
        await workspace.restore(base)
        try:
            with secrecy.failures():
                runner = _compensating(profile.runner(order.role, self._surroundings), order)
                outcome = _checked(await runner.compensate(order, workspace, secrecy.heartbeat(beat)), order)
        finally:
            # What an undo program wrote into the tree is nobody's work. The next order restores it in any case.
            with contextlib.suppress(WorkshopError):
                await workspace.restore(base)
        outcome = secrecy.compensation(outcome)
        kept.keep(outcome)
        return outcome


class _Kept:
    """Outcomes beside the workspace: an attempt whose answer was lost is not made again."""

    def __init__(self, folder: Path, run_id: str, order: CompensationOrder) -> None:
        self._file = folder / f"{order.number}-{order.run}-{order.journal_head[:16]}-{run_id}.json"

    def find(self) -> Compensation | None:
        try:
            return Compensation.model_validate_json(self._file.read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def keep(self, outcome: Compensation) -> None:
        self._file.parent.mkdir(exist_ok=True)
        draft = self._file.with_suffix(".new")
        draft.write_text(outcome.model_dump_json(), encoding="utf-8")
        draft.replace(self._file)
        for other in self._file.parent.iterdir():
            if other != self._file:
                other.unlink(missing_ok=True)


def _compensating(runner: Runner, order: CompensationOrder) -> Compensating:
    if not callable(getattr(runner, "compensate", None)):
        raise RunnerMisconfigured(
            f"the runner that plays {order.role.value} now cannot undo {order.phase.value}, which the profile "
            f"{order.request.profile!r} promised when build {order.build_id!r} began. Give the role its runner back"
        )
    return cast("Compensating", runner)


def _checked(outcome: Compensation, order: CompensationOrder) -> Compensation:
    """The outcome, if it is one that the workflow can take: runners from outside may return anything."""
    try:
        checked = Compensation.model_validate(clean_result(outcome.model_dump(mode="json", exclude_defaults=True)))
    except (AttributeError, Refusal, ValueError) as error:
        raise ReportUnreadable(f"the runner returned no outcome of undoing {order.phase.value}: {error}") from error
    if checked.phase is not order.phase:
        raise ReportUnreadable(f"the runner says it has undone {checked.phase.value}, not {order.phase.value}")
    return checked
