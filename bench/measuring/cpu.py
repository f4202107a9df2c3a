"""CPU time of process trees."""

import contextlib
from collections.abc import Mapping

import psutil


def cpu_seconds(pid: int) -> float:
    """What the process, its descendants, and those of them that have ended, have used."""
    seconds = 0.0
    with contextlib.suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        for process in (root, *root.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                seconds += times.user + times.system
                seconds += getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
    return seconds


def memory_bytes(pid: int) -> int:
    """The resident memory of the process and its descendants."""
    size = 0
    with contextlib.suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        for process in (root, *root.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                size += process.memory_info().rss
    return size


class Meter:
    """Reads the CPU time of several trees, by name."""

    def __init__(self, trees: Mapping[str, int]) -> None:
        self._trees = dict(trees)
        self._before = self._read()

    def used(self) -> dict[str, float]:
        """Seconds since the meter was made."""
        return {name: seconds - self._before[name] for name, seconds in self._read().items()}

    def _read(self) -> dict[str, float]:
        return {name: cpu_seconds(pid) for name, pid in self._trees.items()}
