"""Where the time of Baton's worker goes."""

import pstats
from collections.abc import Sequence

from bench.measuring.cpu import cpu_seconds
from bench.reporting.rooms import by_room
from bench.systems.baton import Baton
from bench.systems.profiling import PROFILE
from bench.systems.stage import stage

_SHOWN = 30
_IN_FLIGHT = 20


async def profile(names: Sequence[str], count: int) -> None:
    """Carry builds with a profiled worker, on SQLite unless PostgreSQL is asked for alone; print what it did."""
    async with stage() as set_up:
        baton = Baton(set_up, on="postgresql" if list(names) == ["baton-postgresql"] else "sqlite")
        path = set_up.folder / "worker.profile"
        await baton.start(**{PROFILE: str(path)})
        try:
            server = cpu_seconds(set_up.server_pid)
            before = cpu_seconds(baton.pid)
            turn = await baton.carry("profiled", count, _IN_FLIGHT)
            used = 1000 * (cpu_seconds(baton.pid) - before) / count
            server = 1000 * (cpu_seconds(set_up.server_pid) - server) / count
        finally:
            await baton.stop()
        stats = pstats.Stats(str(path))
    print(f"{baton.label}: {count} builds, {_IN_FLIGHT} in flight, {turn.per_second:.1f} builds/s while profiled")
    print(f"CPU a build: worker {used:.1f} ms, of which the profiler itself is a part; Temporal server {server:.1f} ms")
    print("\nPython's own time by room, start of the worker included, ms a build:\n")
    for room, seconds in by_room(stats):
        print(f"  {1000 * seconds / count:8.2f}  {room}")
    print("\nThe functions with most time of their own:\n")
    stats.strip_dirs().sort_stats("tottime").print_stats(_SHOWN)
    print("The functions with most time below them:\n")
    stats.sort_stats("cumulative").print_stats(_SHOWN)
