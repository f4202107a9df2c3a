"""One run of an agent's program, and what came of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from baton.domain.evidence import Usage
from baton.runners.agents.installation import Installation
from baton.runners.agents.options import AgentOptions
from baton.runners.agents.own_folder import OwnFolder
from baton.runners.agents.preset import Call
from baton.runners.agents.told import Listener, Told, unreadable
from baton.runners.command_report import failure_of
from baton.runners.failures import ReportUnreadable, RunnerFailed, RunnerFailure
from baton.runners.launcher import Launcher
from baton.runners.quoting import blotted, last_lines
from baton.workshop.plain import plain
from baton.workshop.sandbox import CommandResult

_REASON = 600


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

    async def to_its_end(self, task: str, *, begun: Callable[[str], None], spent: Callable[[Usage], None]) -> Ended:
        """Run the program on ``task``. ``begun`` hears the conversation's ID, ``spent`` the usage whenever it grows."""
        preset, call = self.options.preset, self.call
        command = preset.command(call)
        self.folder.write(command.files)
        call.prompt.write_text(task, encoding="utf-8")
        heard = _Heard(begun, spent)
        if call.session is not None or call.resume is not None:
            heard.session(call.resume or call.session or "")
        listener = Listener(preset.hear, heard.changed)
        result = await self.launcher.run(
            [str(self.installed.program), *command.arguments, *self.options.arguments],
            cwd=self.tree,
            writable=[self.tree, call.home, call.scratch],
            readable=[*self.installed.places, *self.readable],
            env={**command.env, **self._places()},
            stdin=task.encode(),
            on_stdout=listener.feed,
        )
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
        if told.error and not stopped:
            reason = plain(blotted(told.error, self.launcher.secrets), _REASON)
            return RunnerFailed(f"{name!r} could not do it: {reason}.{self._without_key()} Its last lines:", quoted)
        failure = failure_of(name, result, quoted)
        if failure is not None or told.message.strip():
            return failure
        return ReportUnreadable(
            f"{name!r} ended well and said nothing that could be its report. Its last lines:",
            last_lines(result.stdout, result.stderr, secrets=self.launcher.secrets),
        )

    def _without_key(self) -> str:
        keys = self.options.preset.keys
        if self.options.config or any(key in self.launcher.passed for key in keys):
            return ""
        return (
            f" It was given no key: the profile names none of {', '.join(keys)} in 'env', or the worker has none of "
            "them, and 'config' names no login."
        )


class _Heard:
    """Tells each thing once."""

    def __init__(self, begun: Callable[[str], None], spent: Callable[[Usage], None]) -> None:
        self._begun, self._spent = begun, spent
        self._session = ""
        self._usage: Usage | None = None

    def changed(self, told: Told) -> None:
        if told.session:
            self.session(told.session)
        usage = told.usage
        if usage is not None and usage != self._usage:
            self._usage = usage
            self._spent(usage)

    def session(self, session: str) -> None:
        if session != self._session:
            self._session = session
            self._begun(session)
