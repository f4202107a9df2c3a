"""Percentiles by nearest rank, exactly, without sorting what they are of: bins are counted, and one is looked into."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

PERCENTS = (50, 90)

Group = Any
"""What percentiles are told of: a project, a phase, a role, a kind."""

Look = Callable[[Group, int, int, int], list[float]]
"""Of a group, a bin, how many to leave out and how many to take: durations in that bin, the shortest first."""

LookAll = Callable[[set[int]], Iterable[tuple[Group, int, float]]]
"""Of all groups, what lies in these bins."""


@dataclass(slots=True)
class Bins:
    """How many durations of each group lie in each bin: in summaries, and among what has none."""

    kept: dict[Group, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    open: dict[Group, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))

    def groups(self) -> set[Group]:
        """Those of which there is any."""
        return {group for counts in (self.kept, self.open) for group, bins in counts.items() if bins.total()}

    def together(self, group: Group) -> "Bins":
        """All groups as one, called ``group``."""
        one = Bins()
        for mine, theirs in ((one.kept, self.kept), (one.open, self.open)):
            for bins in theirs.values():
                mine[group].update(bins)
        return one


def percentiles(bins: Bins, look: Look, look_at_open: LookAll) -> dict[Group, tuple[float, ...]]:
    """The percentiles of :data:`PERCENTS` of each group; no group of nothing."""
    places = {(group, percent): _place(bins, group, percent) for group in bins.groups() for percent in PERCENTS}
    open_bins = {bin_ for (group, _), (bin_, _) in places.items() if bins.open[group][bin_]}
    inside: dict[tuple[Group, int], list[float]] = defaultdict(list)
    for group, bin_, seconds in look_at_open(open_bins) if open_bins else ():
        inside[group, bin_].append(seconds)
    found = {
        (group, percent): _nth(rank, bins.kept[group][bin_], sorted(inside[group, bin_]), _of(look, group, bin_))
        for (group, percent), (bin_, rank) in places.items()
    }
    return {group: tuple(found[group, percent] for percent in PERCENTS) for group in bins.groups()}


def _place(bins: Bins, group: Group, percent: int) -> tuple[int, int]:
    """In which bin it lies, and the how manieth there."""
    kept, others = bins.kept[group], bins.open[group]
    rank = -(-(kept.total() + others.total()) * percent // 100)
    for bin_ in sorted({*kept, *others}):
        if rank <= (here := kept[bin_] + others[bin_]):
            return bin_, rank
        rank -= here
    raise AssertionError(f"there is no {percent}th percentile of nothing")


def _of(look: Look, group: Group, bin_: int) -> Callable[[int, int], list[float]]:
    return lambda skipped, number: look(group, bin_, skipped, number)


def _nth(rank: int, kept: int, inside: list[float], look: Callable[[int, int], list[float]]) -> float:
    """The ``rank``-th of so many kept ones and those ``inside``, which are sorted."""
    skipped = min(max(0, rank - 1 - len(inside)), kept)
    taken = look(skipped, min(len(inside) + 1, kept - skipped)) if kept > skipped else []
    return sorted([*taken, *inside])[rank - 1 - skipped]


def percent(part: int, whole: int) -> float | None:
    """``part`` of ``whole`` in percent; ``None`` of nothing."""
    return 100.0 * part / whole if whole else None
