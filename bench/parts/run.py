"""What every part of a run is given."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.measuring.cpu import Meter
from bench.measuring.written import Written
from bench.reporting.results import Results
from bench.systems.baton import Baton
from bench.systems.stage import Stage
from bench.systems.turn import System

_TURN_SECONDS = 5.0
_PILOT_IN_FLIGHT = 20


@dataclass(frozen=True)
class Sizes:
    """How much is done. ``slow`` is the share of builds that slow systems get, ``idle`` seconds.

    What is not in ``asked`` becomes less where there is no time for it: a run ends within a quarter of an hour.
    """

    rounds: int = 3
    builds: int = 200
    crowd: int = 200
    alone: int = 20
    slow: float = 0.1
    parked: int = 2_000
    idle: float = 31.0
    crashed: int = 50
    starts: int = 5
    rework: int = 300
    journals: int = 150
    grown: int = 10_000
    asked: frozenset[str] = frozenset()

    def of(self, system: System, count: int) -> int:
        """How many of ``count`` builds a system gets."""
        return max(3, round(count * self.slow)) if system.slow else count


@dataclass
class Run:
    """One run: its systems have been started."""

    stage: Stage
    systems: Sequence[System]
    sizes: Sizes
    results: Results = field(default_factory=Results)
    labels: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    template: Path | None = None
    _rates: dict[str, float] = field(default_factory=dict)

    @property
    def batons(self) -> Iterator[Baton]:
        """Those that are Baton, the slow ones left out."""
        return (one for one in self.systems if isinstance(one, Baton) and not one.slow)

    def rounds(self, seconds: float) -> Iterator[int]:
        """The numbers of the rounds, from 1, as far as ``seconds`` will do."""
        began = time.monotonic()
        for number in range(1, self.sizes.rounds + 1):
            gone = time.monotonic() - began
            if number > 1 and "rounds" not in self.sizes.asked and gone * number / (number - 1) > seconds:
                self.tell(f"no time for round {number}: one takes {gone / (number - 1):.0f} s here")
                return
            yield number

    async def rate(self, system: System) -> float:
        """About how many builds a second ``system`` carries here, after a turn that counts for nothing."""
        if system.name not in self._rates:
            count = self.sizes.of(system, _PILOT_IN_FLIGHT)
            turn = await system.carry("pilot", count, _PILOT_IN_FLIGHT)
            self._rates[system.name] = turn.per_second
        return self._rates[system.name]

    async def some(self, system: System) -> int:
        """How many builds make a turn of some seconds."""
        if "builds" in self.sizes.asked:
            return self.sizes.of(system, self.sizes.builds)
        least = min(self.sizes.builds, 3 if system.slow else _PILOT_IN_FLIGHT)
        return max(least, min(self.sizes.builds, round(_TURN_SECONDS * await self.rate(system))))

    def meter(self, system: System) -> Meter:
        """Reads what a system uses from now on."""
        trees = {"worker": system.pid}
        if system.server:
            trees["server"] = self.stage.server_pid
        if system.postgresql and self.stage.postgresql is not None:
            trees["database"] = self.stage.postgresql.pid
        return Meter(trees)

    def check_rows(self, system: System, name: str, count: int) -> None:
        """Raise :class:`~bench.systems.turn.Lost` when rows of a turn are missing."""
        if self.template is not None and (url := getattr(system, "database_url", None)) is not None:
            Written.of(self.template).check(url, name, count)

    def tell(self, line: str) -> None:
        """Say how it goes."""
        print(f"  {line}", flush=True)
