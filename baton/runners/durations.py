"""Lengths of time as people write them in a profile: ``90s``, ``30m``, ``2h``, ``1d``, ``1h30m``, or seconds."""

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator

LONGEST = timedelta(days=3650)
"""Longer ones are slips of the finger."""

_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_FORM = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?[dhms])+")
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)([dhms])")


def parse_duration(value: Any) -> timedelta:
    """Read a length of time above zero. Raises ``ValueError`` with what is allowed."""
    if isinstance(value, timedelta):
        return value
    if isinstance(value, str) and _FORM.fullmatch(value.strip()):
        seconds = sum(
            timedelta(**{_UNITS[unit]: 1}).total_seconds() * float(number)
            for number, unit in _PART.findall(value.strip())
        )
    elif isinstance(value, int | float) and not isinstance(value, bool):
        seconds = float(value)
    else:
        raise ValueError("a length of time is seconds, or text such as '90s', '30m', '2h', '1d' or '1h30m'")
    if not 0 < seconds <= LONGEST.total_seconds():
        raise ValueError(f"a length of time is more than 0 and at most {LONGEST.days} days")
    return timedelta(seconds=seconds)


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
"""A length of time in a profile."""
