"""How long each of the listed questions takes: the first time with nothing in memory, and then again and again."""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from bench.scale.listed import Dice, Listed
from bench.scale.plans import reads_whole


@dataclass(frozen=True, slots=True)
class Measured:
    """One question. Times are in milliseconds; ``first`` is ``None`` where nobody saw to it that memory was empty."""

    listed: Listed
    first: float | None
    taken: list[float]
    whole: list[str]

    @property
    def median(self) -> float:
        """Half of the answers took no longer."""
        return self._rank(50)

    @property
    def p95(self) -> float:
        """Ninety-five of a hundred took no longer."""
        return self._rank(95)

    @property
    def worst(self) -> float:
        """The longest."""
        return max(self.taken)

    @property
    def judged(self) -> str:
        """Whether the target is reached by ninety-five of a hundred answers."""
        if self.listed.target is None:
            return ""
        if self.p95 <= self.listed.target:
            return "reached"
        return "by half" if self.median <= self.listed.target else "not reached"

    def _rank(self, percent: int) -> float:
        return sorted(self.taken)[-(-percent * len(self.taken) // 100) - 1]


def first_answers(engine: Engine, wanted: Iterable[Listed], size: int, seed: int) -> dict[str, float]:
    """How long each takes that has never been asked. With it come making the connection and compiling statements."""
    taken = {}
    for listed in wanted:
        dice = Dice(size, seed + 1)
        engine.dispose()
        taken[listed.name] = _taken(listed, engine, dice)
    return taken


def measured(
    engine: Engine,
    wanted: Iterable[Listed],
    size: int,
    seed: int,
    first: dict[str, float],
    *,
    times: int,
    seconds: float,
) -> Iterator[Measured]:
    """Each asked so many times, for at most so many seconds."""
    for listed in wanted:
        whole = reads_whole(engine, _asking(listed, engine, Dice(size, seed)))
        dice = Dice(size, seed)
        _taken(listed, engine, dice)
        taken: list[float] = []
        end = time.monotonic() + seconds
        while len(taken) < times and (len(taken) < 3 or time.monotonic() < end):
            taken.append(_taken(listed, engine, dice))
        yield Measured(listed, first.get(listed.name), taken, whole)


def forget(folder: Path) -> None:
    """Have the system drop what it holds in memory of the files below ``folder``, where it knows how to."""
    if not hasattr(os, "posix_fadvise"):
        return
    os.sync()
    for path in folder.rglob("*"):
        if path.is_file():
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(descriptor)


def _asking(listed: Listed, engine: Engine, dice: Dice) -> Callable[[], object]:
    return lambda: listed.ask(engine, dice)


def _taken(listed: Listed, engine: Engine, dice: Dice) -> float:
    began = time.perf_counter()
    listed.ask(engine, dice)
    return 1000 * (time.perf_counter() - began)
