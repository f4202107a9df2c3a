"""What a round of rework costs in a short build and in a very long one."""

from bench.parts.run import Run
from bench.systems.baton import Baton

_FEW = 3
_BUILDS = 20
_SECONDS = 80.0


async def rework(run: Run) -> None:
    """Builds whose testing sends the work back 3 times, and one of 300, less what a build without rework costs."""
    system = next(run.batons)
    for number in run.rounds(_SECONDS):
        none = await _carried(run, system, number, 0, _BUILDS)
        few = await _carried(run, system, number, _FEW, _BUILDS)
        many = await _carried(run, system, number, run.sizes.rework, 1)
        for name, costs, rounds in (("few", few, _FEW), ("many", many, run.sizes.rework)):
            seconds, cpu = ((with_it - without) / rounds for with_it, without in zip(costs, none, strict=True))
            run.results.add(f"rework_{name}", system.name, 1000 * seconds, round=number)
            run.results.add(f"rework_{name}_cpu", system.name, 1000 * cpu, round=number)
            run.tell(f"round {number}: {system.label}: {rounds} rounds of rework: {1000 * seconds:.0f} ms each")


async def _carried(run: Run, system: Baton, number: int, rounds: int, count: int) -> tuple[float, float]:
    """Seconds of one build, and of CPU."""
    meter = run.meter(system)
    turn = await system.rework(f"rework-{number}-{rounds}", count, rounds)
    return turn.elapsed / count, sum(meter.used().values()) / count
