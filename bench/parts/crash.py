"""A worker is killed with many builds in flight, and started again."""

import asyncio
import contextlib
import time
from collections import Counter
from pathlib import Path

from bench.bodies import MARKS, PHASES
from bench.parts.run import Run
from bench.systems.guest import Guest
from bench.systems.turn import Lost, System

_SECONDS = 130.0
_KILLED_AT = 0.3
"""The share of all phases that has been done when the worker is killed."""
_POLL_SECONDS = 0.01
_KILL_SECONDS = 300.0
_FEWEST = 5
_LONGEST_SECONDS = 9.0
"""What all builds of one turn may take where there is no time for more."""


async def crash(run: Run) -> None:
    """Each system that can go on by itself, without a crash and with one."""
    recovering = [one for one in run.systems if one.recovers and not one.slow]
    count = await _many(run, recovering)
    for system in recovering:
        await system.stop()
        await system.start(**{MARKS: str(_marks(run, system))})
    for number in run.rounds(_SECONDS):
        for system in recovering:
            await _turn(run, system, number, count)
    for system in recovering:
        await system.stop()
        await system.start()


async def _many(run: Run, systems: list[System]) -> int:
    """How many builds are in flight: of each system as many."""
    wanted = run.sizes.crashed
    if "crashed" in run.sizes.asked:
        return wanted
    slowest = min([await run.rate(one) for one in systems])
    count = min(wanted, max(_FEWEST, round(slowest * _LONGEST_SECONDS)))
    if count < wanted:
        run.notes.append(f"a worker is killed with {count} builds in flight: {wanted} would take too long here")
    return count


async def _turn(run: Run, system: System, number: int, count: int) -> None:
    well, killed = f"well-{number}", f"killed-{number}"
    turn = await system.carry(well, count, count)
    run.check_rows(system, well, count)
    began = time.perf_counter()
    after, twice = await _killed(system, _marks(run, system), killed, count)
    whole = time.perf_counter() - began
    run.check_rows(system, killed, count)
    for metric, value in {
        "crash_in_flight": count,
        "crash_without": turn.elapsed,
        "crash_with": whole,
        "crash_after": after,
        "crash_twice": twice,
    }.items():
        run.results.add(metric, system.name, value, round=number)
    run.tell(f"round {number}: {system.label}: all done {after:.1f} s after the kill, {twice} phases ran twice")


async def _killed(system: System, marks: Path, name: str, count: int) -> tuple[float, int]:
    """Seconds from the kill until all are done, and how many phases ran more than once."""
    before = _lines(marks)
    carrying = asyncio.create_task(system.carry(name, count, count))
    async with asyncio.timeout(_KILL_SECONDS):
        while len(_lines(marks)) - len(before) < _KILLED_AT * count * len(PHASES):
            if carrying.done():
                raise Lost(f"{system.label} was done before it could be killed: {carrying.exception()}")
            await asyncio.sleep(_POLL_SECONDS)
    system.kill()
    killed = time.perf_counter()
    if isinstance(system, Guest):  # who asked for its builds died with it
        with contextlib.suppress(Lost):
            await carrying
        await system.restart(name, count)
    else:
        await system.restart(name, count)
        await carrying
    after = time.perf_counter() - killed
    runs = Counter(_lines(marks)[len(before) :])
    if len(runs) != count * len(PHASES):
        raise Lost(f"{system.label}: {len(runs)} phases were done of {count * len(PHASES)}")
    return after, sum(times > 1 for times in runs.values())


def _marks(run: Run, system: System) -> Path:
    return run.stage.folder / f"{system.name}.marks"


def _lines(marks: Path) -> list[str]:
    return marks.read_text().splitlines() if marks.exists() else []
