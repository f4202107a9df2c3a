"""Who may run the embedded Temporal of a folder: one process at a time, and it is known which.

The kernel takes a lock back when its holder dies, so the lock says whether there is an owner; a record beside
it names the server. A record without a lock is that of a dead owner: if its server still runs, it is stale.
"""

import contextlib
import fcntl
import os
from pathlib import Path
from typing import IO

import psutil
from pydantic import BaseModel, ConfigDict, ValidationError

from baton.runtime.processes import kill_tree

# Clock corrections shift what the kernel tells of a process's start by a little.
_CREATED_TOLERANCE_SECONDS = 2.0
_MARK = "start-dev"


class AlreadyRunning(Exception):
    """Another live owner runs the embedded Temporal of this folder. `address` is None while it starts."""

    def __init__(self, message: str, address: str | None) -> None:
        super().__init__(message)
        self.address = address


class ServerRecord(BaseModel):
    """Which server runs for a folder, and for whom."""

    model_config = ConfigDict(frozen=True)

    pid: int
    created: float
    """When the server's process was made, in seconds since 1970; with the pid it names one process."""
    address: str
    ui_url: str | None
    owner_pid: int

    def process(self) -> psutil.Process | None:
        """The server, if it still runs; never another process that got its number."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.created) < _CREATED_TOLERANCE_SECONDS
            return process if same and _MARK in process.cmdline() else None
        except psutil.Error:
            return None


class Ownership:
    """The right to run the embedded Temporal of one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock: IO[bytes] | None = None

    @property
    def _record(self) -> Path:
        return self._folder / "temporal.json"

    def take(self) -> None:
        """Become the owner, and stop a server that a dead owner left behind. Raises AlreadyRunning.

        A stale server is stopped, not adopted: its ports and settings may be others, nobody could wait for
        it, and all that counts is in its database file. May be called again by the owner.
        """
        if self._lock is None:
            lock = (self._folder / "temporal.lock").open("ab")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.close()
                raise self._refusal() from None
            self._lock = lock
        if (record := self.read()) and record.process():
            kill_tree(record.pid)
        self._record.unlink(missing_ok=True)

    def write(self, pid: int, *, address: str, ui_url: str | None) -> None:
        """Record the server that now runs for this owner."""
        record = ServerRecord(
            pid=pid,
            created=psutil.Process(pid).create_time(),
            address=address,
            ui_url=ui_url,
            owner_pid=os.getpid(),
        )
        draft = self._record.with_suffix(".draft")
        draft.write_text(record.model_dump_json(indent=1), encoding="utf-8")
        draft.replace(self._record)

    def read(self) -> ServerRecord | None:
        """The record of the folder, whoever wrote it; None where there is none or it cannot be read."""
        with contextlib.suppress(FileNotFoundError, ValidationError, UnicodeDecodeError):
            return ServerRecord.model_validate_json(self._record.read_text(encoding="utf-8"))
        return None

    def release(self) -> None:
        """Give it up; the server has ended. Without ownership it does nothing."""
        if self._lock is not None:
            self._record.unlink(missing_ok=True)
            self._lock.close()
            self._lock = None

    def _refusal(self) -> AlreadyRunning:
        folder = str(self._folder)
        record = self.read()
        if record is None:
            return AlreadyRunning(f"Another process is starting the embedded Temporal of {folder!r}", None)
        return AlreadyRunning(
            f"The embedded Temporal of {folder!r} already runs at {record.address} for process "
            f"{record.owner_pid}. Use it (TEMPORAL_ADDRESS={record.address}) or stop that process first",
            record.address,
        )
