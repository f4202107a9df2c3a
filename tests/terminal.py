"""A person at a terminal: a program that believes to have one, what it shows, and what is typed."""

import contextlib
import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from baton.runtime.processes import kill_tree

ROOT = Path(__file__).parents[1]
_PATIENCE = 60.0
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass
class Terminal:
    """A program at work on a terminal of its own."""

    process: "subprocess.Popen[bytes]"
    master: int
    shown: str = field(default="")
    read: int = field(default=0)

    def until(self, text: str) -> str:
        """What was shown since the last time, up to ``text``."""
        deadline = time.monotonic() + _PATIENCE
        while (found := self.shown.find(text, self.read)) < 0:
            assert time.monotonic() < deadline, f"no {text!r} in:\n{self.shown}"
            assert self._more(), f"it ended before {text!r}:\n{self.shown}"
        said, self.read = self.shown[self.read : found], found + len(text)
        return said

    def type(self, text: str) -> None:
        """Type ``text`` and Enter."""
        os.write(self.master, f"{text}\n".encode())

    def press(self, key: bytes) -> None:
        """Press a key, such as Ctrl-D (4)."""
        os.write(self.master, key)

    def end(self) -> int:
        """Its exit code, once all that it shows has been read."""
        while self._more():
            pass
        return self.process.wait(_PATIENCE)

    def _more(self) -> bool:
        ready, _, _ = select.select([self.master], [], [], _PATIENCE)
        data = b""
        with contextlib.suppress(OSError):  # the other end is closed
            data = os.read(self.master, 65_536) if ready else b""
        self.shown += _ESCAPES.sub("", data.decode(errors="replace")).replace("\r\n", "\n")
        return bool(data)


@contextmanager
def terminal(*arguments: object, env: Mapping[str, str], cwd: Path) -> Iterator[Terminal]:
    """``python starter.py <arguments>`` on a terminal, killed when the context ends."""
    master, slave = pty.openpty()
    command = [sys.executable, str(ROOT / "starter.py"), *map(str, arguments)]
    process = subprocess.Popen(command, cwd=cwd, env=dict(env), stdin=slave, stdout=slave, stderr=slave)
    os.close(slave)
    try:
        yield Terminal(process, master)
    finally:
        kill_tree(process.pid)
        process.wait(10)
        os.close(master)
