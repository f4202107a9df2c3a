"""Many builds that wait for a person: what they cost the worker, and how fast they answer."""

import asyncio
import time

from temporalio.client import Client

from baton.contracts.names import workflow_id
from bench.measuring.cpu import cpu_seconds, memory_bytes
from bench.parts.run import Run
from bench.systems.baton import Baton, request
from bench.systems.turn import Lost, carry_all, percentile
from workflows.build import BuildWorkflow

_AT_ONCE = 50
_CHUNK = 200
_CACHED = 1_000
"""How many workflows a worker of Temporal's SDK has in memory."""
_PARKING_SECONDS = 50.0
_ASKED = 20
_MIB = 2**20
_WORKER = "worker"


async def parked(run: Run) -> None:
    """Builds of the profile ``manual``, which stand in discovery, in a namespace of their own."""
    baton = Baton(run.stage, on="sqlite", name="parked", door=True)
    await baton.open()
    try:
        await _park(run, baton)
    finally:
        await baton.stop()


async def _park(run: Run, baton: Baton) -> None:
    async def one(number: int) -> None:
        await baton.builds.start(request(f"parked-{number}", profile="manual"))

    await carry_all(5, 1, lambda number: one(-number))  # so that what is loaded late is there
    await asyncio.sleep(1)
    empty = memory_bytes(baton.pid)
    began, count = time.perf_counter(), 0
    asked = "parked" in run.sizes.asked
    while count < run.sizes.parked and (asked or time.perf_counter() - began < _PARKING_SECONDS):
        some = min(_CHUNK, run.sizes.parked - count)
        await carry_all(some, _AT_ONCE, lambda number, before=count: one(before + number))  # type: ignore[misc]
        count += some
    run.tell(f"{count} builds parked, {count / (time.perf_counter() - began):.0f} a second")
    await asyncio.sleep(2)
    full, used, began = memory_bytes(baton.pid), cpu_seconds(baton.pid), time.perf_counter()
    await asyncio.sleep(run.sizes.idle)  # a worker looks twice a minute whether SQL says what Temporal does
    share = (cpu_seconds(baton.pid) - used) / (time.perf_counter() - began)
    if count >= _CACHED + _ASKED:
        evicted = await _ask(baton.client, list(range(1, _ASKED + 1)))
        run.results.add("query_evicted", _WORKER, 1000 * evicted)
    else:
        run.notes.append(f"{count} builds were parked, and the worker had them all in memory: none was evicted")
    cached = await _ask(baton.client, list(range(count - _ASKED + 1, count + 1)))
    for metric, value in {
        "parked": count,
        "worker_empty": empty / _MIB,
        "worker_parked": (full - empty) / _MIB,
        "parked_cpu": 100 * share,
        "query_cached": 1000 * cached,
    }.items():
        run.results.add(metric, _WORKER, value)
    run.tell(f"{(full - empty) / _MIB:.0f} MiB over the empty worker's {empty / _MIB:.0f}")


async def _ask(client: Client, numbers: list[int]) -> float:
    """The median of a status query, in seconds; each build is asked once."""
    seconds = []
    for number in numbers:
        began = time.perf_counter()
        handle = client.get_workflow_handle(workflow_id(f"parked-{number}"))
        view = await handle.query(BuildWorkflow.status)
        seconds.append(time.perf_counter() - began)
        if view.waiting_for is None:
            raise Lost(f"the build {view.build_id!r} does not wait")
    return percentile(seconds, 50)
