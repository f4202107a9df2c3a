"""Marks, and the words beside them."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

from gateway.charts import style


def beside(axes: Axes, x: float, y: float, said: str, colour: str = style.INK) -> None:
    """Words to the right of a mark."""
    axes.annotate(
        said, (x, y), (9, 0), textcoords="offset points", va="center", fontsize=style.TEXT, color=colour, clip_on=False
    )


def bars(
    axes: Axes,
    names: Sequence[str],
    values: Sequence[float],
    said: Sequence[str],
    *,
    colour: str = style.STRONG,
    room: float = 2.0,
) -> float:
    """One bar for each name, the first on top, with what is ``said`` of it beside it.

    ``room`` is how many times as wide as the longest bar everything is. Returns how wide the names are, in points.
    """
    style.bare(axes)
    indent = style.rows(axes, names)
    longest = max(values) or 1.0
    axes.barh(range(len(values)), values, color=colour, height=0.55)
    for row, (value, told) in enumerate(zip(values, said, strict=True)):
        beside(axes, value, row, told)
    axes.set_xlim(0, longest * room)
    axes.set_xticks([])
    return indent


def dates(axes: Axes, first: float, last: float) -> None:
    """Days along the bottom, with no more words than are needed."""
    locator = AutoDateLocator(minticks=3, maxticks=6)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    axes.xaxis.get_offset_text().set(size=style.SMALL, color=style.QUIET)
    axes.set_xlim(first, last)
