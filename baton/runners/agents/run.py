"""One run of an agent's program, and what came of it."""

import asyncio
import contextlib
import re
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from baton.domain.evidence import Usage
from baton.runners.agents.allowance import Allowance
from baton.runners.agents.installation import Installation
from baton.runners.agents.options import AgentOptions
from baton.runners.agents.own_folder import OwnFolder
from baton.runners.agents.preset import Call
from baton.runners.agents.told import Listener, Told, unreadable
from baton.runners.command_report import failure_of
from baton.runners.failures import ReportUnreadable, RunnerFailed, RunnerFailure
from baton.runners.launcher import Launcher
from baton.runners.llm.failures import BudgetSpent
from baton.runners.measured import program
from baton.runners.quoting import blotted, last_lines
from baton.workshop.plain import plain
from baton.workshop.sandbox import CommandResult

_REASON = 600
_QUOTED = " Its last lines:"
_SECRET = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Ended:
    """How the run ended: what the agent told, and how its program left."""

    told: Told
    result: CommandResult


@dataclass(frozen=True)
class Run:
    """A run that is ready to begin in ``tree``. ``readable`` is what it may see besides its own and the tree."""

    options: AgentOptions
    installed: Installation
    launcher: Launcher
    folder: OwnFolder
    call: Call
    tree: Path
    readable: Sequence[Path]

    async def to_its_end(
        self, task: str, *, begun: Callable[[str], None], spent: Callable[[Usage], None], allowance: Allowance
    ) -> Ended:
        """Run the program on ``task``. ``begun`` hears the conversation's ID, ``spent`` the usage whenever it grows.

        Raises BudgetSpent, with the program stopped, when it is at work and ``allowance`` is used up.
        """
        preset, call = self.options.preset, self.call
        command = preset.command(call)
        self.folder.write(command.files)
        call.prompt.write_text(task, encoding="utf-8")
        heard = _Heard(begun, spent, allowance)
        if call.session is not None or call.resume is not None:
            heard.session(call.resume or call.session or "")
        listener = Listener(preset.hear, heard.changed)
        running = self.launcher.run(
            [str(self.installed.program), *command.arguments, *self.options.arguments],
            cwd=self.tree,
            writable=[self.tree, call.home, call.scratch],
            readable=[*self.installed.places, *self.readable],
            env={**command.env, **self._places()},
            stdin=task.encode(),
            on_stdout=listener.feed,
        )
        with program(preset.name.value) as outcome:
            result = await heard.within_allowance(running)
            outcome.word = "done" if result.exit_code == 0 else "failed"
        told = listener.close()
        with unreadable():
            preset.recall(told, call)
        heard.changed(told)
        return Ended(told, result)

    def _places(self) -> Mapping[str, str]:
        return {"HOME": str(self.call.home), "PATH": self.launcher.path(self.installed.paths)}

    def failure(self, ended: Ended) -> RunnerFailure | None:
        """Why the run has failed; ``None`` when the agent ended well and said something."""
        name, told, result = self.options.agent.value, ended.told, ended.result
        quoted = last_lines(result.stderr, result.stdout, secrets=self.launcher.secrets)
        stopped = result.timed_out or result.limit is not None
        if told.spent:
            return BudgetSpent(
                f"{name!r} has stopped itself: the phase has used up what it may spend. Raise the limit on money, in "
                "the profile or by extend-limits for this build, then retry: the phase begins anew"
            )
        if told.error and not stopped:
            reason = plain(blotted(told.error, self.launcher.secrets), _REASON)
            return RunnerFailed(f"{name!r} could not do it: {reason}.{self._without_key()}{_QUOTED}", quoted)
        failure = failure_of(name, result, quoted)
        if isinstance(failure, RunnerFailed) and not stopped and result.signal is None:
            return RunnerFailed(f"{failure.message.removesuffix(_QUOTED)}{self._without_key()}{_QUOTED}", quoted)
        if failure is not None or told.message.strip():
            return failure
        return ReportUnreadable(
            f"{name!r} ended well and said nothing that could be its report. Its last lines:",
            last_lines(result.stdout, result.stderr, secrets=self.launcher.secrets),
        )

    @property
    def secrets(self) -> tuple[str, ...]:
        """Values that must not stand in a report: of variables that hold a key, or are named as if they did."""
        keys = self.options.preset.keys
        return tuple(value for name, value in self.launcher.passed.items() if name in keys or _SECRET.search(name))

    def _without_key(self) -> str:
        keys = self.options.preset.keys
        if self.options.config or any(key in self.launcher.passed for key in keys):
            return ""
        return (
            f" It was given no key: the profile names none of {', '.join(keys)} in 'env', or the worker has none of "
            "them, and 'config' names no login."
        )


class _Heard:
    """Tells each thing once, and when nothing more may be spent."""

    def __init__(self, begun: Callable[[str], None], spent: Callable[[Usage], None], allowance: Allowance) -> None:
        self._begun, self._spent, self._allowance = begun, spent, allowance
        self._overdrawn = asyncio.Event()
        self._session = ""
        self._usage: Usage | None = None

    def changed(self, told: Told) -> None:
        if told.session:
            self.session(told.session)
        usage = told.usage
        if usage is not None and usage != self._usage:
            self._usage = usage
            self._spent(usage)
            # With a sum of its own it is at its end, and its work stands.
            if told.sum is None and self._allowance.overdrawn() is not None:
                self._overdrawn.set()

    def session(self, session: str) -> None:
        if session != self._session:
            self._session = session
            self._begun(session)

    async def within_allowance(self, running: Coroutine[Any, Any, CommandResult]) -> CommandResult:
        """Wait for the end of ``running``, or stop it. Raises BudgetSpent."""
        program = asyncio.ensure_future(running)
        watch = asyncio.ensure_future(self._overdrawn.wait())
        try:
            await asyncio.wait([program, watch], return_when=asyncio.FIRST_COMPLETED)
            if program.done():
                return await program
            failure = self._allowance.overdrawn()
            assert failure is not None
            raise failure
        finally:
            watch.cancel()
            program.cancel()
            # Cancelled, it kills what it started; a second cancellation of ours must not leave it at that.
            while not program.done():
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.wait([program])
