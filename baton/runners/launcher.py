"""Run a role's commands: in the sandbox, in the role's time, with no more of the worker's environment than is named."""

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from baton.runners.base import Heartbeat, RunnerContext, RunnerOptions
from baton.runners.failures import RunnerMisconfigured, RunnerTimedOut
from baton.runners.passed import is_place
from baton.workshop import sandbox
from baton.workshop.limits import Limits, SandboxPolicy
from baton.workshop.sandbox import CommandResult

EnvName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
"""The name of an environment variable."""


class LaunchOptions(RunnerOptions):
    """What a profile may say about how a role's commands are run.

    ``env`` names variables of the worker that a command gets (one that is not set is left out), ``set_env`` gives
    further ones. ``readable`` and ``writable`` are folders that it may see besides its own (a worker that runs as root
    gives the writable ones to the sandbox's user). ``sandbox`` overrules ``[sandbox] policy``.
    """

    env: tuple[EnvName, ...] = ()
    set_env: dict[EnvName, str] = Field(default_factory=dict)
    readable: tuple[Path, ...] = ()
    writable: tuple[Path, ...] = ()
    network: bool = False
    sandbox: SandboxPolicy | None = None


@dataclass(frozen=True)
class Launcher:
    """Runs commands for one performance of a phase. ``deadline`` is on the monotonic clock."""

    options: LaunchOptions
    policy: SandboxPolicy
    limits: Limits
    environment: Mapping[str, str]
    heartbeat: Heartbeat
    deadline: float
    keys: Path
    passed: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def begin(
        cls, options: LaunchOptions, context: RunnerContext, heartbeat: Heartbeat, *, deadline: float | None = None
    ) -> "Launcher":
        """A launcher with the time until ``deadline``, or with all the time that the role has."""
        environment = context.surroundings.environment
        return cls(
            options=options,
            policy=options.sandbox or context.policy,
            limits=context.limits,
            environment=environment,
            heartbeat=heartbeat,
            deadline=time.monotonic() + context.limits.wall_seconds if deadline is None else deadline,
            keys=context.surroundings.keys,
            passed={name: environment[name] for name in options.env if name in environment} | options.set_env,
        )

    @property
    def secrets(self) -> tuple[str, ...]:
        """Values that must not be quoted: all that the profile passes on, but for what only says where things are."""
        return tuple(value for name, value in self.passed.items() if not is_place(name))

    async def run(
        self,
        command: Sequence[str],
        *,
        cwd: Path,
        writable: Sequence[Path],
        readable: Sequence[Path] = (),
        env: Mapping[str, str] | None = None,
        stdin: bytes = b"",
        on_stdout: Callable[[bytes], None] | None = None,
    ) -> CommandResult:
        """Run ``command`` and wait for its end. ``writable[-1]`` becomes its HOME and TMPDIR.

        ``on_stdout`` gets its standard output as it comes, all of it.

        Raises SandboxUnavailable, and RunnerTimedOut when the phase's time was up before it began.
        """
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise RunnerTimedOut(f"the phase's {self.limits.wall_seconds:g} s were up before {command[0]!r} began")
        for folder in (*readable, *self.options.readable, *self.options.writable):
            if not folder.is_absolute() or not folder.exists():
                raise RunnerMisconfigured(
                    f"the command {command[0]!r} is to see {str(folder)!r}, and that is no absolute path of this worker"
                )
        self._hide_keys(readable)
        scratch = str(writable[-1])
        return await sandbox.run(
            command,
            cwd=cwd,
            writable=[*writable, *self.options.writable],
            readable=[*readable, *self.options.readable],
            counted=writable,
            env={"PATH": self.path(), "HOME": scratch, "TMPDIR": scratch, **(env or {}), **self.passed},
            limits=replace(self.limits, wall_seconds=left),
            policy=self.policy,
            network=self.options.network,
            stdin=stdin,
            on_output=self.heartbeat,
            on_stdout=on_stdout,
        )

    def _hide_keys(self, more: Sequence[Path]) -> None:
        """Refuse a profile that would show a sandbox the key which signs releases."""
        keys = self.keys.resolve()
        for folder in (*more, *self.options.readable, *self.options.writable):
            seen = folder.resolve()
            if self.policy is not SandboxPolicy.OFF and (keys.is_relative_to(seen) or seen.is_relative_to(keys)):
                raise RunnerMisconfigured(
                    f"the profile lets commands see {str(folder)!r}, where the keys are that sign releases "
                    f"({str(keys)!r}). Name a folder in 'readable' and 'writable' that does not hold them"
                )

    def path(self, more: Sequence[Path] = ()) -> str:
        """PATH for a command: where Baton's Python lies, then ``more``, then the worker's."""
        own = Path(sys.executable).parent
        return os.pathsep.join([*map(str, (own, *more)), self.environment.get("PATH", "/usr/local/bin:/usr/bin:/bin")])
