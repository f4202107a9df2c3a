"""``--since`` and ``--until``: from when to when."""

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.exit_codes import CommandFailed, ExitCode

if TYPE_CHECKING:
    from baton.store.reports.scope import Scope

Since = Annotated[
    str | None,
    typer.Option("--since", metavar="WHEN", help="Only builds that were created from this day (UTC) or time on."),
]
Until = Annotated[
    str | None,
    typer.Option("--until", metavar="WHEN", help="Only builds that were created up to this day, or before this time."),
]
Projects = Annotated[
    list[str] | None, typer.Option("--project", metavar="ID", help="Only this project; can be given several times.")
]


def scope_of(projects: list[str] | None, since: str | None, until: str | None) -> "Scope":
    """The builds that the options mean. Raises CommandFailed with what is wrong with which."""
    from baton.store.reports.scope import Scope

    first, last = _moment("--since", since, end=False), _moment("--until", until, end=True)
    if first is not None and last is not None and first >= last:
        raise _unusable(f"--since {since!r} is not before --until {until!r}: no build can lie between them")
    return Scope(frozenset(projects) if projects else None, first, last)


def _moment(option: str, value: str | None, *, end: bool) -> datetime | None:
    """The time that ``value`` says; of a day its first moment, or with ``end`` the first moment after it."""
    if value is None:
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return _time(option, value)
    if end and day == date.max:
        return None
    return datetime.combine(day + timedelta(days=1) if end else day, time(), UTC)


def _time(option: str, value: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _unusable(
            f"{option} {value!r} is neither a day, such as 2026-03-01, nor a time, such as 2026-03-01T09:30"
        ) from None


def _unusable(message: str) -> CommandFailed:
    return CommandFailed("bad_period", message, ExitCode.USAGE)
