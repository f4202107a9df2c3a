"""A turn: some builds carried by one system, so many of them at a time."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

_STALLED_SECONDS = 600.0


@dataclass
class Turn:
    """What came of it. All times in seconds."""

    elapsed: float = 0.0
    builds: list[float] = field(default_factory=list)
    """How long each took, from being asked for to its end."""

    @property
    def per_second(self) -> float:
        """Builds that came to their end in a second."""
        return len(self.builds) / self.elapsed

    @property
    def p50(self) -> float:
        """The median of one build's time."""
        return statistics.median(self.builds)

    @property
    def p95(self) -> float:
        """What 95 of 100 builds kept below."""
        return percentile(self.builds, 95)


class Lost(RuntimeError):
    """A build did not come to its good end, or rows of it are missing."""


class System(Protocol):
    """What can carry builds of six phases."""

    name: str
    label: str
    server: bool
    """Whether the Temporal server works for it."""
    postgresql: bool
    slow: bool
    """Whether it gets fewer builds, for it would take minutes."""
    recovers: bool
    """Whether builds that were cut short go on by themselves."""

    @property
    def pid(self) -> int:
        """The process whose tree does the work."""
        ...

    async def start(self, **environ: str) -> None:
        """Start it with more in its environment; return when it has carried a first build."""
        ...

    async def stop(self) -> None:
        """End all of it."""
        ...

    async def carry(self, name: str, count: int, in_flight: int) -> Turn:
        """Carry ``count`` builds whose IDs begin with ``name``, ``in_flight`` at a time. Raises :class:`Lost`."""
        ...

    def kill(self) -> None:
        """End its worker as a crash would; its builds go on when it is started again."""
        ...

    async def restart(self, name: str, count: int) -> None:
        """Start the worker again after :meth:`kill`; return when the builds that were begun are at their ends."""
        ...


def percentile(values: list[float], percent: int) -> float:
    """The value that ``percent`` of 100 are not above."""
    if len(values) == 1:
        return values[0]
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


async def carry_all(count: int, in_flight: int, one: Callable[[int], Awaitable[None]]) -> Turn:
    """Await ``one(number)`` for 1 to ``count``, ``in_flight`` at a time. Raises :class:`Lost` when nothing goes on."""
    turn = Turn()
    numbers = iter(range(1, count + 1))

    async def carry_on() -> None:
        for number in numbers:
            began = time.perf_counter()
            await one(number)
            turn.builds.append(time.perf_counter() - began)

    began = time.perf_counter()
    carrying = asyncio.gather(*(carry_on() for _ in range(min(in_flight, count))))
    try:
        ended = -1
        while not carrying.done():
            if len(turn.builds) == ended:
                raise Lost(f"{ended} of {count} builds have ended, and no other one within {_STALLED_SECONDS:.0f} s")
            ended = len(turn.builds)
            await asyncio.wait([carrying], timeout=_STALLED_SECONDS)
        await carrying
    finally:
        carrying.cancel()
    turn.elapsed = time.perf_counter() - began
    return turn
