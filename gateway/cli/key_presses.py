"""Keys that are pressed while a screen is shown."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

LEAVE = (b"q", b"Q", b"\x1b", b"\x04")
"""q, Escape and Ctrl-D."""


@contextmanager
def leaving(left: asyncio.Event) -> Iterator[None]:
    """Set ``left`` when a key that leaves is pressed, while the context lasts. Without a keyboard, nothing happens."""
    try:
        import termios
        import tty

        keyboard = sys.stdin.fileno()
        before = termios.tcgetattr(keyboard)
    except (ImportError, OSError, ValueError, termios.error):
        yield
        return
    loop = asyncio.get_running_loop()

    def pressed() -> None:
        with contextlib.suppress(OSError):
            # A key such as an arrow sends several bytes, of which the first is Escape's.
            if os.read(keyboard, 16) in LEAVE:
                left.set()

    tty.setcbreak(keyboard)
    loop.add_reader(keyboard, pressed)
    try:
        yield
    finally:
        loop.remove_reader(keyboard)
        termios.tcsetattr(keyboard, termios.TCSADRAIN, before)
