"""Builds a second, CPU, and the time of one build: the systems take turns, round by round."""

from bench.parts.run import Run
from bench.systems.turn import System, Turn

_FEW, _MANY = 20, 200
_ALONE_SECONDS, _FEW_SECONDS, _MANY_SECONDS = 50.0, 130.0, 190.0
_LONGEST_TURN = 60.0


async def throughput(run: Run) -> None:
    """20 builds in flight all the time, then 200 that are asked for at once: of those that Temporal keeps, but for slow
    ones.
    """
    for number in run.rounds(_FEW_SECONDS):
        for system in run.systems:
            await _turn(run, system, _FEW, await run.some(system), number)
    kept = [one for one in run.systems if one.server]
    quick = [one for one in kept if await run.rate(one) * _LONGEST_TURN > run.sizes.crowd]
    if left_out := [one.label for one in kept if one not in quick]:
        run.notes.append(
            f"with {_MANY} in flight a turn would take more than {_LONGEST_TURN:.0f} s: {'; '.join(left_out)}"
        )
    for number in run.rounds(_MANY_SECONDS):
        for system in quick:
            await _turn(run, system, _MANY, run.sizes.crowd, number)


async def latency(run: Run) -> None:
    """One build after the other."""
    for number in run.rounds(_ALONE_SECONDS):
        for system in run.systems:
            name, count = f"alone-{number}", run.sizes.of(system, run.sizes.alone)
            turn = await system.carry(name, count, 1)
            run.check_rows(system, name, count)
            run.results.add("latency_p50", system.name, 1000 * turn.p50, round=number)
            run.results.add("latency_p95", system.name, 1000 * turn.p95, round=number)
            run.tell(f"round {number}, alone: {system.label}: p50 {1000 * turn.p50:.0f} ms")


async def _turn(run: Run, system: System, in_flight: int, count: int, number: int) -> None:
    name = f"flight-{in_flight}-{number}"
    meter = run.meter(system)
    turn = await system.carry(name, count, in_flight)
    used = meter.used()
    run.check_rows(system, name, count)
    run.results.add(f"throughput_{in_flight}", system.name, turn.per_second, round=number)
    if in_flight == _FEW:
        _keep_cpu(run, system, used, turn, number)
    run.tell(f"round {number}, {in_flight} in flight: {system.label}: {turn.per_second:.1f} builds/s")


def _keep_cpu(run: Run, system: System, used: dict[str, float], turn: Turn, number: int) -> None:
    for what, seconds in (used | {"total": sum(used.values())}).items():
        run.results.add(f"cpu_{what}", system.name, 1000 * seconds / len(turn.builds), round=number)
