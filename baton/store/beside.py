"""Asking the database beside the event loop.

A thread cannot be cancelled: who is cancelled meanwhile waits for it, so that no connection outlives its engine.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Answer = TypeVar("Answer")


async def beside(ask: Callable[Given, Answer], /, *args: Given.args, **kwargs: Given.kwargs) -> Answer:
    """What ``ask`` answers in a thread. Raises what it raises."""
    asking = asyncio.ensure_future(asyncio.to_thread(ask, *args, **kwargs))
    try:
        return await asyncio.shield(asking)
    except asyncio.CancelledError:
        with contextlib.suppress(Exception):
            await asking
        raise
