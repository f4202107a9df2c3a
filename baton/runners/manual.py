"""A role that a person or an outside agent plays: the workflow waits for ``advance``."""

from baton.domain.reports import PhaseReport
from baton.domain.steps import PhaseOrder
from baton.domain.vocabulary import Role
from baton.runners.base import Heartbeat, RunnerContext, RunnerOptions
from baton.runners.failures import RunnerMisconfigured
from baton.workshop.workspace import Workspace


class ManualRunner:
    """Marks a role as manual. Nothing is ever performed by it."""

    manual = True

    @classmethod
    def options(cls, role: Role) -> type[RunnerOptions]:
        """No options, for any role."""
        return RunnerOptions

    @classmethod
    def from_options(cls, options: RunnerOptions, context: RunnerContext) -> "ManualRunner":
        """A runner that refuses to perform."""
        return cls()

    async def perform(self, order: PhaseOrder, workspace: Workspace, heartbeat: Heartbeat) -> PhaseReport:
        """Raises RunnerMisconfigured: a build whose terms say otherwise met a profile that was edited since."""
        raise RunnerMisconfigured(
            f"{order.role.value} is manual in the profile {order.request.profile!r} now, but was not when build "
            f"{order.build_id!r} began. Report the phase with 'advance', or give the role its runner back and retry"
        )
