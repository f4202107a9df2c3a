"""The figures of a round, for people."""

from collections.abc import Iterator

from baton.domain.vocabulary import Phase
from tests.chaos.findings import Kind
from tests.chaos.memory import Memory
from tests.chaos.recovery import Recovery, percentile
from tests.chaos.round import Outcome, harms_of
from tests.chaos.wrecker import Wrecker

_MOST_SHOWN = 40


def figures(outcome: Outcome) -> Iterator[str]:
    """Line after line."""
    crowd, plan, found = outcome.crowd, outcome.plan, outcome.findings
    assert crowd is not None
    assert outcome.wrecker is not None
    assert outcome.memory is not None
    yield _line(
        "builds",
        f"{outcome.builds}: {outcome.ended} ended, {outcome.parked} left parked, all at rest "
        f"{outcome.rest_seconds:.0f} s after all was healed",
    )
    yield _line("told", ", ".join(f"{times} {what}" for what, times in sorted(crowd.sent.items())))
    yield _line("asked again", f"{crowd.repeated} times, because nobody answered")
    yield from _harm(outcome, outcome.wrecker)
    database = "SQLite" if plan.sqlite else "PostgreSQL"
    yield _line("journal", f"{outcome.entries} entries; {outcome.rows} of their rows in SQL ({database})")
    for kind in (Kind.LOST, Kind.DOUBLED, Kind.FALSE, Kind.DRIFT, Kind.CHAIN, Kind.STUCK, Kind.LEFT):
        yield _line(kind.value, str(found.count(kind)))
    yield from _recovery(outcome.recovered)
    yield from _memory(outcome.memory)
    if outcome.visitors is not None:
        answers = sorted(outcome.visitors.answers.items())
        told = ", ".join(f"{times} times {code or 'no answer'}" for code, times in answers)
        yield _line("gateway", f"{told}; {outcome.visitors.events} events of builds")
    yield _line("findings", str(len(found.found)))
    for kind, what in found.found[:_MOST_SHOWN]:
        yield f"  {kind.value}: {what}"
    if len(found.found) > _MOST_SHOWN:
        yield f"  and {len(found.found) - _MOST_SHOWN} more"


def _harm(outcome: Outcome, wrecker: Wrecker) -> Iterator[str]:
    kills = wrecker.kills
    by_phase = ", ".join(f"{phase.value} {kills[phase]}" for phase in Phase)
    yield _line("workers killed", f"{len(wrecker.deaths)} times; at work in {by_phase}")
    yield _line("harm", ", ".join(f"{times} {harm.value}" for harm, times in harms_of(outcome).items() if times))
    if not outcome.small_disk:
        yield _line("disk full", "not done: it takes root, to mount a small disk")


def _recovery(recovered: list[Recovery]) -> Iterator[str]:
    alone = [one for one in recovered if one.alone]
    yield _line("recovery", f"{_times([one.seconds for one in alone])}, after a death with all else well")
    if alone:
        worst = max(alone, key=lambda one: one.seconds - one.bound)
        yield _line("", f"nearest to its bound: {worst.seconds:.1f} s of {worst.bound:.1f} s")
    others = [one.seconds for one in recovered if not one.alone]
    yield _line("", f"{_times(others)}, after one with other things broken too")


def _times(seconds: list[float]) -> str:
    longest = max(seconds, default=0.0)
    return f"{len(seconds)} phases, longest {longest:.1f} s, 95 % within {percentile(seconds, 0.95):.1f} s"


def _memory(memory: Memory) -> Iterator[str]:
    lives = sorted(memory.lives.values(), key=lambda life: -life.seconds)
    for name in sorted({life.name for life in lives}):
        own = [life for life in lives if life.name == name]
        growth = own[0].growth
        told = "too short a life to tell growth" if growth is None else f"{growth:+.1f} MiB a minute"
        yield _line(
            "memory", f"{name}: at most {max(life.most for life in own):.0f} MiB; {told}, over {own[0].seconds:.0f} s"
        )


def _line(name: str, what: str) -> str:
    return f"{name:16} {what}"
