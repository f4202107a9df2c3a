"""Ending in good order when somebody says so: SIGTERM from a supervisor, SIGINT from Ctrl-C."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


class Stopped(Exception):
    """A signal ended the work; it has cleaned up behind itself."""

    def __init__(self, received: signal.Signals) -> None:
        super().__init__(f"stopped by {received.name}")
        self.received = received


async def until_signalled(work: Coroutine[Any, Any, Result]) -> Result:
    """What ``work`` returns. A first signal cancels it, and :class:`Stopped` is raised when its clean-up is done.

    A second one does what it does by default: the patient and the impatient are both served.
    """
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(work)
    received: list[signal.Signals] = []

    def stop(number: signal.Signals) -> None:
        received.append(number)
        release()
        task.cancel()

    def release() -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop, number)
    try:
        return await task
    except asyncio.CancelledError:
        if received:
            raise Stopped(received[0]) from None
        raise
    finally:
        release()
