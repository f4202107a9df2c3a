"""A profile, told by rooms: which library or which room of Baton the time was spent in."""

import pstats
import re
from collections import defaultdict

_PACKAGE = re.compile(r"site-packages[/\\](google[/\\]protobuf|[A-Za-z0-9_]+)")
_OWN = re.compile(r"[/\\](baton[/\\][a-z]+|workflows|activities|gateway|bench)[/\\]")
_STANDARD = re.compile(r"[/\\]python3\.\d+[/\\]([a-z_]+)")


def room_of(file: str, function: str) -> str:
    """``baton/domain``, ``temporalio``, ``json``; what is built in goes by what it belongs to."""
    if (package := _PACKAGE.search(file)) is not None:
        return package[1].replace("\\", "/")
    if (standard := _STANDARD.search(file)) is not None:
        return f"Python: {standard[1]}"
    if (own := _OWN.search(file)) is not None:
        return own[1].replace("\\", "/")
    for word in ("sqlite3", "psycopg", "hashlib", "pydantic_core", "temporalio", "select.epoll", "thread"):
        if word in function:
            return f"built in: {word}"
    return "built in"


def by_room(stats: pstats.Stats) -> list[tuple[str, float]]:
    """Seconds of the functions' own time in each room, most first."""
    rooms: defaultdict[str, float] = defaultdict(float)
    for (file, _, function), (_, _, own, *_) in stats.stats.items():  # type: ignore[attr-defined]
        rooms[room_of(file, function)] += own
    return sorted(rooms.items(), key=lambda one: -one[1])
