"""A runner that plays every role at once, without looking at the workspace."""

from baton.domain.reports import PhaseReport, parse_report
from baton.domain.steps import PhaseOrder
from baton.domain.vocabulary import Role
from baton.runners.base import Heartbeat, RunnerContext, RunnerOptions
from baton.workshop.workspace import Workspace
from bench.bodies import perform


class BenchRunner:
    """Gives the same report as the phases of all other systems."""

    manual = False

    @classmethod
    def options(cls, role: Role) -> type[RunnerOptions]:
        """No options, for any role."""
        return RunnerOptions

    @classmethod
    def from_options(cls, options: RunnerOptions, context: RunnerContext) -> "BenchRunner":
        """A runner."""
        return cls()

    async def perform(self, order: PhaseOrder, workspace: Workspace, heartbeat: Heartbeat) -> PhaseReport:
        """Report."""
        return parse_report(perform(order.build_id, order.phase.value))
