"""Waking all who wait for something new."""

import asyncio


class Pulse:
    """Take :attr:`next` before you look, and wait for it after: then nothing is missed in between."""

    def __init__(self) -> None:
        self.next = asyncio.Event()

    def beat(self) -> None:
        """Wake everybody who waits."""
        gone, self.next = self.next, asyncio.Event()
        gone.set()


async def felt(beat: asyncio.Event, seconds: float) -> None:
    """Wait for ``beat``, but not longer than ``seconds``."""
    try:
        async with asyncio.timeout(seconds):
            await beat.wait()
    except TimeoutError:
        return
