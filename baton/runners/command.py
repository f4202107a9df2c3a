"""A role that is played by a program: one run of it for each phase.

The program gets the order as JSON on standard input and in the file named by ``$BATON_ORDER``; its folder is the
workspace. It writes its report as JSON into the file named by ``$BATON_REPORT``, or as the last line of its standard
output. Exit code 0 says that the report stands; anything else that the phase has to be tried again.
"""

import shlex
from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field, model_validator

from baton.domain.moves import OWNERS, PHASES
from baton.domain.reports import PhaseReport
from baton.domain.steps import PhaseOrder
from baton.domain.vocabulary import Phase, Role
from baton.runners.base import Heartbeat, RunnerContext, RunnerOptions
from baton.runners.command_report import report_of
from baton.runners.failures import RunnerMisconfigured
from baton.runners.launcher import EnvName, Launcher, LaunchOptions
from baton.runners.placeholders import Command, expand, uses
from baton.runners.scratch import scratch_folder
from baton.workshop.workspace import Workspace


class PhaseCommand(RunnerOptions):
    """``[roles.<role>.phases.<phase>]``: another command for one of the role's phases."""

    command: Command


class CommandOptions(LaunchOptions):
    """Options of a role with ``runner = "command"``.

    The command is given as a list in ``command``, or by the worker's environment variable that ``command_from``
    names (read as a shell would split it; no shell runs). ``phases`` overrules both for single phases.
    """

    role: ClassVar[Role]

    command: Command | None = None
    command_from: EnvName | None = None
    phases: dict[Phase, PhaseCommand] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_for_each_phase(self) -> "CommandOptions":
        if self.command is not None and self.command_from is not None:
            raise ValueError("give 'command' or 'command_from', not both")
        owned = [phase for phase in PHASES if OWNERS[phase.state] is self.role]
        for phase in self.phases:
            if phase not in owned:
                raise ValueError(f"{phase.value} is no phase of {self.role.value}; its phases: {', '.join(owned)}")
        if self.command is None and self.command_from is None and set(owned) - set(self.phases):
            raise ValueError("needs 'command' (a list of words) or 'command_from' (the name of a variable)")
        return self


class CommandRunner:
    """Plays a role by a program."""

    manual = False

    def __init__(self, options: CommandOptions, context: RunnerContext) -> None:
        self._options = options
        self._context = context

    @classmethod
    def options(cls, role: Role) -> type[CommandOptions]:
        """The options for ``role``, which know its phases."""
        return type("CommandOptions", (CommandOptions,), {"role": role, "__module__": __name__})

    @classmethod
    def from_options(cls, options: CommandOptions, context: RunnerContext) -> "CommandRunner":
        """A runner with these options."""
        return cls(options, context)

    async def perform(self, order: PhaseOrder, workspace: Workspace, heartbeat: Heartbeat) -> PhaseReport:
        """Run the phase's command. Raises RunnerFailure and SandboxUnavailable."""
        command = self._command(order.phase)
        words = expand(command, self._context.surroundings)
        examples = self._context.surroundings.examples
        readable = [examples] if examples is not None and uses(command, "examples") else []
        launcher = Launcher.begin(self._options, self._context, heartbeat)
        told = order.model_dump_json().encode()
        with scratch_folder(workspace) as scratch:
            order_file, report_file = scratch / "order.json", scratch / "report.json"
            order_file.write_bytes(told)
            result = await launcher.run(
                words,
                cwd=workspace.tree,
                writable=[workspace.tree, scratch],
                readable=readable,
                env={"BATON_ORDER": str(order_file), "BATON_REPORT": str(report_file)},
                stdin=told,
            )
            return report_of(order, _shown(command), result, report_file, launcher.secrets)

    def _command(self, phase: Phase) -> Sequence[str]:
        if phase in self._options.phases:
            return self._options.phases[phase].command
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
