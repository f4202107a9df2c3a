"""A worker in a process of its own, which does not outlive this one."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from temporalio.client import Client

from gateway.embedded.door_process import DoorProcess
from gateway.task_queues import polls
from gateway.worker.duties import Duty, queues

_POLL_SECONDS = 0.1


class WorkerFailed(Exception):
    """The worker did not start; the message quotes the end of its log."""


class WorkerProcess(DoorProcess):
    """``worker.py --all`` with the environment ``environ``."""

    def __init__(self, environ: Mapping[str, str], *, log: Path) -> None:
        super().__init__("worker.py", "--all", environ=environ, log=log)

    async def until_ready(self, client: Client, *, seconds: float = 60.0) -> None:
        """Wait until the server has seen it poll every queue. Raises WorkerFailed."""
        try:
            async with asyncio.timeout(seconds):
                for queue in queues(tuple(Duty)):
                    while not await polls(client, queue, self.pid):
                        if self.pid is None:
                            raise self._failure(f"ended at once (exit code {self.exit_code})")
                        await asyncio.sleep(_POLL_SECONDS)
        except TimeoutError:
            raise self._failure(f"took no work within {seconds:g} s") from None

    def _failure(self, what: str) -> WorkerFailed:
        return WorkerFailed(f"The worker {what}. {self.end_of_log()}")
