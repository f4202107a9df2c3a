"""What every phase of the toolchain works with."""

import importlib.util
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from baton.domain.reports import Evidence
from baton.domain.steps import PhaseOrder
from baton.runners.base import Heartbeat, RunnerContext, Surroundings
from baton.runners.failures import RunnerMisconfigured
from baton.runners.launcher import Launcher, LaunchOptions
from baton.runners.placeholders import uses
from baton.workshop.sandbox import CommandResult
from baton.workshop.workspace import Commit, Workspace


@dataclass(frozen=True)
class Job:
    """One phase to be done. ``base`` is the commit that the work is at, ``deadline`` on the monotonic clock."""

    order: PhaseOrder
    workspace: Workspace
    context: RunnerContext
    heartbeat: Heartbeat
    base: Commit
    deadline: float

    @property
    def surroundings(self) -> Surroundings:
        """What the worker offers."""
        return self.context.surroundings

    def launcher(self, options: LaunchOptions) -> Launcher:
        """A launcher for commands of this job: together they have the role's time."""
        return Launcher.begin(options, self.context, self.heartbeat, deadline=self.deadline)

    def evidence(
        self,
        name: str,
        command: Sequence[str],
        result: CommandResult,
        *,
        tools: Sequence[str] = (),
        versions: Mapping[str, str] | None = None,
        **counts: float,
    ) -> Evidence:
        """What was executed. ``tools`` are packages of this Python whose versions are told, ``versions`` those of
        other programs; ``command`` keeps its placeholders.
        """
        python = {"python": platform.python_version()} if tools or uses(command, "python") else {}
        return Evidence(
            name=name,
            command=tuple(command),
            exit_code=result.exit_code,
            duration_seconds=round(result.duration_seconds, 3),
            commit=self.base.sha,
            tree=self.base.tree,
            counts=counts,
            tools={**python, **_versions(tools), **(versions or {})},
            sandbox=result.sandbox,
        )


def require_modules(*names: str) -> None:
    """Raise RunnerMisconfigured unless all of these tools are installed beside Baton."""
    missing = [name for name in names if importlib.util.find_spec(name) is None]
    if missing:
        raise RunnerMisconfigured(
            f"the toolchain needs {', '.join(missing)}, and this worker's Python has no such package. "
            "Install it: pip install 'baton-orchestrator[toolchain]'"
        )


def _versions(tools: Sequence[str]) -> dict[str, str]:
    found = {}
    for tool in tools:
        try:
            found[tool] = version(tool)
        except PackageNotFoundError:
            continue
    return found
