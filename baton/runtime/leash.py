"""Becomes a program that ends when its parent does: `python leash.py FD PROGRAM ARGUMENT...`

The parent holds the writing end of a pipe whose reading end is FD, and never writes. This process forks a
guard and turns into PROGRAM, so that the parent's child is PROGRAM itself. The guard reads to the pipe's end,
which comes when the parent closes it or is gone, however it went (kill -9 too), and kills PROGRAM.

A pipe and not PR_SET_PDEATHSIG, because that one is tied to the thread that forked and exists on Linux only.
Standard library only: it runs with `python -I -S`, apart from Baton.
"""

import os
import signal
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str]) -> None:
    """Start the guard and become the program. Does not return."""
    leash, command = int(arguments[0]), list(arguments[1:])
    program = os.getpid()
    if os.fork() == 0:
        _guard(leash, program)
        os._exit(0)
    os.set_inheritable(leash, False)
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted


def _guard(leash: int, program: int) -> None:
    for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(signum, signal.SIG_IGN)
    while os.read(leash, 1):
        pass
    # The program is this process's parent while it lives, so its number cannot have passed to a stranger.
    if os.getppid() == program:
        os.kill(program, signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1:])
