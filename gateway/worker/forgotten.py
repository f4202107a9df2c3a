"""Finding notices that nobody sends.

Whoever writes a build's entries wakes the workflow that sends them. Where that did not succeed, where a subscription
was enabled again or something is to be sent a second time, and where somebody has terminated such a workflow, the
notifier finds what waits in SQL.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine
from temporalio.client import Client

from activities.waking import start_unless_running
from baton.store.beside import beside
from baton.store.errors import StoreError
from baton.store.notices.sending import forgotten_queues
from gateway.meanwhile import meanwhile

log = logging.getLogger("baton.worker")

_EVERY_SECONDS = 10.0
_FRESH = timedelta(seconds=5)
"""What was queued so lately has just been told to its workflow."""

_TRIED = timedelta(minutes=90)
"""What was tried so lately is in good hands: the longest pause between two attempts is an hour."""

_AT_ONCE = 100


@asynccontextmanager
async def rounds(client: Client, engine: Engine, *, every_seconds: float = _EVERY_SECONDS) -> AsyncIterator[None]:
    """Look for forgotten notices, at once and then every so often, while the context lasts."""
    async with meanwhile(_go_round(client, engine, every_seconds), "forgotten notices"):
        yield


async def _go_round(client: Client, engine: Engine, every_seconds: float) -> None:
    while True:
        try:
            await look(client, engine)
        except StoreError as error:
            log.debug("forgotten notices are looked for later: %s", error)
        except Exception:
            log.exception("forgotten notices could not be looked for")
        await asyncio.sleep(every_seconds)


async def look(client: Client, engine: Engine) -> None:
    """Have sent what nobody is at work on. Raises StoreError."""
    now = datetime.now(UTC)
    found = await beside(forgotten_queues, engine, queued_before=now - _FRESH, tried_before=now - _TRIED, most=_AT_ONCE)
    for queue, reason in await start_unless_running(client, found):
        log.warning("the notices of %s to %r cannot be sent yet: %s", queue.about, queue.subscription, reason)
