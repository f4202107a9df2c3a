"""Ending this process, without a crash at the door."""

import atexit
import contextlib
import os
import sys
from typing import NoReturn


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
    if (logging := sys.modules.get("logging")) is not None:
        with contextlib.suppress(Exception):
            logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        # A reader that has gone away (`starter.py list | head -1`) is no reason to fail.
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(code)
