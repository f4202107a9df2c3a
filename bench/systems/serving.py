"""How the process of a worker begins and ends."""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any

from gateway.signals import Stopped, until_signalled


def serve_until_signalled(work: Coroutine[Any, Any, None]) -> int:
    """Serve until SIGTERM; the exit code."""
    with contextlib.suppress(Stopped):
        asyncio.run(until_signalled(work))
    return 0
