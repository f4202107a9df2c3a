"""A child process in a session of its own that cannot outlive this process. POSIX only."""

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from baton.runtime import leash


class LeashedProcess:
    """Runs `command` (its first item a path) with its output going to `log`; starts at once.

    With `append` what the log holds already stays. `env` is its environment, this process's when not given.

    The session of its own keeps the terminal's Ctrl-C from it: when it ends is for its owner to say. When the
    owner is gone without having said so, the leash kills it. A copy of the owner made by a bare fork (as by
    multiprocessing's "fork") holds the leash too; programs that the owner starts do not.
    """

    def __init__(
        self, command: Sequence[str], *, log: Path, append: bool = False, env: Mapping[str, str] | None = None
    ) -> None:
        reading, self._leash = os.pipe()
        try:
            with log.open("ab" if append else "wb") as output:
                self._process = subprocess.Popen(
                    [sys.executable, "-I", "-S", leash.__file__, str(reading), *command],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env=env,
                    pass_fds=[reading],
                    start_new_session=True,
                )
        except BaseException:
            os.close(self._leash)
            raise
        finally:
            os.close(reading)

    @property
    def pid(self) -> int:
        """The process ID of the program itself."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative when a signal ended it."""
        return self._process.poll()

    async def stop(self, grace_seconds: float) -> None:
        """SIGTERM, and SIGKILL when it has not ended in time, also when this is cancelled."""
        if self.exit_code is None:
            self._process.terminate()
        try:
            with contextlib.suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(self._process.wait, grace_seconds)
        finally:
            self.kill()

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone. May be called again."""
        self._process.kill()
        self._process.wait()
        if self._leash >= 0:
            os.close(self._leash)
            self._leash = -1
