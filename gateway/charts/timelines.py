"""Charts along time, each drawn into axes that are given."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.ticker import MaxNLocator, NullLocator

from baton.domain.vocabulary import Status
from baton.store.reports.figures import BuildFigures, Throughput
from gateway.charts import style
from gateway.charts.labels import duration
from gateway.charts.marks import dates

_NUMBERS, _DURATIONS = 20, 44  # what the words at the left take, in points
_ROUND = (0.1, 1, 10, 60, 600, 3600, 6 * 3600, 86400, 7 * 86400, 30 * 86400, 365 * 86400)  # seconds
_ENDINGS = {
    Status.COMPLETE: (style.GOOD, "completed"),
    Status.FAILED: (style.BAD, "failed"),
    Status.CANCELLED: (style.GONE, "cancelled"),
}


def throughput(axes: Axes, bins: Sequence[Throughput]) -> None:
    """What ended, and what was started, day by day or week by week."""
    unit = "week" if bins and bins[0].days > 1 else "day"
    if not bins:
        style.nothing(axes, "Throughput", f"builds each {unit} (UTC)", "Nothing was started or ended.")
        return
    looks = (*_ENDINGS.values(), (style.INK, "━ started"))
    style.titled(axes, "Throughput", f"builds each {unit} (UTC):", *looks, indent=_NUMBERS)
    style.inset(axes, _NUMBERS)
    style.bare(axes, grid="y")
    at = [float(date2num(one.begins)) + one.days / 2 for one in bins]
    below = [0] * len(bins)
    for colour, name in _ENDINGS.values():
        heights = [getattr(one, name) for one in bins]
        axes.bar(at, heights, bins[0].days * 0.72, bottom=below, color=colour)
        below = [low + height for low, height in zip(below, heights, strict=True)]
    started = [(place, one.started) for place, one in zip(at, bins, strict=True) if one.started]
    places, numbers = [place for place, _ in started], [number for _, number in started]
    axes.plot(places, numbers, "_", color=style.INK, markersize=9, markeredgewidth=1.8)
    dates(axes, at[0] - bins[0].days, at[-1] + bins[0].days)
    axes.set_ylim(0, max(*below, *(one.started for one in bins), 1) * 1.12)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))


def builds(axes: Axes, ended: Sequence[BuildFigures]) -> None:
    """How long builds took, each a dot at the time that it was created."""
    title, measured = "How long builds took", "from created to the end, by when they were created"
    known = [(float(date2num(one.created_at)), one.seconds, one.status) for one in ended if one.seconds]
    if not known:
        style.nothing(axes, title, measured, "No build has ended yet.")
        return
    style.titled(axes, title, f"{measured}:", *_ENDINGS.values(), indent=_DURATIONS)
    style.inset(axes, _DURATIONS)
    style.bare(axes, grid="y")
    for status, (colour, _) in _ENDINGS.items():
        dots = [(at, took) for at, took, ended_as in known if ended_as is status]
        axes.plot([at for at, _ in dots], [took for _, took in dots], "o", color=colour, markersize=6, alpha=0.75)
    axes.set_yscale("log")
    shortest, longest = min(took for _, took, _ in known) / 1.5, max(took for _, took, _ in known) * 1.5
    lines = [seconds for seconds in _ROUND if shortest <= seconds <= longest]
    axes.set_ylim(shortest, longest)
    axes.set_yticks(lines, [duration(seconds) for seconds in lines])
    axes.yaxis.set_minor_locator(NullLocator())
    first, last = min(at for at, _, _ in known), max(at for at, _, _ in known)
    room = max((last - first) * 0.03, 0.02)
    dates(axes, first - room, last + room)
