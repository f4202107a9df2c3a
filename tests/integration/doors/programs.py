"""Running worker.py and starter.py as people do: as programs."""

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from baton.runtime.processes import kill_tree

ROOT = Path(__file__).parents[3]
_PATIENCE = 60.0


@dataclass
class Program:
    """A running program. Its output is in files, so that it never waits for a reader."""

    process: "subprocess.Popen[bytes]"
    out: Path
    err: Path

    async def until_told(self, text: str, *, times: int = 1) -> str:
        """What it wrote, as soon as ``text`` is in it so many times."""
        deadline = time.monotonic() + _PATIENCE
        while (said := self.said).count(text) < times:
            assert self.process.poll() is None, f"it ended with {self.process.returncode} before {text!r}:\n{said}"
            assert time.monotonic() < deadline, f"no {text!r} in:\n{said}"
            await asyncio.sleep(0.05)
        return said

    async def document(self) -> dict[str, Any]:
        """The JSON document on its standard output, as soon as it is whole."""
        await self.until_told("\n}\n")
        document: dict[str, Any] = json.loads(self.out.read_text())
        return document

    async def end(self, number: signal.Signals | None = None, *, seconds: float = 60.0) -> int:
        """Its exit code, after the signal if one is given."""
        if number is not None:
            self.process.send_signal(number)
        return await asyncio.to_thread(self.process.wait, seconds)

    @property
    def said(self) -> str:
        return self.out.read_text() + self.err.read_text()


@contextmanager
def program(door: str, *arguments: object, env: Mapping[str, str], cwd: Path) -> Iterator[Program]:
    """``python <door> <arguments>``, killed with all that it started when the context ends."""
    number = len(list(cwd.glob("*.out")))
    out, err = cwd / f"{number}.out", cwd / f"{number}.err"
    command = [sys.executable, str(ROOT / door), *map(str, arguments)]
    with out.open("wb") as stdout, err.open("wb") as stderr:
        process = subprocess.Popen(
            command, cwd=cwd, env=dict(env), stdout=stdout, stderr=stderr, stdin=subprocess.DEVNULL
        )
    try:
        yield Program(process, out, err)
    finally:
        kill_tree(process.pid)
        process.wait(10)


def left_behind(folder: Path) -> list[str]:
    """The processes that have to do with ``folder``: by their arguments, or because they keep their state there."""
    found = []
    for process in psutil.process_iter():
        try:
            words = [*process.cmdline(), process.environ().get("BATON_HOME", "")]
        except psutil.Error:
            continue
        if process.pid != psutil.Process().pid and any(str(folder) in word for word in words):
            found.append(f"{process.pid}: {' '.join(words)}")
    return found
