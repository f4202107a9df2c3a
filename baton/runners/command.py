"""A role that is played by a program: one run of it for each phase.

The program gets the order as JSON on standard input and in the file named by ``$BATON_ORDER``; its folder is the
workspace. It writes its report as JSON into the file named by ``$BATON_REPORT``, or as the last line of its standard
output. Exit code 0 says that the report stands; anything else that the phase has to be tried again.

With ``undo`` another program takes back what a phase did outside the workspace, when the build is rolled back past it.
"""

import shlex
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import ClassVar

from pydantic import Field, model_validator

from baton.domain.attempts import Compensation, Player
from baton.domain.moves import OWNERS, PHASES
from baton.domain.reports import PhaseReport
from baton.domain.steps import CompensationOrder, PhaseOrder
from baton.domain.vocabulary import Phase, Role
from baton.runners.base import Heartbeat, RunnerContext, RunnerOptions
from baton.runners.command_report import report_of
from baton.runners.command_undo import compensation_of
from baton.runners.failures import RunnerMisconfigured
from baton.runners.launcher import EnvName, Launcher, LaunchOptions
from baton.runners.measured import program
from baton.runners.placeholders import Command, expand, uses
from baton.runners.scratch import scratch_folder
from baton.workshop.sandbox import CommandResult
from baton.workshop.workspace import Workspace


class PhaseCommand(RunnerOptions):
    """``[roles.<role>.phases.<phase>]``: other commands for one of the role's phases."""

    command: Command | None = None
    undo: Command | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "PhaseCommand":
        if self.command is None and self.undo is None:
            raise ValueError("needs 'command' or 'undo' (a list of words)")
        return self


class CommandOptions(LaunchOptions):
    """Options of a role with ``runner = "command"``.

    The command is given as a list in ``command``, or by the worker's environment variable that ``command_from``
    names (read as a shell would split it; no shell runs). ``undo`` takes back what a phase did outside the workspace.
    ``phases`` overrules them for single phases.
    """

    role: ClassVar[Role]

    command: Command | None = None
    command_from: EnvName | None = None
    undo: Command | None = None
    phases: dict[Phase, PhaseCommand] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_for_each_phase(self) -> "CommandOptions":
        if self.command is not None and self.command_from is not None:
            raise ValueError("give 'command' or 'command_from', not both")
        owned = [phase for phase in PHASES if OWNERS[phase.state] is self.role]
        for phase in self.phases:
            if phase not in owned:
                raise ValueError(f"{phase.value} is no phase of {self.role.value}; its phases: {', '.join(owned)}")
        own = {phase for phase, given in self.phases.items() if given.command is not None}
        if self.command is None and self.command_from is None and set(owned) - own:
            raise ValueError("needs 'command' (a list of words) or 'command_from' (the name of a variable)")
        return self

    def undoing(self, phase: Phase) -> Sequence[str] | None:
        """The command that takes back ``phase``; ``None`` when nothing has to be."""
        given = self.phases.get(phase)
        return given.undo if given is not None and given.undo is not None else self.undo

    def compensates(self, phase: Phase) -> bool:
        """A phase is taken back where the profile says how."""
        return self.undoing(phase) is not None


@cache
def _options(role: Role) -> type[CommandOptions]:
    """Making a model takes longer than reading a profile with it, and each phase reads one."""
    return type("CommandOptions", (CommandOptions,), {"role": role, "__module__": __name__})


class CommandRunner:
    """Plays a role by a program."""

    manual = False

    def __init__(self, options: CommandOptions, context: RunnerContext) -> None:
        self._options = options
        self._context = context

    @classmethod
    def options(cls, role: Role) -> type[CommandOptions]:
        """The options for ``role``, which know its phases."""
        return _options(role)

    @classmethod
    def from_options(cls, options: CommandOptions, context: RunnerContext) -> "CommandRunner":
        """A runner with these options."""
        return cls(options, context)

    async def perform(self, order: PhaseOrder, workspace: Workspace, heartbeat: Heartbeat) -> PhaseReport:
        """Run the phase's command. Raises RunnerFailure and SandboxUnavailable."""
        command = self._command(order.phase)
        launcher = Launcher.begin(self._options, self._context, heartbeat)
        with scratch_folder(workspace) as scratch:
            report_file = scratch / "report.json"
            places = {"BATON_REPORT": str(report_file)}
            result = await self._run(launcher, command, order, workspace, scratch, places)
            report = report_of(order, _shown(command), result, report_file, launcher.secrets)
        told = report.player or Player()
        player = told.model_copy(update={"runner": "command", "program": told.program or _shown(command)})
        return report.model_copy(update={"player": player})

    async def compensate(self, order: CompensationOrder, workspace: Workspace, heartbeat: Heartbeat) -> Compensation:
        """Run the phase's ``undo``. Raises RunnerFailure and SandboxUnavailable; a program that fails is an outcome."""
        command = self._options.undoing(order.phase)
        if command is None:
            raise RunnerMisconfigured(
                f"the profile {order.request.profile!r} does not say how to undo {order.phase.value} any more, as it "
                f"did when build {order.build_id!r} began. Give {order.role.value} its 'undo' back, then retry"
            )
        launcher = Launcher.begin(self._options, self._context, heartbeat)
        with scratch_folder(workspace) as scratch:
            result = await self._run(launcher, command, order, workspace, scratch, {})
        return compensation_of(order, command, _shown(command), result, launcher.secrets)

    async def _run(
        self,
        launcher: Launcher,
        command: Sequence[str],
        order: PhaseOrder | CompensationOrder,
        workspace: Workspace,
        scratch: Path,
        places: Mapping[str, str],
    ) -> CommandResult:
        words = expand(command, self._context.surroundings)
        examples = self._context.surroundings.examples
        told = order.model_dump_json().encode()
        order_file = scratch / "order.json"
        order_file.write_bytes(told)
        with program("command") as outcome:
            result = await launcher.run(
                words,
                cwd=workspace.tree,
                writable=[workspace.tree, scratch],
                readable=[examples] if examples is not None and uses(command, "examples") else [],
                env={"BATON_ORDER": str(order_file), **places},
                stdin=told,
            )
            outcome.word = "done" if result.exit_code == 0 else "failed"
        return result

    def _command(self, phase: Phase) -> Sequence[str]:
        given = self._options.phases.get(phase)
        if given is not None and given.command is not None:
            return given.command
        if self._options.command is not None:
            return self._options.command
        name, role = self._options.command_from or "", self._context.role.value
        try:
            words = shlex.split(self._context.surroundings.environment.get(name, ""))
        except ValueError as error:
            raise RunnerMisconfigured(f"the environment variable {name!r} is no command line: {error}") from error
        if not words:
            raise RunnerMisconfigured(
                f"the profile takes the program that plays {role} from the environment variable {name!r}, and it is "
                f"not set where the worker runs. Set it to the program and its arguments, start the worker again, "
                "then retry; or name a 'command' in the profile"
            )
        # Not a place for placeholders: braces in it are the program's own.
        return [word.replace("{", "{{").replace("}", "}}") for word in words]


def _shown(command: Sequence[str]) -> str:
    """What messages call the program: as the profile has it, without arguments that may hold more than a name."""
    return " ".join(command[: 2 if command[0] == "{python}" else 1])
