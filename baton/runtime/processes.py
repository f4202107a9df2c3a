"""Ending processes: other ones with all that they started, and this one without a crash at the door."""

import atexit
import contextlib
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from typing import NoReturn

import psutil


def kill_tree(pid: int, *, grace_seconds: float = 0.0) -> None:
    """End the process and all its descendants; return when they are gone. One that is not there is fine.

    With a grace they get SIGTERM first and SIGKILL when it has run out; without, SIGKILL at once.
    """
    try:
        root = psutil.Process(pid)
        tree = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    if grace_seconds > 0:
        for process in _alive(tree):
            process.terminate()
        psutil.wait_procs(tree, timeout=grace_seconds)
        # What was started during the grace is a descendant too, if its parent still lives.
        for process in _alive(list(tree)):
            tree += [child for child in process.children(recursive=True) if child not in tree]
    for process in _alive(tree):
        process.kill()
    psutil.wait_procs(tree, timeout=5)


def _alive(processes: Sequence[psutil.Process]) -> Iterator[psutil.Process]:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            yield process


def exit_cleanly(code: int) -> NoReturn:
    """Leave this process now with `code`, everything written flushed.

    A short process that has used a Temporal client can die with SIGABRT or SIGSEGV when the interpreter tears
    itself down while threads of Temporal's Rust core still call into it
    (https://github.com/temporalio/sdk-python/issues/300), which makes a failure of a success. So the
    tear-down is skipped: exit handlers run, logs and streams are flushed, then the kernel ends the process.
    Close workers, event loops and child processes first; `finally` blocks above the call do not run.
    """
    with contextlib.suppress(Exception):
        atexit._run_exitfuncs()
    with contextlib.suppress(Exception):
        logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        # A reader that has gone away (`starter.py list | head -1`) is no reason to fail.
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(code)
