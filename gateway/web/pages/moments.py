"""Times and durations as people read them; the exact ones stay beside them."""

from datetime import UTC, datetime

from markupsafe import Markup

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def duration(seconds: float | None) -> str:
    """A stretch of time in two units at most: ``0.4 s``, ``3 min 20 s``, ``2 h 5 min``, ``3 d 4 h``."""
    if seconds is None:
        return "—"
    if seconds < 10:
        return f"{max(0.0, seconds):.1f} s" if seconds >= 0.05 else "0 s"
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return _two(whole, _MINUTE, "min", 1, "s")
    return _two(whole, _HOUR, "h", _MINUTE, "min") if whole < _DAY else _two(whole, _DAY, "d", _HOUR, "h")


def _two(whole: int, size: int, unit: str, part: int, smaller: str) -> str:
    rest = whole % size // part
    return f"{whole // size} {unit}" + (f" {rest} {smaller}" if rest else "")


def ago(moment: datetime, now: datetime) -> str:
    """How long ago ``moment`` is, or how soon it comes, in one unit."""
    seconds = (now - moment).total_seconds()
    if abs(seconds) < 5:
        return "just now"
    said = _one(abs(seconds))
    return f"{said} ago" if seconds > 0 else f"in {said}"


def _one(seconds: float) -> str:
    for size, unit in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{int(seconds)} s"


def exact(moment: datetime) -> str:
    """``moment`` to the second, in UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def when(moment: datetime | None, now: datetime) -> Markup:
    """``moment`` as a ``time`` element: relative to read, exact to point at. ``moments.js`` keeps it true."""
    return _time(moment, None if moment is None else ago(moment, now), "ago")


def lasting(since: datetime, now: datetime) -> Markup:
    """How long something has been so, as a ``time`` element that counts on."""
    return _time(since, f"for {_one(max(0.0, (now - since).total_seconds()))}", "for")


def until(deadline: datetime | None, now: datetime) -> Markup:
    """A deadline as a ``time`` element that counts down."""
    if deadline is None:
        return Markup("—")
    seconds = (deadline - now).total_seconds()
    return _time(deadline, f"{duration(seconds)} left" if seconds > 0 else "overdue", "left")


def at(moment: datetime | None) -> Markup:
    """``moment`` as a ``time`` element: day and time in UTC."""
    return _time(moment, None if moment is None else f"{moment.astimezone(UTC):%b %d %H:%M:%S}", "at")


def _time(moment: datetime | None, said: str | None, form: str) -> Markup:
    if moment is None or said is None:
        return Markup("—")
    return Markup('<time datetime="{}" title="{}" data-shown="{}">{}</time>').format(
        moment.astimezone(UTC).isoformat(timespec="milliseconds"), exact(moment), form, said
    )
