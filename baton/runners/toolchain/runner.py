"""Roles that are played by tools alone: no model is asked, and nothing is guessed."""

import time
from typing import Any

from baton.domain.attempts import Compensation
from baton.domain.reports import PhaseReport
from baton.domain.steps import CompensationOrder, PhaseOrder
from baton.domain.vocabulary import Phase, Role
from baton.runners.base import CannotPlay, Heartbeat, RunnerContext, RunnerOptions
from baton.runners.failures import RunnerMisconfigured
from baton.runners.toolchain.deployment import DeploymentOptions, deploy
from baton.runners.toolchain.discovery import discover
from baton.runners.toolchain.job import Job
from baton.runners.toolchain.planning import plan
from baton.runners.toolchain.testing import AuditOptions, test
from baton.runners.toolchain.undoing import undo_deployment
from baton.runners.toolchain.verification import VerificationOptions, verify
from baton.workshop.workspace import Workspace


class ReadingOptions(RunnerOptions):
    """No options: discovery and planning read the request, and nothing else."""

    def quick(self, phase: Phase) -> bool:
        """They take no time."""
        return True


_OPTIONS: dict[Role, type[RunnerOptions]] = {
    Role.Q_ASSISTANT: ReadingOptions,
    Role.TEST_AUDITOR: AuditOptions,
    Role.VERIFICATION_OVERSEER: VerificationOptions,
    Role.RELEASE_MANAGER: DeploymentOptions,
}


class ToolchainRunner:
    """Plays every role but the code writer."""

    manual = False

    def __init__(self, options: Any, context: RunnerContext) -> None:
        self._options = options
        self._context = context

    @classmethod
    def options(cls, role: Role) -> type[RunnerOptions]:
        """The options for ``role``. Raises CannotPlay for the code writer."""
        if role not in _OPTIONS:
            raise CannotPlay(f"the toolchain cannot play {role.value}; it plays {', '.join(_OPTIONS)}")
        return _OPTIONS[role]

    @classmethod
    def from_options(cls, options: RunnerOptions, context: RunnerContext) -> "ToolchainRunner":
        """A runner with these options."""
        return cls(options, context)

    async def perform(self, order: PhaseOrder, workspace: Workspace, heartbeat: Heartbeat) -> PhaseReport:
        """Do the phase. Raises RunnerFailure and the workshop's errors; what is wrong with the code is a finding."""
        deadline = time.monotonic() + self._context.limits.wall_seconds
        job = Job(order, workspace, self._context, heartbeat, await workspace.head(), deadline)
        match order.phase:
            case Phase.DISCOVERY:
                return discover(order)
            case Phase.PLANNING:
                return plan(order)
            case Phase.TESTING:
                return (await test(job, self._options)).report
            case Phase.VERIFICATION:
                return await verify(job, self._options)
            case Phase.DEPLOYMENT:
                return await deploy(job, self._options)
            case Phase.IMPLEMENTATION:
                raise RunnerMisconfigured("the toolchain writes no code: give the code writer another runner")

    async def compensate(self, order: CompensationOrder, workspace: Workspace, heartbeat: Heartbeat) -> Compensation:
        """Undo what deployment delivered. Raises RunnerFailure and the workshop's errors."""
        if order.phase is not Phase.DEPLOYMENT:
            raise RunnerMisconfigured(f"the toolchain does nothing in {order.phase.value} that would have to be undone")
        return await undo_deployment(order, workspace, self._context, heartbeat, self._options.delivery)
