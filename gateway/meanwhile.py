"""Work that goes on beside other work, and ends with it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any


@asynccontextmanager
async def meanwhile(work: Coroutine[Any, Any, None], name: str) -> AsyncIterator[None]:
    """Have ``work`` go on while the context lasts; then it is cancelled, and waited for. ``name`` is its task's."""
    going = asyncio.create_task(work, name=name)
    try:
        yield
    finally:
        going.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await going
