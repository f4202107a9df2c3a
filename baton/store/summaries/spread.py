"""Where a duration lies among all durations: the number of a bin, greater for longer ones.

A bin holds the durations whose microseconds have as many digits and begin alike; those in it differ by two and a half
percent at most. So a percentile is found by counting bins, and looking into one.
"""

from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, SQLColumnExpression, Text, case, cast, func

_DIGITS = 1000
_STEPS = ((200, 2), (500, 5), (1000, 10))
"""Up to which first three digits, in which steps."""


def spread_of(seconds: SQLColumnExpression[Any]) -> ColumnElement[Any]:
    """The bin, of a column; NULL of NULL."""
    text = cast(cast(func.round(seconds * 1_000_000), BigInteger), Text)
    first = cast(func.substr(text, 1, 3), Integer)
    steps = [(first < until, first - first % step) for until, step in _STEPS]
    return func.length(text) * _DIGITS + case((func.length(text) < 3, first), *steps[:-1], else_=steps[-1][1])


def bin_of(seconds: float) -> int:
    """The bin of a number."""
    text = str(round(Decimal(seconds) * 1_000_000))
    first = int(text[:3])
    step = 1 if len(text) < 3 else next(step for until, step in _STEPS if first < until)
    return len(text) * _DIGITS + first - first % step


def bounds(bin_: int) -> tuple[float, float]:
    """The seconds with which a bin begins, and those with which the next one does."""
    digits, first = divmod(bin_, _DIGITS)
    if digits < 3:
        return first / 1_000_000, (first + 1) / 1_000_000
    step = next(step for until, step in _STEPS if first < until)
    zeros = 10 ** (digits - 3)
    return first * zeros / 1_000_000, (first + step) * zeros / 1_000_000
