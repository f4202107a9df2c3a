"""How charts look: few colours that colour-blind people tell apart, no frames, quiet grids, words beside the marks."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK = "#1f2933"
QUIET = "#64707d"
FAINT = "#e4e8ec"
STRONG = "#0b6ea8"  # the blue that carries what is measured
SOFT = "#a9cfe6"
GOOD = "#0b6ea8"
BAD = "#c8501e"
WAITING = "#d99a00"
GONE = "#a3adb8"
TITLE, TEXT, SMALL = 11.5, 9.5, 8.5


@contextmanager
def in_style() -> Iterator[None]:
    """While a figure is made or saved; also a decorator."""
    with rc_context(
        {
            "font.family": "DejaVu Sans",
            "font.size": TEXT,
            "text.color": INK,
            "text.parse_math": False,  # names from outside are no formulas
            "svg.fonttype": "none",
            "svg.hashsalt": "baton",
            "timezone": "UTC",
        }
    ):
        yield


def titled(axes: Axes, title: str, measured: str, *looks: tuple[str, str], indent: float = 0) -> None:
    """Say above ``axes`` what is drawn, and below that what is measured in which unit.

    ``looks`` are colours and the words for them: a legend on the same line. ``indent`` is how far to the left it
    begins, in points: as wide as the names of :func:`rows`.
    """
    above = _FREE | {"xycoords": "axes fraction", "va": "bottom"}
    axes.annotate(title, (0, 1), (-indent, 24), fontsize=TITLE, fontweight="bold", color=INK, **above)
    said = axes.annotate(measured, (0, 1), (-indent, 8), fontsize=SMALL, color=QUIET, **above)
    for colour, word in looks:
        # Each begins where the one before it ends.
        after = _FREE | {"xycoords": said, "va": "bottom"}
        said = axes.annotate(word, (1, 0), (8, 0), fontsize=SMALL, fontweight="bold", color=colour, **after)


def bare(axes: Axes, *, grid: Literal["x", "y"] | None = None) -> None:
    """Take away frames and ticks; ``grid`` is the axis along which quiet lines help the eye."""
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0, labelsize=SMALL, labelcolor=QUIET)
    if grid is not None:
        axes.grid(axis=grid, color=FAINT, linewidth=0.8)
    axes.set_axisbelow(True)


def rows(axes: Axes, names: Sequence[str]) -> float:
    """One row for each name, the first on top. How wide the names are, in points: ``axes`` makes room for them."""
    shown = [shortened(name) for name in names]
    wide = max(map(len, shown)) * TEXT * 0.54 + 16
    inset(axes, wide)
    for row, name in enumerate(shown):
        axes.annotate(name, (0, row), (-wide, 0), xycoords=("axes fraction", "data"), va="center", **_FREE)
    axes.set_yticks([])
    # As high as for six rows: bars are as thick in every chart, where there are not too many.
    axes.set_ylim(max(len(names), 6) - 0.4, -0.6)
    return wide


def inset(axes: Axes, points: float) -> None:
    """Have ``axes`` begin so far to the right of where they are."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    part = points / 72 / figure.get_figwidth()
    left, bottom, across, up = axes.get_position().bounds
    axes.set_position((left + part, bottom, across - part, up))


def shortened(name: str) -> str:
    """A name on one line, cut where it is long."""
    flat = " ".join(name.split())
    return flat if len(flat) <= _LONGEST_NAME else f"{flat[: _LONGEST_NAME - 1]}…"


_LONGEST_NAME = 40
_FREE: dict[str, Any] = {"textcoords": "offset points", "annotation_clip": False}


def nothing(axes: Axes, title: str, measured: str, told: str) -> None:
    """Say that there is nothing to draw under this title."""
    titled(axes, title, measured)
    bare(axes)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.text(0, 0.92, told, transform=axes.transAxes, va="top", color=QUIET, fontsize=TEXT)


def headed(figure: Figure, title: str, told: Sequence[tuple[str, str]]) -> None:
    """The heading of a whole picture, and the numbers that say most: each with what it is."""
    width, height = figure.get_size_inches()
    left = MARGIN / width
    figure.text(left, 1 - 0.36 / height, title, fontsize=16, fontweight="bold", color=INK, va="top")
    each = (1 - 2 * left) / max(len(told), 5)
    for place, (number, what) in enumerate(told):
        at = left + place * each
        figure.text(at, 1 - 0.92 / height, number, fontsize=15 if len(number) < 15 else 11.5, color=STRONG, va="top")
        figure.text(at, 1 - 1.22 / height, what, fontsize=SMALL, color=QUIET, va="top")


MARGIN = 0.4
"""Around a picture, in inches."""

HEAD = 2.3
"""What the heading of a picture takes, with the titles of the charts below it, in inches."""
