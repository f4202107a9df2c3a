"""What was measured: values by metric, system and round, and what becomes of them over the rounds."""

import csv
import statistics
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

REFERENCE = "bare"


@dataclass(frozen=True)
class Value:
    """One number of one round, counted from 1."""

    metric: str
    system: str
    round: int
    value: float


@dataclass(frozen=True)
class Spread:
    """Rounds in three numbers, and how many rounds they were."""

    median: float
    least: float
    most: float
    rounds: int

    @classmethod
    def of(cls, values: Iterable[float]) -> "Spread | None":
        """Of values in any order; ``None`` of none."""
        found = list(values)
        return cls(statistics.median(found), min(found), max(found), len(found)) if found else None


class Results:
    """All values of a run."""

    def __init__(self, values: Iterable[Value] = ()) -> None:
        self._values = list(values)

    def __iter__(self) -> Iterator[Value]:
        return iter(self._values)

    def add(self, metric: str, system: str, value: float, *, round: int = 1) -> None:  # noqa: A002
        """Keep a value."""
        self._values.append(Value(metric, system, round, value))

    def systems(self, metric: str) -> list[str]:
        """The systems that have values of ``metric``, in the order in which they came."""
        return list(dict.fromkeys(one.system for one in self._values if one.metric == metric))

    def spread(self, metric: str, system: str) -> Spread | None:
        """Over all rounds."""
        return Spread.of(self._by_round(metric, system).values())

    def ratio(self, metric: str, system: str, against: str = REFERENCE) -> Spread | None:
        """``system`` to ``against`` in the same round, over the rounds that have both."""
        own, other = self._by_round(metric, system), self._by_round(metric, against)
        return Spread.of(own[number] / other[number] for number in own if other.get(number))

    def write_csv(self, path: Path) -> None:
        """One line a value."""
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["metric", "system", "round", "value"])
            writer.writerows([one.metric, one.system, one.round, f"{one.value:.6g}"] for one in self._values)

    def _by_round(self, metric: str, system: str) -> dict[int, float]:
        return {one.round: one.value for one in self._values if (one.metric, one.system) == (metric, system)}
