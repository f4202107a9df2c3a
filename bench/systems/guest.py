"""(c), (d), (e): a system in an environment of its own, told what to do over its standard input."""

import asyncio
import contextlib
import json
import os
from asyncio.subprocess import PIPE, Process
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from baton.runtime.processes import kill_tree
from bench.systems.environments import DBOS, PREFECT, Environment, python_of
from bench.systems.stage import ROOT, Stage
from bench.systems.turn import Lost, Turn

_START_SECONDS = 300.0
_ORDER_SECONDS = 600.0
_STOP_SECONDS = 10.0
_LONGEST_LINE = 8 * 1024 * 1024
_WAITING = 4
"""How many builds are looked at side by side: all of them would be more work than the builds themselves."""


class Guest:
    """``python -m bench.guests.<module> DATABASE OWN TEMPLATE``. Between its turns it is stopped, and uses no CPU."""

    server = False

    def __init__(
        self, stage: Stage, environment: Environment, *, label: str, database: str, own: str, template: Path
    ) -> None:
        self.postgresql = database.startswith("postgresql")
        on = "postgresql" if self.postgresql else "sqlite"
        self.name = f"{environment.name}-{on}"
        self.label = f"{label}, {'PostgreSQL' if self.postgresql else 'SQLite'}"
        self.slow = environment is PREFECT
        self.recovers = environment is DBOS
        self.database_url = database
        self.environment = environment
        self._arguments = ["-m", f"bench.guests.{environment.name}_guest", database, own, str(template)]
        self._environ = stage.environment("none") | {
            "PYTHONPATH": str(ROOT),
            "DO_NOT_TRACK": "1",
            "PREFECT_HOME": str(stage.folder / self.name),
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "240",
            "PREFECT_LOGGING_LEVEL": "WARNING",
        }
        self._log = stage.folder / f"{self.name}.log"
        self._more: dict[str, str] = {}
        self._process: Process | None = None

    @property
    def pid(self) -> int:
        """Its process."""
        return self._running.pid

    @property
    def _running(self) -> Process:
        assert self._process is not None, "it has not been started"
        return self._process

    async def start(self, **environ: str) -> None:
        """Start it; return when it has carried a first build."""
        self._more = environ
        await self._open()
        await self._ask(do="carry", name=f"first-{self.pid}", count=1, in_flight=1)
        _signal(self.pid, "suspend")

    async def stop(self) -> None:
        """Close its standard input, at which it ends."""
        if self._process is None:
            return
        process, self._process = self._process, None
        if process.returncode is None:
            _signal(process.pid, "resume")
            assert process.stdin is not None
            process.stdin.close()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_STOP_SECONDS):
                    await process.wait()
            kill_tree(process.pid)

    async def carry(self, name: str, count: int, in_flight: int) -> Turn:
        """Have it carry builds."""
        with self._awake():
            answer = await self._ask(do="carry", name=name, count=count, in_flight=in_flight)
        return Turn(answer["elapsed"], answer["builds"])

    def kill(self) -> None:
        """End it as a crash would."""
        kill_tree(self.pid)

    async def restart(self, name: str, count: int) -> None:
        """Start it again; it goes on by itself. Return when the builds that were begun are at their ends."""
        await self._open()
        await self._ask(do="wait", name=name, count=count, in_flight=_WAITING)
        _signal(self.pid, "suspend")

    async def _open(self) -> None:
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                str(python_of(self.environment)),
                *self._arguments,
                stdin=PIPE,
                stdout=PIPE,
                stderr=log,
                limit=_LONGEST_LINE,
                env=self._environ | self._more,
                cwd=os.path.dirname(self._log),  # noqa: PTH120
            )
        await self._answer(_START_SECONDS)

    async def _ask(self, **order: Any) -> dict[str, Any]:
        process = self._running
        assert process.stdin is not None
        process.stdin.write(json.dumps(order).encode() + b"\n")
        return await self._answer(_ORDER_SECONDS)

    async def _answer(self, seconds: float) -> dict[str, Any]:
        process = self._running
        assert process.stdout is not None
        try:
            async with asyncio.timeout(seconds):
                line = await process.stdout.readline()
        except TimeoutError:
            line = b""
        answer: dict[str, Any] = json.loads(line) if line else {"error": f"no answer. {self._said()}"}
        if "error" in answer:
            raise Lost(f"{self.label}: {answer['error']}")
        return answer

    @contextmanager
    def _awake(self) -> Iterator[None]:
        _signal(self.pid, "resume")
        try:
            yield
        finally:
            _signal(self.pid, "suspend")

    def _said(self) -> str:
        return self._log.read_text(errors="replace")[-2_000:]


def _signal(pid: int, what: str) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        for process in (root, *root.children(recursive=True)):
            getattr(process, what)()
