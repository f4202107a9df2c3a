"""Pictures in files. matplotlib, which draws them, is an extra, and is loaded when something is drawn."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.errors import GatewayError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_FORMATS = {".png": "png", ".svg": "svg"}
_DOTS_PER_INCH = 144


class ChartNotDrawn(GatewayError):
    """A picture could not be drawn or written."""

    code = "chart_not_drawn"


def check_file(path: Path) -> None:
    """Raise :class:`ChartNotDrawn` unless a picture could be drawn into ``path``."""
    if path.suffix.lower() not in _FORMATS:
        raise ChartNotDrawn(f"A picture is drawn as PNG or SVG: let the file end in .png or .svg, not {path.name!r}")
    if not path.parent.is_dir():
        raise ChartNotDrawn(f"There is no folder {str(path.parent)!r} to draw into; make it first")
    if find_spec("matplotlib") is None:
        raise ChartNotDrawn(
            "Pictures are drawn by matplotlib, which is not installed. Install it: "
            "pip install 'baton-orchestrator[charts]'"
        )


def save(figure: "Figure", path: Path) -> None:
    """Write ``figure`` into ``path``, as its ending says. Raises :class:`ChartNotDrawn`."""
    from gateway.charts.style import in_style

    kind = _FORMATS[path.suffix.lower()]
    # Without a date the same numbers give the same file.
    metadata = {"Date": None} if kind == "svg" else None
    try:
        with in_style():
            figure.savefig(path, format=kind, dpi=_DOTS_PER_INCH, metadata=metadata)
    except OSError as error:
        raise ChartNotDrawn(f"{str(path)!r} cannot be written: {error.strerror or error}") from error
