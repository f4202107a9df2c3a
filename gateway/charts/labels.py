"""Numbers as people read them, for tables and charts alike."""

_UNITS = ((86400.0, "d", 3600.0, "h"), (3600.0, "h", 60.0, "min"), (60.0, "min", 1.0, "s"))

NOTHING = "—"
"""What stands where there is no number."""


def duration(seconds: float | None) -> str:
    """A stretch of time in two units at most: ``0.4 s``, ``48 s``, ``3 min 20 s``, ``2 h 5 min``, ``3 d 4 h``."""
    if seconds is None:
        return NOTHING
    if seconds < 0.05:
        return "0 s"
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    for size, unit, part, smaller in _UNITS:
        if whole >= size:
            rest = int(whole % size // part)
            return f"{int(whole // size)} {unit}" + (f" {rest} {smaller}" if rest else "")
    return f"{whole} s"


def percent(value: float | None) -> str:
    """``83 %``; 100 % is said of all alone, and 0 % of none."""
    if value is None:
        return NOTHING
    near = 99.0 if 99.0 < value < 100.0 else 1.0 if 0.0 < value < 1.0 else value
    return f"{near:.0f} %"


def money(value: float | None) -> str:
    """US dollars: ``$1,204``, ``$2.31``, ``$0.0042``."""
    if value is None:
        return NOTHING
    if value >= 1000:
        return f"${value:,.0f}"
    if value >= 0.1 or value == 0:
        return f"${value:,.2f}"
    return f"${value:.2g}" if value >= 0.0001 else "< $0.0001"


def times(number: int) -> str:
    """``once``, ``twice``, ``1,500 times``."""
    return {1: "once", 2: "twice"}.get(number, f"{number:,} times")


def count(number: int, noun: str) -> str:
    """``1 build``, ``1,500 builds``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def words(word: str) -> str:
    """``code_writer`` as people write it."""
    return str(word).replace("_", " ")
