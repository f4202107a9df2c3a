"""Whether builds become slower beside many that have ended."""

import asyncio
import time

from bench.measuring.finished import fill
from bench.measuring.written import Written
from bench.parts.run import Run
from bench.systems.baton import Baton

_SECONDS = 50.0
_IN_FLIGHT = 20


async def growth(run: Run) -> None:
    """Baton on PostgreSQL with finished builds in its database, in turns with the one that has those of this run."""
    small = next((one for one in run.batons if one.postgresql), None)
    if small is None or run.template is None:
        run.notes.append("growth is left out: it needs the system baton-postgresql")
        return
    grown = Baton(run.stage, on="postgresql", name="baton-postgresql-grown", called=", many finished builds")
    run.labels[grown.name] = grown.label
    began = time.perf_counter()
    await asyncio.to_thread(fill, grown.database_url, run.template, run.sizes.grown)
    Written.of(run.template).check(grown.database_url, "finished", run.sizes.grown)
    run.tell(f"{run.sizes.grown:,} finished builds are in the database after {time.perf_counter() - began:.0f} s")
    await grown.start()
    try:
        run.results.add("growth_finished", grown.name, run.sizes.grown)
        await grown.carry("pilot", min(_IN_FLIGHT, run.sizes.builds), _IN_FLIGHT)
        for number in run.rounds(_SECONDS):
            for system in (small, grown):
                await _turn(run, system, number, await run.some(small))
    finally:
        await grown.stop()


async def _turn(run: Run, system: Baton, number: int, count: int) -> None:
    many, alone = f"growth-{number}", f"growth-alone-{number}"
    turn = await system.carry(many, count, _IN_FLIGHT)
    single = await system.carry(alone, run.sizes.alone, 1)
    run.check_rows(system, many, count)
    run.results.add("growth_throughput", system.name, turn.per_second, round=number)
    run.results.add("growth_p50", system.name, 1000 * single.p50, round=number)
    run.tell(f"round {number}: {system.label}: {turn.per_second:.1f} builds/s, p50 {1000 * single.p50:.0f} ms")
