"""How things stand, as metrics: asked of SQL and of Temporal every so often, however often somebody scrapes."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from sqlalchemy import Engine
from temporalio.client import Client
from temporalio.service import RPCError

from baton.runtime.client import TemporalConnectionError
from baton.runtime.metrics import catalogue
from baton.runtime.metrics.catalogue import Metric
from baton.runtime.metrics.opening import opened
from baton.store.beside import beside
from baton.store.errors import StoreError
from baton.store.standing import Group, Standing, standing
from gateway.meanwhile import meanwhile
from gateway.standing.queues import Queue, queues

log = logging.getLogger("baton.metrics")

EVERY_SECONDS = 10.0

WAITS = ("report", "approval", "answer", "decision", "resume")
"""What builds wait for."""

_ANSWER_SECONDS = 5.0

Values = dict[Metric, list[tuple[dict[str, str], float]]]


@asynccontextmanager
async def shown_standing(
    engine: Engine, client: Callable[[], Client], *, every_seconds: float | None = None
) -> AsyncIterator[None]:
    """Show how things stand while the context lasts, where metrics are kept. ``client`` raises TemporalUnavailable."""
    page = opened()
    if page is None:
        yield
        return
    values: Values = {}
    every = every_seconds or EVERY_SECONDS
    with page.shown(lambda: dict(values)):
        async with meanwhile(_go_round(engine, client, values, every), "metrics of the standing"):
            yield


async def _go_round(engine: Engine, client: Callable[[], Client], values: Values, every_seconds: float) -> None:
    while True:
        try:
            for found in (await _of_sql(engine), await _of_temporal(client)):
                values.update(found)
        except Exception:
            log.exception("How things stand could not be looked up for the metrics")
        await asyncio.sleep(every_seconds)


async def _of_sql(engine: Engine) -> Values:
    try:
        return _answers(catalogue.DATABASE_UP, values_of(await beside(standing, engine)))
    except StoreError:
        return _away(catalogue.DATABASE_UP, _OF_SQL)


async def _of_temporal(client: Callable[[], Client]) -> Values:
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            return _answers(catalogue.TEMPORAL_UP, values_of_queues(await queues(client())))
    except (RPCError, TimeoutError, TemporalConnectionError):
        return _away(catalogue.TEMPORAL_UP, _OF_TEMPORAL)


def _answers(whether: Metric, values: Values) -> Values:
    values[whether] = [({}, 1.0)]
    return values


def _away(whether: Metric, unknown: Sequence[Metric]) -> Values:
    """What is not known is not shown: an old number would look like a new one."""
    values: Values = {metric: [] for metric in unknown}
    values[whether] = [({}, 0.0)]
    return values


def values_of(found: Standing) -> Values:
    """What SQL says, as metrics."""
    builds: dict[tuple[str, str], float] = {}
    for group in found.groups:
        key = (group.state.value, group.status.value)
        builds[key] = builds.get(key, 0) + group.builds
    waiting = [kind for kind in WAITS if _of(found, kind)]
    untaken = {one.status.value: one for one in found.untaken}
    pending = untaken["pending"].queued_at
    return {
        catalogue.BUILDS: [({"state": state, "status": status}, count) for (state, status), count in builds.items()],
        catalogue.WAITING: [({"kind": kind}, sum(group.builds for group in _of(found, kind))) for kind in WAITS],
        catalogue.WAITING_SECONDS: [
            ({"kind": kind}, _since(found.at, min(group.moved_at for group in _of(found, kind)))) for kind in waiting
        ],
        catalogue.DEADLINE_SECONDS: [
            ({"kind": kind}, -_since(found.at, min(deadlines)))
            for kind in waiting
            if (deadlines := [group.deadline for group in _of(found, kind) if group.deadline is not None])
        ],
        catalogue.WEBHOOK_DELIVERIES: [({"status": status}, one.notices) for status, one in untaken.items()],
        catalogue.WEBHOOK_PENDING_SECONDS: [({}, 0.0 if pending is None else _since(found.at, pending))],
    }


def values_of_queues(found: list[Queue]) -> Values:
    """What Temporal says, as metrics."""
    return {
        catalogue.POLLERS: [({"queue": one.name}, one.pollers) for one in found],
        catalogue.BACKLOG: [({"queue": one.name}, one.backlog) for one in found],
        catalogue.BACKLOG_SECONDS: [({"queue": one.name}, one.backlog_seconds) for one in found],
    }


_OF_TEMPORAL = (catalogue.POLLERS, catalogue.BACKLOG, catalogue.BACKLOG_SECONDS)
_OF_SQL = tuple(
    one for one in catalogue.LOOKED_UP if one not in (*_OF_TEMPORAL, catalogue.DATABASE_UP, catalogue.TEMPORAL_UP)
)


def _of(found: Standing, kind: str) -> list[Group]:
    return [group for group in found.groups if group.waiting_kind == kind]


def _since(now: datetime, then: datetime) -> float:
    return (now - then).total_seconds()
