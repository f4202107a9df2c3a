"""The toolchain's checks of a commit, for roles that somebody else plays: what is executed, whatever is said of it."""

import time
from dataclasses import dataclass
from typing import Literal

from baton.domain.reports import PhaseReport
from baton.domain.steps import PhaseOrder
from baton.domain.vocabulary import Phase, Role
from baton.runners.base import CannotPlay, Heartbeat, RunnerContext
from baton.runners.toolchain.job import Job
from baton.runners.toolchain.testing import AuditOptions, test
from baton.runners.toolchain.verification import VerificationOptions, verify
from baton.workshop.workspace import Workspace

Ask = Literal["passed", "always"]


class AuditChecks(AuditOptions):
    """``[roles.test_auditor.checks]``: the options of the toolchain's test auditor, and ``ask``.

    ``ask`` says when the runner of the role is asked, too: when what was executed ``passed``, or ``always``.
    """

    ask: Ask = "passed"


class VerificationChecks(VerificationOptions):
    """``[roles.verification_overseer.checks]``: the options of the toolchain's verification overseer, and ``ask``."""

    ask: Ask = "passed"


Checks = AuditChecks | VerificationChecks


@dataclass(frozen=True, slots=True)
class Checked:
    """What was executed: the report, and the IDs of all tests that ran."""

    report: PhaseReport
    tests: tuple[str, ...] = ()


def checks_model(role: Role) -> type[Checks]:
    """The options of the checks for ``role``. Raises CannotPlay for roles whose word is not about evidence."""
    match role:
        case Role.TEST_AUDITOR:
            return AuditChecks
        case Role.VERIFICATION_OVERSEER:
            return VerificationChecks
        case _:
            raise CannotPlay(
                f"{role.value} has no checks; they are for {Role.TEST_AUDITOR.value} and "
                f"{Role.VERIFICATION_OVERSEER.value}"
            )


@dataclass(frozen=True)
class ToolchainChecks:
    """Runs the checks of one role."""

    options: Checks
    context: RunnerContext

    async def check(self, order: PhaseOrder, workspace: Workspace, heartbeat: Heartbeat) -> Checked:
        """Check the commit that the work is at. Raises what the toolchain raises."""
        deadline = time.monotonic() + self.context.limits.wall_seconds
        job = Job(order, workspace, self.context, heartbeat, await workspace.head(), deadline)
        if order.phase is Phase.TESTING and isinstance(self.options, AuditChecks):
            tested = await test(job, self.options)
            return Checked(tested.report, tested.executed)
        assert isinstance(self.options, VerificationChecks)
        return Checked(await verify(job, self.options))
