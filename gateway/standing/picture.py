"""The whole picture at a moment: from SQL, and from Temporal, each as far as it answers."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine
from temporalio.client import Client
from temporalio.service import RPCError

from baton.domain.vocabulary import Status
from baton.runtime.client import TemporalConnectionError
from baton.runtime.diagnosis import reason_of
from baton.store.beside import beside
from baton.store.browsing import BuildLine, WaitingLine, Wanted, browse, waiting_lines
from baton.store.errors import StoreError
from baton.store.standing import Ended, Standing, ended_since, standing
from gateway.standing.lag import MirrorLag, mirror_lag
from gateway.standing.queues import Queue, queues

_ANSWER_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Mirrored:
    """What SQL says: the standing, builds at work, builds that wait, the most urgent first, and what ended lately."""

    standing: Standing
    working: list[BuildLine]
    waiting: list[WaitingLine]
    hour: Ended
    day: Ended


@dataclass(frozen=True, slots=True)
class Served:
    """What Temporal says: the task queues with their workers, and how far SQL is behind."""

    queues: list[Queue]
    lag: MirrorLag


@dataclass(frozen=True, slots=True)
class Picture:
    """Both; where one does not answer, why."""

    at: datetime
    sql: Mirrored | None
    sql_away: str | None
    temporal: Served | None
    temporal_away: str | None

    @property
    def blind(self) -> bool:
        """Whether neither answers."""
        return self.sql is None and self.temporal is None


async def picture(engine: Engine, connect: Callable[[], Awaitable[Client]], *, lines: int) -> Picture:
    """How things are now, with at most so many ``lines`` of builds each. ``connect`` raises TemporalConnectionError."""
    (sql, sql_away), (temporal, temporal_away) = await asyncio.gather(_sql(engine, lines), _temporal(connect))
    return Picture(datetime.now(UTC), sql, sql_away, temporal, temporal_away)


async def _sql(engine: Engine, lines: int) -> tuple[Mirrored | None, str | None]:
    try:
        return await beside(_mirrored, engine, lines), None
    except StoreError as error:
        return None, str(error)


def _mirrored(engine: Engine, lines: int) -> Mirrored:
    now = datetime.now(UTC)
    return Mirrored(
        standing(engine),
        browse(engine, Wanted(status=Status.IN_PROGRESS), limit=lines).builds,
        waiting_lines(engine, most=lines)[0],
        ended_since(engine, now - timedelta(hours=1)),
        ended_since(engine, now - timedelta(days=1)),
    )


async def _temporal(connect: Callable[[], Awaitable[Client]]) -> tuple[Served | None, str | None]:
    try:
        client = await connect()
        async with asyncio.timeout(_ANSWER_SECONDS):
            found, lag = await asyncio.gather(queues(client), mirror_lag(client))
    except TemporalConnectionError as error:
        return None, str(error)
    except RPCError as error:
        return None, f"Temporal does not answer: {reason_of(error)}"
    except TimeoutError:
        return None, f"Temporal does not answer within {_ANSWER_SECONDS:g} s"
    return Served(found, lag), None
