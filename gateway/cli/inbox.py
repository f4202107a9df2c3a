"""Which of many builds wait for a person."""

import asyncio
from collections.abc import Sequence

from baton.domain.view import BuildView
from gateway.builds import Builds
from gateway.errors import GatewayError, NoWorker

_AT_A_TIME = 8


async def asking(builds: Builds, ids: Sequence[str]) -> list[BuildView]:
    """Those that have open questions, in the order of ``ids``. Raises NoWorker."""
    turn = asyncio.Semaphore(_AT_A_TIME)

    async def look(build_id: str) -> BuildView | None:
        async with turn:
            try:
                return await builds.status(build_id)
            except NoWorker:
                raise
            except GatewayError:
                return None  # it is about to open, or has just ended without having opened

    views = await asyncio.gather(*map(look, ids))
    return [view for view in views if view is not None and view.open_questions]
