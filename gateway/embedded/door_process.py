"""One of Baton's doors in a process of its own, which does not outlive this one."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from baton.runtime.leashed_process import LeashedProcess

_DOORS = Path(__file__).parents[2]
_QUOTED_LINES = 8
_LAST_BYTES = 8_000


class DoorProcess:
    """``<door> <arguments>`` with the environment ``environ``. Its log is added to, never emptied."""

    def __init__(self, door: str, *arguments: str, environ: Mapping[str, str], log: Path) -> None:
        self._command = [sys.executable, str(_DOORS / door), *arguments]
        self._environ = dict(environ)
        self._log = log
        self._process: LeashedProcess | None = None

    @property
    def pid(self) -> int | None:
        """Its process ID; ``None`` when it does not run."""
        return self._process.pid if self._process is not None and self._process.exit_code is None else None

    @property
    def exit_code(self) -> int | None:
        """How it ended: negative by a signal, ``None`` while it runs."""
        return None if self._process is None else self._process.exit_code

    def start(self) -> None:
        """Start it. It may be started again when it has ended."""
        self.kill()
        self._process = LeashedProcess(self._command, log=self._log, append=True, env=self._environ)

    async def stop(self, grace_seconds: float) -> None:
        """Let it end in good order, and by force when that takes too long."""
        if self._process is not None:
            await self._process.stop(grace_seconds)

    def kill(self) -> None:
        """End it as a crash would: SIGKILL."""
        if self._process is not None:
            self._process.kill()

    def end_of_log(self) -> str:
        """The last it wrote, for a message."""
        quoted = "\n".join(f"  | {line}" for line in self._last_lines()) or "  (it wrote nothing)"
        return f"The end of its log {str(self._log)!r}:\n{quoted}"

    def _last_lines(self) -> Sequence[str]:
        with self._log.open("rb") as log:
            log.seek(max(0, self._log.stat().st_size - _LAST_BYTES))
            return log.read().decode(errors="replace").splitlines()[-_QUOTED_LINES:]
