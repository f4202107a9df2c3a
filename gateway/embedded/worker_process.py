"""A worker in a process of its own, which does not outlive this one."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from baton.runtime.leashed_process import LeashedProcess
from gateway.worker.duties import Duty, queues

_DOOR = Path(__file__).parents[2] / "worker.py"
_POLL_SECONDS = 0.1
_QUOTED_LINES = 8
_LAST_BYTES = 8_000


class WorkerFailed(Exception):
    """The worker did not start; the message quotes the end of its log."""


class WorkerProcess:
    """``worker.py --all`` with the environment ``environ``. Its log is added to, never emptied."""

    def __init__(self, environ: Mapping[str, str], *, log: Path) -> None:
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
        self._process = LeashedProcess(
            [sys.executable, str(_DOOR), "--all"], log=self._log, append=True, env=self._environ
        )

    async def until_ready(self, client: Client, *, seconds: float = 60.0) -> None:
        """Wait until the server has seen it poll every queue. Raises WorkerFailed."""
        try:
            async with asyncio.timeout(seconds):
                for queue in queues(tuple(Duty)):
                    while not await self._polls(client, queue):
                        if self.pid is None:
                            raise self._failure(f"ended at once (exit code {self.exit_code})")
                        await asyncio.sleep(_POLL_SECONDS)
        except TimeoutError:
            raise self._failure(f"took no work within {seconds:g} s") from None

    async def _polls(self, client: Client, queue: str) -> bool:
        kind = TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY
        request = DescribeTaskQueueRequest(
            namespace=client.namespace, task_queue=TaskQueue(name=queue), task_queue_type=kind
        )
        described = await client.workflow_service.describe_task_queue(request)
        # Temporal's own identity of a worker: <pid>@<host>.
        return any(poller.identity.startswith(f"{self.pid}@") for poller in described.pollers)

    async def stop(self, grace_seconds: float) -> None:
        """Let it end in good order, and by force when that takes too long."""
        if self._process is not None:
            await self._process.stop(grace_seconds)

    def kill(self) -> None:
        """End it as a crash would: SIGKILL."""
        if self._process is not None:
            self._process.kill()

    def _failure(self, what: str) -> WorkerFailed:
        lines = self._last_lines()
        quoted = "\n".join(f"  | {line}" for line in lines) or "  (it wrote nothing)"
        return WorkerFailed(f"The worker {what}. The end of its log {str(self._log)!r}:\n{quoted}")

    def _last_lines(self) -> Sequence[str]:
        with self._log.open("rb") as log:
            log.seek(max(0, self._log.stat().st_size - _LAST_BYTES))
            return log.read().decode(errors="replace").splitlines()[-_QUOTED_LINES:]
