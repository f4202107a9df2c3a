"""A lock between processes that dies with its holder."""

import asyncio
import fcntl
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from baton.workshop.errors import WorkspaceBusy

_POLL_SECONDS = 0.02


@asynccontextmanager
async def file_lock(path: Path, *, wait_seconds: float) -> AsyncIterator[int]:
    """Hold an exclusive lock on `path`; yields the descriptor that carries it.

    The kernel gives the lock back when the last copy of the descriptor is closed. So a child that
    inherits it keeps the lock when we are killed: a git that outlives its worker is still alone.
    Raises WorkspaceBusy when somebody else holds the lock for all of `wait_seconds`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        deadline = time.monotonic() + wait_seconds
        while not _taken(descriptor):
            if time.monotonic() >= deadline:
                raise WorkspaceBusy(
                    f"workspace {path.name!r} is in use by another activity; tried for {wait_seconds:g} s. "
                    "Try again when that one has ended"
                )
            await asyncio.sleep(_POLL_SECONDS)
        yield descriptor
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
