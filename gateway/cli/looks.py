"""Colours and words that all screens share."""

from datetime import datetime
from typing import TYPE_CHECKING

from rich.text import Text

from baton.domain.vocabulary import Status
from gateway.cli.plain import text
from gateway.story.wording import span, words

if TYPE_CHECKING:
    from baton.domain.outside import OutsideKind

__all__ = ["clock", "command_text", "span", "status_text", "words"]

_STYLES = {
    Status.IN_PROGRESS: "cyan",
    Status.WAITING: "yellow",
    Status.PAUSED: "yellow",
    Status.ERROR: "bold red",
    Status.COMPLETE: "green",
    Status.CANCELLED: "dim",
    Status.FAILED: "red",
}


def status_text(status: Status, outside: "OutsideKind | None" = None) -> Text:
    """A status in its colour; of a build that ended outside of its journal what Temporal calls that."""
    return Text(words(outside or status), style=_STYLES[status])


def command_text(command: str, indent: str = "") -> Text:
    """A command of starter.py to be copied; :class:`~gateway.cli.output.Output` breaks no line of it."""
    shown = text(f"{indent}python {command}", "bold cyan")
    shown.no_wrap, shown.overflow = True, "ignore"
    return shown


def clock(moment: datetime) -> str:
    """A moment in the reader's own time zone, to the second."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"
