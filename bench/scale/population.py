"""A population of builds, by a seed: which pattern each follows, whose it is, when it began and how fast it went.

Build number N is the same whatever the size of the population, but for how many are under way: those are the last.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from random import Random

from bench.scale.patterns import Pattern

NOW = datetime(2026, 9, 1, tzinfo=UTC)
"""When the last of them began."""

_DAYS = 365
_PROJECTS = 200
_USERS = 2_000
_OPEN = 0.005
"""How many of all builds are under way."""

_DEEDS = ("Speed up", "Log", "Validate", "Retry", "Cache", "Export", "Paginate", "Encrypt", "Archive", "Simplify")
_THINGS = ("invoices", "refunds", "sessions", "postings", "webhooks", "statements", "exchange rates", "user exports")
_PROJECT_WEIGHTS = list(accumulate(1 / rank**0.9 for rank in range(1, _PROJECTS + 1)))
"""Few projects have most of the builds: the first about one in ten, half of them one in a thousand or less."""


@dataclass(frozen=True, slots=True)
class Member:
    """One build. Its times are those of the pattern, moved to ``began`` (UTC, no zone) and stretched by ``pace``."""

    number: int
    build_id: str
    pattern: Pattern
    project: str
    user: str
    title: str
    began: datetime
    pace: float

    def at(self, offset: timedelta) -> datetime:
        """When what is so long after the beginning in the pattern was in this build."""
        return self.began + offset * self.pace


def build_id_of(number: int) -> str:
    """The ID of that build."""
    return f"m-{number:07}"


def number_of(build_id: str) -> int:
    """The number of the build with that ID."""
    return int(build_id.removeprefix("m-"))


def project_of(rank: int) -> str:
    """The project with that rank, by how many builds it has; 0 has most."""
    return f"project-{rank:03}"


def projects() -> list[str]:
    """All of them, that with most builds first."""
    return [project_of(rank) for rank in range(_PROJECTS)]


def user_of(number: int) -> str:
    """One of the users."""
    return f"user-{number:04}"


def began_at(number: int, size: int) -> datetime:
    """About when that build of ``size`` began: they are spread evenly over a year."""
    return NOW - timedelta(days=_DAYS) * ((size - number) / size)


def population(
    patterns: Sequence[Pattern], size: int, seed: int, first: int = 0, end: int | None = None
) -> Iterator[Member]:
    """The builds from number ``first`` up to, and without, ``end``, of ``size``."""
    ended, running = _weighed(patterns, "ended"), _weighed(patterns, "running")
    still_open = size - max(1, round(size * _OPEN))
    for number in range(first, size if end is None else end):
        dice = Random(f"{seed} {number}")  # noqa: S311 - no secret
        kinds, weights = running if number >= still_open else ended
        (pattern,) = dice.choices(kinds, cum_weights=weights)
        (rank,) = dice.choices(range(_PROJECTS), cum_weights=_PROJECT_WEIGHTS)
        yield Member(
            number=number,
            build_id=build_id_of(number),
            pattern=pattern,
            project=project_of(rank),
            user=user_of(int(_USERS * dice.random() ** 2)),
            title=f"{dice.choice(_DEEDS)} {dice.choice(_THINGS)} ({number % 9973})",
            began=began_at(number, size).replace(tzinfo=None) + timedelta(microseconds=dice.randrange(1_000_000)),
            pace=dice.lognormvariate(0, 0.6),
        )


def _weighed(patterns: Sequence[Pattern], share: str) -> tuple[list[Pattern], list[int]]:
    kinds = [pattern for pattern in patterns if getattr(pattern, share)]
    return kinds, list(accumulate(getattr(pattern, share) for pattern in kinds))
