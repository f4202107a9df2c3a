"""The mirror: what a build weighs in Temporal, how late its rows are, and how fast they can be written."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

from baton.contracts.messages import MirrorBatch
from baton.contracts.names import workflow_id
from baton.store.engine import open_engine
from baton.store.mirror import Mirror
from bench.measuring.history import weight_of
from bench.measuring.journals import batches
from bench.measuring.lag import LagReader
from bench.measuring.written import Written
from bench.parts.run import Run
from bench.systems.bare import Bare
from bench.systems.baton import Baton
from bench.systems.turn import percentile

_WEIGHED = 3
_LAG_SECONDS, _ROWS_SECONDS = 75.0, 30.0
_WRITERS = 10
"""As many as a worker has."""


async def history(run: Run) -> None:
    """Events, bytes and actions of a build."""
    for system in run.systems:
        if not isinstance(system, Bare | Baton):
            continue
        await system.carry("weighed", _WEIGHED, 1)
        for number in range(1, _WEIGHED + 1):
            build = f"weighed-{number}"
            weight = await weight_of(system.client, workflow_id(build) if isinstance(system, Baton) else build)
            for metric in ("events", "bytes", "bytes_once", "actions"):
                run.results.add(metric, system.name, getattr(weight, metric), round=number)
        run.tell(f"{system.label}: {weight.events} events, {weight.bytes:,} bytes, {weight.actions} actions")


async def lag(run: Run) -> None:
    """From the time that an entry has to the moment at which another process sees its row."""
    for number in run.rounds(_LAG_SECONDS):
        for system in run.batons:
            for in_flight, count in ((1, run.sizes.alone), (20, await run.some(system))):
                with LagReader(system.database_url) as reader:
                    await system.carry(f"lag-{in_flight}-{number}", count, in_flight)
                found = [1000 * seconds for seconds in reader.seconds]
                for percent in (50, 95):
                    metric = f"lag_{in_flight}_p{percent}"
                    run.results.add(metric, system.name, percentile(found, percent), round=number)
                run.tell(
                    f"round {number}, {in_flight} in flight: {system.label}: lag p95 {percentile(found, 95):.0f} ms"
                )


async def rows(run: Run) -> None:
    """Journals that are there already, written by as many threads as a worker has; no Temporal."""
    assert run.template is not None
    written = Written.of(run.template)
    for number in run.rounds(_ROWS_SECONDS):
        for system in run.batons:
            name = f"rows-{number}"
            journals = [list(batches(f"{name}-{one}")) for one in range(1, run.sizes.journals + 1)]
            seconds = await asyncio.to_thread(_write, system.database_url, journals)
            written.check(system.database_url, name, len(journals))
            count = len(journals) * (written.events + written.handoffs) + sum(map(len, journals))
            run.results.add("mirror_rows", system.name, count / seconds, round=number)
            run.tell(f"round {number}: {system.label}: {count / seconds:,.0f} rows/s")


def _write(database_url: str, journals: list[list[MirrorBatch]]) -> float:
    engine = open_engine(database_url)
    mirror = Mirror(engine)

    def one(journal: list[MirrorBatch]) -> None:
        for batch in journal:
            mirror.write(batch)

    try:
        began = time.perf_counter()
        with ThreadPoolExecutor(_WRITERS) as pool:
            list(pool.map(one, journals))
        return time.perf_counter() - began
    finally:
        engine.dispose()
