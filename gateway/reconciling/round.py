"""The reconciler's round: what SQL says of builds against what Temporal does, both ways.

Temporal is asked of many builds at once by its lists, which are moments late: what they say that SQL does not is looked
at closely before anything is written. In memory are the IDs of all builds that run, and of one page of them what is
said.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from baton.runtime.diagnosis import reason_of
from baton.store.beside import beside
from baton.store.errors import StoreError
from baton.store.reconciling import believed, in_progress
from gateway.listed import PAGE
from gateway.meanwhile import meanwhile
from gateway.reconciling.examining import Examining
from gateway.reconciling.listing import AT_ONCE, Listed, running, running_of

log = logging.getLogger("baton.worker")

_LATE = timedelta(minutes=5)
"""A build that has run for so long without SQL having anything of it is told of."""

_MOST_TOLD = 1000


@asynccontextmanager
async def reconciling(client: Client, engine: Engine, *, every_seconds: float) -> AsyncIterator[None]:
    """Make rounds, at once and then every so often, while the context lasts."""
    async with meanwhile(_go_round(Reconciler(client, engine), every_seconds), "reconciler"):
        yield


async def _go_round(reconciler: "Reconciler", every_seconds: float) -> None:
    while True:
        try:
            await reconciler.round()
        except StoreError as error:
            log.debug("SQL is compared with Temporal later: %s", error)
        except RPCError as error:
            log.debug("SQL is compared with Temporal later: %s", reason_of(error))
        except Exception:
            log.exception("SQL could not be compared with Temporal")
        await asyncio.sleep(every_seconds)


class Reconciler:
    """Makes rounds through the builds of one Temporal and one database."""

    def __init__(self, client: Client, engine: Engine) -> None:
        self._client = client
        self._engine = engine
        self._examining = Examining(client, engine)
        self._told: set[str] = set()

    async def round(self) -> None:
        """One round. Raises RPCError and StoreError; what was done by then is done."""
        listed: set[str] = set()
        async for page in running(self._client):
            await self._compare_running(page)
            listed.update(one.build_id for one in page)
        builds = await beside(in_progress, self._engine, limit=PAGE)
        while builds:
            await self._look_for([build.build_id for build in builds if build.build_id not in listed])
            builds = await beside(in_progress, self._engine, after=builds[-1].key, limit=PAGE)

    async def _compare_running(self, page: list[Listed]) -> None:
        """Builds that run: those that SQL calls ended, or knows by another run, are looked at."""
        known = await beside(believed, self._engine, [one.build_id for one in page])
        for one in page:
            build = known.get(one.build_id)
            if build is None:
                self._miss(one)
            elif build.ended or build.run_id != one.run_id:
                await self._examine(one.build_id)

    async def _look_for(self, missed: list[str]) -> None:
        """Builds that SQL calls in progress, and that were not listed: they have begun since, or they have ended."""
        for first in range(0, len(missed), AT_ONCE):
            some = missed[first : first + AT_ONCE]
            alive = await running_of(self._client, some)
            for build_id in some:
                if build_id not in alive:
                    await self._examine(build_id)

    async def _examine(self, build_id: str) -> None:
        """One build that cannot be looked at keeps none of the others from it."""
        try:
            await self._examining.examine(build_id)
        except StoreError:
            raise
        except RPCError as error:
            if error.status is RPCStatusCode.UNAVAILABLE:
                raise
            log.warning("build %r could not be compared with Temporal: %s", build_id, reason_of(error))
        except Exception:
            log.exception("build %r could not be compared with Temporal", build_id)

    def _miss(self, one: Listed) -> None:
        """A build may be new; and it has no journal before it is open."""
        if datetime.now(UTC) - one.since < _LATE or one.build_id in self._told or len(self._told) >= _MOST_TOLD:
            return
        self._told.add(one.build_id)
        log.warning(
            "build %r runs in Temporal, and SQL has nothing of it. If it has opened: "
            "python starter.py mirror rebuild --build %s",
            one.build_id,
            one.build_id,
        )
