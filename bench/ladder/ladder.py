"""Where the CPU goes between bare Temporal and Baton: one thing more on each rung, in turns."""

import statistics
from collections import defaultdict
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

from baton.contracts.names import workflow_id
from bench.ladder.climber import Climber
from bench.ladder.rungs import LADDER
from bench.measuring.cpu import Meter
from bench.measuring.history import Weight, weight_of
from bench.reporting.words import number
from bench.systems.baton import Baton
from bench.systems.on_temporal import OnTemporal
from bench.systems.stage import Stage, stage

_IN_FLIGHT = 20
_TOP = "a build of Baton's, SQLite"


@dataclass(frozen=True)
class _Turn:
    """CPU in milliseconds a build, and builds a second."""

    server: float
    worker: float
    rate: float


async def climb(count: int, rounds: int) -> None:
    """Carry ``count`` workflows of each rung in each round, then as many builds; print the medians of each."""
    turns: defaultdict[str, list[_Turn]] = defaultdict(list)
    weights: dict[str, Weight] = {}
    async with stage() as set_up, AsyncExitStack() as stack:
        climber, baton = Climber(set_up), Baton(set_up, on="sqlite")
        for system in (climber, baton):
            stack.push_async_callback(system.stop)
            await system.start()
        for turn in range(rounds + 1):  # the first one warms up
            print(f"round {turn} of {rounds}", flush=True)
            for rung, (name, has) in enumerate(LADDER.items()):
                climber.rung = has
                found = await _turn(set_up, climber, f"{turn}-{rung}", count)
                weights[name] = await weight_of(climber.client, f"{turn}-{rung}-{count}")
                if turn:
                    turns[name].append(found)
            found = await _turn(set_up, baton, str(turn), count)
            weights[_TOP] = await weight_of(baton.client, workflow_id(f"{turn}-{count}"))
            if turn:
                turns[_TOP].append(found)
    print(f"\n{count} builds of each in each of {rounds} rounds, {_IN_FLIGHT} in flight; medians\n")
    print("\n".join(_table(turns, weights)))


async def _turn(stage: Stage, system: OnTemporal, name: str, count: int) -> _Turn:
    meter = Meter({"server": stage.server_pid, "worker": system.pid})
    turn = await system.carry(name, count, _IN_FLIGHT)
    used = {what: 1000 * seconds / count for what, seconds in meter.used().items()}
    return _Turn(used["server"], used["worker"], turn.per_second)


def _table(turns: dict[str, list[_Turn]], weights: dict[str, Weight]) -> Iterator[str]:
    yield "| what a workflow has | CPU of the server, ms | of the worker, ms | together | builds/s | events | bytes |"
    yield "|---|---|---|---|---|---|---|"
    for name, some in turns.items():
        server, worker = (statistics.median(getattr(one, what) for one in some) for what in ("server", "worker"))
        rate = statistics.median(one.rate for one in some)
        numbers = map(number, (server, worker, server + worker, rate, weights[name].events, weights[name].bytes))
        yield f"| {name} | {' | '.join(numbers)} |"
