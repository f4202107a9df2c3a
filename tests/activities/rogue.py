"""A runner as another package may bring it: it returns whatever its option says."""

from typing import Any, cast

from baton.domain.reports import PhaseReport
from baton.domain.steps import PhaseOrder
from baton.domain.vocabulary import Role
from baton.runners.base import Heartbeat, RunnerContext, RunnerOptions
from baton.workshop.workspace import Workspace

_NOT_EVEN_REPORTS: dict[str, object] = {"None": None, "a dict": {"summary": "done"}}


class RogueOptions(RunnerOptions):
    returns: str
    beats: str = ""
    env: tuple[str, ...] = ()


class RogueRunner:
    """Writes a file, and returns a report that no workflow can take."""

    manual = False

    def __init__(self, options: RogueOptions, context: RunnerContext) -> None:
        self._options = options
        self._environment = context.surroundings.environment

    @classmethod
    def options(cls, role: Role) -> type[RogueOptions]:
        return RogueOptions

    @classmethod
    def from_options(cls, options: RogueOptions, context: RunnerContext) -> "RogueRunner":
        return cls(options, context)

    async def perform(self, order: PhaseOrder, workspace: Workspace, heartbeat: Heartbeat) -> PhaseReport:
        (workspace.tree / "written.py").write_text("x = 1\n")
        told = self._options.beats
        for name in self._options.env:
            told = told.replace(name, self._environment[name])
        heartbeat(told)
        if self._options.returns in _NOT_EVEN_REPORTS:
            return cast("PhaseReport", _NOT_EVEN_REPORTS[self._options.returns])
        fields: dict[str, dict[str, Any]] = {
            "too much": {"output": {"x": "y" * 300_000}},
            "nonsense": {"tests_run": -1},
            "a good one": {"output": {"x": 1}},
        }
        return PhaseReport.model_construct(**fields[self._options.returns])
