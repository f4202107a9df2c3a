"""A process and everything that descends from it: count it, ask it to stop, kill it."""

import contextlib
import os
import signal
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process tree uses now. `memory_bytes` adds up resident sets: a shared page counts many times."""

    processes: int
    memory_bytes: int


def usage(processes: Iterable[psutil.Process]) -> Usage:
    """The usage of those of `processes` that are there."""
    count = memory = 0
    for process in processes:
        with contextlib.suppress(psutil.Error):
            memory += process.memory_info().rss
            count += 1
    return Usage(count, memory)


def terminate(pid: int, *, wrappers: Collection[str]) -> None:
    """Send SIGTERM to the descendants of `pid`.

    `wrappers` names programs that must outlive their child to report how it ended.
    """
    for process in descendants(pid):
        with contextlib.suppress(psutil.Error, ProcessLookupError):
            if process.name() not in wrappers:
                process.terminate()


def kill(pid: int) -> None:
    """Kill the descendants of `pid`, then `pid` itself and its process group.

    Children first, in rounds: killing the parent first would hand its children to somebody else,
    out of sight. The rounds end when none is left or after two seconds.
    """
    deadline = time.monotonic() + 2
    while (living := _living(pid)) and time.monotonic() < deadline:
        for process in living:
            with contextlib.suppress(psutil.Error, ProcessLookupError):
                process.kill()
        time.sleep(0.002)
    for send in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            send(pid, signal.SIGKILL)


def _living(pid: int) -> list[psutil.Process]:
    living = []
    for process in descendants(pid):
        with contextlib.suppress(psutil.Error):
            if process.status() != psutil.STATUS_ZOMBIE:
                living.append(process)
    return living


def descendants(pid: int) -> list[psutil.Process]:
    """The processes that descend from `pid`, itself left out: it is our launcher, not the command."""
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return []
