"""A worker of a system, as a child process that can be killed and started again."""

import asyncio
import contextlib
import sys
from collections.abc import Awaitable, Mapping, Sequence
from pathlib import Path

from temporalio.client import Client
from temporalio.service import RPCError

from baton.runtime.leashed_process import LeashedProcess
from bench.systems.turn import Lost
from gateway.task_queues import polls

_GRACE_SECONDS = 10.0
_POLL_SECONDS = 0.1
_QUOTED = 2_000


class Child:
    """``python <arguments>`` with the environment ``environ``; what it says is added to ``log``."""

    def __init__(self, arguments: Sequence[str], *, environ: Mapping[str, str], log: Path) -> None:
        self._command = [sys.executable, *arguments]
        self._environ = dict(environ)
        self._more: dict[str, str] = {}
        self._log = log
        self._process: LeashedProcess | None = None

    @property
    def pid(self) -> int:
        """Its process ID."""
        assert self._process is not None, "it has not been started"
        return self._process.pid

    def start(self, **environ: str) -> None:
        """Start it, with more in its environment."""
        self._more = environ
        self.start_again()

    def start_again(self) -> None:
        """Start it as it was started before."""
        self.kill()
        self._process = LeashedProcess(self._command, log=self._log, append=True, env=self._environ | self._more)

    def kill(self) -> None:
        """SIGKILL."""
        if self._process is not None:
            self._process.kill()

    async def stop(self) -> None:
        """Let it end in good order."""
        if self._process is not None:
            await self._process.stop(_GRACE_SECONDS)

    async def alive(self, work: Awaitable[None], *, seconds: float) -> None:
        """Await ``work`` for as long as the child lives. Raises :class:`Lost` with the end of its log."""
        task = asyncio.ensure_future(work)
        try:
            async with asyncio.timeout(seconds):
                while not task.done():
                    if self._process is not None and self._process.exit_code is not None:
                        raise Lost(f"the worker ended with exit code {self._process.exit_code}: {self._said()}")
                    await asyncio.wait([task], timeout=_POLL_SECONDS)
        except TimeoutError:
            raise Lost(f"the worker did nothing within {seconds:g} s: {self._said()}") from None
        finally:
            task.cancel()
        await task

    async def until_polling(self, client: Client, queues: Sequence[str]) -> None:
        """Wait until the server has seen it poll every one of ``queues`` for activities."""
        for queue in queues:
            while True:
                with contextlib.suppress(RPCError):  # a namespace that is new is not known everywhere at once
                    if await polls(client, queue, self.pid):
                        break
                await asyncio.sleep(_POLL_SECONDS)

    def _said(self) -> str:
        return self._log.read_text(errors="replace")[-_QUOTED:]
