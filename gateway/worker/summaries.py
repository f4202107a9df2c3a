"""Having builds that have ended summarized, so that reports stay quick however many there are.

Nothing waits for it: a build without a summary is in every report, too. It is done in small pieces with rests between
them, so that the mirror gets its turn. Now and then the database is made to look at its rows, so that it knows which
index leads to the few builds that have no summary.
"""

import asyncio
import logging
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import Engine

from baton.store.beside import beside
from baton.store.errors import StoreError
from baton.store.statistics import refresh_statistics
from baton.store.summaries.summarizing import summarize
from gateway.meanwhile import meanwhile

log = logging.getLogger("baton.worker")

_EVERY_SECONDS = 15.0
_LOOK_SECONDS = 3_600.0
_REST = 3
"""How many times as long as a piece took nothing is done after it."""


@asynccontextmanager
async def summarizing(engine: Engine, *, every_seconds: float = _EVERY_SECONDS) -> AsyncIterator[None]:
    """Summarize what has ended, every so often, while the context lasts."""
    async with meanwhile(_go_on(engine, every_seconds), "summaries"):
        yield


async def _go_on(engine: Engine, every_seconds: float) -> None:
    looked = -math.inf
    while True:
        await asyncio.sleep(every_seconds)
        try:
            if time.monotonic() - looked >= _LOOK_SECONDS:
                await beside(refresh_statistics, engine)
                looked = time.monotonic()
            began = time.monotonic()
            while await beside(summarize, engine):
                await asyncio.sleep(_REST * (time.monotonic() - began))
                began = time.monotonic()
        except StoreError as error:
            log.debug("builds are summarized later: %s", error)
        except Exception:
            log.exception("builds could not be summarized")
