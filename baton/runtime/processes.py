"""Ending other processes, with all that they started."""

import contextlib
import time
from collections.abc import Sequence

import psutil

_POLL_SECONDS = 0.02
_DEATH_SECONDS = 5.0


def kill_tree(pid: int, *, grace_seconds: float = 0.0) -> None:
    """End the process and all its descendants; return when they are gone. One that is not there is fine.

    With a grace they get SIGTERM first and SIGKILL when it has run out; without, SIGKILL at once.
    Children of this process stay to be waited for, so that a Popen of theirs still learns the exit code.
    """
    try:
        root = psutil.Process(pid)
        tree = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    if grace_seconds > 0:
        for process in tree:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.terminate()
        tree = _still_there_after(grace_seconds, tree)
        # What was started during the grace is a descendant too, while its parent lives.
        tree += [child for process in tree for child in _descendants(process) if child not in tree]
    for process in tree:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    _still_there_after(_DEATH_SECONDS, tree)


def _descendants(process: psutil.Process) -> list[psutil.Process]:
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.children(recursive=True)
    return []


def _still_there_after(seconds: float, tree: Sequence[psutil.Process]) -> list[psutil.Process]:
    # psutil.wait_procs would take the exit code of our own children away from their Popen.
    deadline = time.monotonic() + seconds
    while (there := [process for process in tree if _runs(process)]) and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
    return there


def _runs(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False
