"""Colours and words that all screens share."""

from datetime import datetime

from rich.text import Text

from baton.domain.vocabulary import Status
from gateway.cli.plain import text

_STYLES = {
    Status.IN_PROGRESS: "cyan",
    Status.WAITING: "yellow",
    Status.PAUSED: "yellow",
    Status.ERROR: "bold red",
    Status.COMPLETE: "green",
    Status.CANCELLED: "dim",
    Status.FAILED: "red",
}


def status_text(status: Status) -> Text:
    """A status in its colour."""
    return Text(words(status), style=_STYLES[status])


def words(word: str) -> str:
    """``code_writer`` as people write it."""
    return str(word).replace("_", " ")


def command_text(command: str, indent: str = "") -> Text:
    """A command of starter.py to be copied; :class:`~gateway.cli.output.Output` breaks no line of it."""
    shown = text(f"{indent}python {command}", "bold cyan")
    shown.no_wrap, shown.overflow = True, "ignore"
    return shown


def span(seconds: float) -> str:
    """A stretch of time in two units at most: ``48 s``, ``3 min 20 s``, ``2 h 5 min``, ``3 d 4 h``."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    for unit, size, smaller, part in (("min", 60, "s", 1), ("h", 3600, "min", 60), ("d", 86400, "h", 3600)):
        if whole < size * (60 if unit == "min" else 24) or unit == "d":
            rest = whole % size // part
            return f"{whole // size} {unit}" + (f" {rest} {smaller}" if rest else "")
    raise AssertionError(whole)


def clock(moment: datetime) -> str:
    """A moment in the reader's own time zone, to the second."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"
