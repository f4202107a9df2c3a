"""Look after a command while it runs: what the kernel does not count for it."""

import contextlib
import os
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path

import psutil

from baton.workshop import _tree
from baton.workshop.limits import Limits

_LEAST_PAUSE = 0.5
_PAUSE_PER_LOOK = 20
"""How many times longer than a look at the folders takes it is waited until the next one."""

ENTRY_BYTES = 4096
"""What a file or folder counts at least: an empty one takes room too."""


class Watch:
    """Judges a command's processes, memory and folders against `limits`. To be called from one thread at a time.

    `folders` are those whose growth counts. With `count` the processes are counted, and all that were seen can be
    killed at the end: without a process namespace some may have got away from their supervisor.
    """

    def __init__(self, limits: Limits, folders: Sequence[Path], *, count: bool) -> None:
        self._limits = limits
        self._folders = folders
        self._count = count
        self._seen: set[psutil.Process] = set()
        self._disk_before: int | None = None
        self._next_look = 0.0

    def __call__(self, pid: int) -> str | None:
        """The name of the limit that the descendants of `pid` are over, or None."""
        processes = _tree.descendants(pid)
        if self._count:
            self._seen = {process for process in self._seen.union(processes) if process.is_running()}
        usage = _tree.usage(processes)
        if usage.memory_bytes > self._limits.memory_bytes:
            return "memory"
        # In bubblewrap the kernel counts; without it RLIMIT_NPROC may not hold, or not tightly.
        if self._count and usage.processes > self._limits.processes:
            return "processes"
        return "disk" if self._grown() > self._limits.disk_bytes else None

    def kill_strays(self) -> None:
        """Kill those of the processes seen that are still there, with their children."""
        for process in self._seen:
            with contextlib.suppress(psutil.Error):
                if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                    _tree.kill(process.pid)

    def _grown(self) -> int:
        now = time.monotonic()
        if now < self._next_look:
            return 0
        taken = sum(disk_usage(folder) for folder in self._folders)
        took = time.monotonic() - now
        self._next_look = time.monotonic() + max(_LEAST_PAUSE, _PAUSE_PER_LOOK * took)
        if self._disk_before is None:
            self._disk_before = taken
        return taken - self._disk_before


def disk_usage(folder: Path) -> int:
    """What is in `folder` takes so many bytes of the disk, sparse files what they really take. Links count as links."""
    taken, folders = 0, deque([str(folder)])
    while folders:
        # What is looked at is at work: folders and files come and go meanwhile.
        with contextlib.suppress(OSError), os.scandir(folders.popleft()) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    taken += max(entry.stat(follow_symlinks=False).st_blocks * 512, ENTRY_BYTES)
    return taken
