"""Percentiles out of bins are those of sorting, however the durations lie in summaries and beside them."""

import math
from collections.abc import Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baton.store.reports.ranks import PERCENTS, Bins, percentiles
from baton.store.summaries.spread import bin_of, bounds

durations = st.lists(st.sampled_from([*range(30), *(10**6 + 20_000 * step for step in range(40)), 10**12]), max_size=60)


def nearest_rank(percent: int, values: Sequence[float]) -> float:
    return sorted(values)[math.ceil(len(values) * percent / 100) - 1]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from("abc"), st.tuples(durations, durations), max_size=3))
def test_percentiles_are_the_nearest_rank_of_all(told: dict[str, tuple[list[int], list[int]]]) -> None:
    kept = {group: sorted(one / 1_000_000 for one in mine) for group, (mine, _) in told.items()}
    others = {group: [one / 1_000_000 for one in theirs] for group, (_, theirs) in told.items()}
    bins = Bins()
    for group in told:
        bins.kept[group].update(map(bin_of, kept[group]))
        bins.open[group].update(map(bin_of, others[group]))
    looks = 0

    def look(group: str, bin_: int, skipped: int, number: int) -> list[float]:
        nonlocal looks
        looks += 1
        least, greatest = bounds(bin_)
        return [one for one in kept[group] if least <= one < greatest][skipped : skipped + number]

    def look_at_open(wanted: set[int]) -> list[tuple[str, int, float]]:
        return [(group, bin_of(one), one) for group in others for one in others[group] if bin_of(one) in wanted]

    found = percentiles(bins, look, look_at_open)
    wanted = {group: values for group in told if (values := [*kept[group], *others[group]])}
    assert found == {
        group: tuple(nearest_rank(percent, values) for percent in PERCENTS) for group, values in wanted.items()
    }
    assert looks <= 2 * len(told)
