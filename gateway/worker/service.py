"""A worker's life: wait for Temporal, check what has to be right, serve until it is told to stop."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from sqlalchemy import Engine
from temporalio.worker import Worker

from activities.perform_phase import PerformPhase
from baton.domain.vocabulary import Role
from baton.runtime.metrics.opening import served
from baton.runtime.patience import connect_with_patience
from baton.runtime.payloads import converter_of
from baton.runtime.settings import Settings
from baton.store.engine import open_engine
from gateway.reconciling.round import reconciling
from gateway.standing.metrics import shown_standing
from gateway.worker.assembly import journal_writer, notifier, orchestrator, phases, players
from gateway.worker.clearing import clear_up
from gateway.worker.duties import Duty, queues
from gateway.worker.forgotten import rounds
from gateway.worker.readiness import check_database, prepare_namespace, readable_profiles, shown
from gateway.worker.summaries import summarizing
from gateway.worker.versioning import deployed_version

log = logging.getLogger("baton.worker")

_BESIDE_WRITES = 5


async def serve(
    settings: Settings,
    duties: Sequence[Duty],
    environ: Mapping[str, str],
    *,
    upgrade: bool,
    performer: type[PerformPhase] = PerformPhase,
) -> None:
    """Serve ``duties`` until cancelled, then let running phases finish for as long as the settings say.

    For roles alone no database is opened. ``performer`` is what performs phases. Raises what keeps the worker from its
    work: TemporalMisconfigured, KeysUnusable, SearchAttributeError, ProfileError, SettingsError, StoreError.
    """
    profiles = readable_profiles(settings)
    converter = converter_of(settings)
    roles = [duty for duty in duties if duty.plays_a_role]
    async with AsyncExitStack() as stack:
        if (metrics := stack.enter_context(served(settings.metrics, log.warning))) is not None:
            log.info("Metrics are at %s", metrics)
        engine = await stack.enter_async_context(_database(settings, needed=roles != list(duties), upgrade=upgrade))
        client = await connect_with_patience(on_wait=log.warning, environ=environ, data_converter=converter)
        # These stop last, so that the reports of phases that finish meanwhile are still journaled and mirrored.
        last: list[Worker] = []
        writer = None if engine is None else journal_writer(settings, engine)
        played = [Role(duty.value) for duty in roles]
        performing = (
            phases(settings, profiles, environ, writer=writer, passing=played, kind=performer) if roles else None
        )
        if engine is not None and Duty.ORCHESTRATOR in duties:
            await prepare_namespace(client)
            await stack.enter_async_context(shown_standing(engine, lambda: client))
            last.append(orchestrator(client, settings, profiles, engine, writer=writer, performing=performing))
            await stack.enter_async_context(reconciling(client, engine, every_seconds=settings.reconcile_seconds))
            await stack.enter_async_context(summarizing(engine))
        if engine is not None and Duty.NOTIFIER in duties:
            last.append(notifier(client, settings, engine))
            await stack.enter_async_context(rounds(client, engine))
        if roles:
            await clear_up(settings)
        address = client.service_client.config.target_host
        if (deployed := deployed_version(settings)) is not None:
            log.info(
                "This worker is version %s of deployment %s. New builds begin on it once it is promoted: "
                "python starter.py deployment promote %s",
                deployed.build_id,
                deployed.deployment_name,
                deployed.build_id,
            )
        log.info("Serving %s of namespace %r at %s", shown(queues(duties)), client.namespace, address)
        await _run([players(client, settings, profiles, roles, environ, performing), last])


@asynccontextmanager
async def _database(settings: Settings, *, needed: bool, upgrade: bool) -> AsyncIterator[Engine | None]:
    if not needed:
        yield None
        return
    # One for each write, and some for what goes round beside them.
    engine = open_engine(settings.database_url, connections=settings.mirror_writers + _BESIDE_WRITES)
    try:
        await check_database(engine, upgrade=upgrade)
        yield engine
    finally:
        engine.dispose()


async def _run(to_stop: Sequence[Sequence[Worker]]) -> None:
    """Run all workers until cancelled, or until one of them fails; then stop them, one group after the other."""
    running = [asyncio.create_task(worker.run()) for group in to_stop for worker in group]
    try:
        await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    finally:
        log.info("Stopping: no new phase is begun, and those at work are let finish")
        for group in to_stop:
            await asyncio.gather(*(worker.shutdown() for worker in group))
        # One that has failed says here what it was.
        await asyncio.gather(*running)
