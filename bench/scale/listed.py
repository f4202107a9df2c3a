"""Everything that REST, the command line and the dashboard ask SQL of many builds, or of one among many.

The benchmark measures each, and a test reads the plan of each. A function of the store that looks something up, and is
not asked here, makes a test fail that says so.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import Engine

from baton.domain.vocabulary import State, Status
from baton.store import browsing, changes, forks, reading, reconciling, standing
from baton.store.browsing import Wanted
from baton.store.ids import build_key
from baton.store.reports import asking, comparing
from baton.store.reports.scope import EVERYTHING, Scope
from bench.scale.population import NOW, began_at, build_id_of, project_of, projects, user_of

STATUS_MS, PAGE_MS, STATS_MS, REPORT_MS = 2, 20, 200, 500
"""What is to be reached: one build's status, a page of a list, the figures of a project, charts and reports."""


class Dice:
    """Parameters by chance, of a database that holds ``size`` builds of the population."""

    def __init__(self, size: int, seed: int) -> None:
        self._chance = Random(seed)  # noqa: S311 - no secret
        self._size = size

    def build(self) -> str:
        """The ID of any build."""
        return build_id_of(self._chance.randrange(self._size))

    def project(self) -> str:
        """A project; the larger ones as often as small ones."""
        return self._chance.choice(projects()[: min(self._size // 20 + 1, 200)])

    def some_projects(self) -> tuple[str, ...]:
        """What a token may see that is for some projects."""
        return tuple(sorted({self.project() for _ in range(6)} | {project_of(0)}))

    def user(self) -> str:
        """A user."""
        return user_of(int(2_000 * self._chance.random() ** 2))

    def state(self) -> State:
        """A state."""
        return self._chance.choice(list(State))

    def status(self) -> Status:
        """A status."""
        return self._chance.choice(list(Status))

    def wait(self) -> str:
        """What a build can wait for."""
        return self._chance.choice(["approval", "answer", "decision", "report", "resume"])

    def place(self) -> tuple[datetime, str] | None:
        """A page of the list, wherever it lies; now and then the first."""
        number = self._chance.randrange(self._size)
        return None if self._chance.random() < 0.1 else (began_at(number, self._size), build_id_of(number))

    def title(self) -> str:
        """A word of many titles."""
        return self._chance.choice(["refund", "Export", "SESSIONS", "m-00"])

    def lately(self, days: int, *wanted: str) -> Scope:
        """The last days, of these projects or of all."""
        return Scope(frozenset(wanted) if wanted else None, NOW - timedelta(days=days))

    def period(self) -> Scope:
        """One of the periods of the dashboard, of a project."""
        return self.lately(self._chance.choice([7, 30, 90, 365]), self.project())


@dataclass(frozen=True, slots=True)
class Listed:
    """One thing that is asked. ``target`` is in milliseconds; ``None`` where none is set."""

    name: str
    target: float | None
    ask: Callable[[Engine, Dice], Any]


def _page(**wanted: Callable[[Dice], Any]) -> Callable[[Engine, Dice], Any]:
    """A page of the list over REST and on the dashboard."""

    def ask(engine: Engine, dice: Dice) -> Any:
        given = {name: choose(dice) for name, choose in wanted.items()}
        return browsing.browse(engine, Wanted(**given), after=dice.place())

    return ask


def _listing(**wanted: Callable[[Dice], Any]) -> Callable[[Engine, Dice], Any]:
    """A page of the list on the command line."""

    def ask(engine: Engine, dice: Dice) -> Any:
        return reading.list_builds(engine, after=dice.build(), **{name: take(dice) for name, take in wanted.items()})

    return ask


_FILTERS: dict[str, Callable[[Dice], Any]] = {
    "project": Dice.project,
    "user": Dice.user,
    "state": Dice.state,
    "status": Dice.status,
    "waiting": Dice.wait,
}


def _pages() -> Iterator[Listed]:
    yield Listed("page of the list", PAGE_MS, _page())
    yield Listed("page, with a token for some projects", PAGE_MS, _page(projects=Dice.some_projects))
    names = list(_FILTERS)
    for number, one in enumerate(names):
        yield Listed(f"page, by {one}", PAGE_MS, _page(**{one: _FILTERS[one]}))
        seen = {"projects": Dice.some_projects, one: _FILTERS[one]}
        yield Listed(f"page, by {one}, with a token for some projects", PAGE_MS, _page(**seen))
        for other in names[number + 1 :]:
            both = {one: _FILTERS[one], other: _FILTERS[other]}
            yield Listed(f"page, by {one} and {other}", PAGE_MS, _page(**both))
    yield Listed("page, by a word of many titles", PAGE_MS, _page(text=Dice.title))
    yield Listed("page, by a word of many titles and project", PAGE_MS, _page(text=Dice.title, project=Dice.project))
    yield Listed("page, by a text that no build has", None, _page(text=lambda _: "no such thing"))
    yield Listed("list on the command line", PAGE_MS, _listing())
    for one in ("project", "user", "state", "status"):
        yield Listed(f"list on the command line, by {one}", PAGE_MS, _listing(**{one: _FILTERS[one]}))
    yield Listed("counts by status", PAGE_MS, lambda engine, _: browsing.count_by_status(engine))
    yield Listed(
        "counts by status, with a token for some projects",
        PAGE_MS,
        lambda engine, dice: browsing.count_by_status(engine, dice.some_projects()),
    )


def _of_one() -> Iterator[Listed]:
    yield Listed("status of a build", STATUS_MS, lambda engine, dice: reading.get_build(engine, dice.build()))
    yield Listed("status of a build, its view", STATUS_MS, lambda engine, dice: reading.kept_view(engine, dice.build()))
    for name, ask in {
        "place of a build by its key": lambda engine, dice: reading.find_build(engine, build_key(dice.build())),
        "handoffs of a build": lambda engine, dice: reading.handoffs(engine, dice.build()),
        "events of a build": lambda engine, dice: reading.events(engine, dice.build()),
        "journal of a build": lambda engine, dice: reading.journal(engine, dice.build()),
        "journal and end of a build": lambda engine, dice: reading.journal_and_end(engine, dice.build()),
        "rows of a build": lambda engine, dice: reading.counts(engine, dice.build()),
        "forks of a build": lambda engine, dice: forks.forks_of(engine, dice.build()),
        "entries of a build, for a stream": lambda engine, dice: changes.entries_after(
            engine, build_key(dice.build()), None, 200
        ),
        "two builds side by side": lambda engine, dice: comparing.compare(engine, dice.build(), dice.build()),
        "lines of some builds": lambda engine, dice: browsing.lines_of(
            engine, [build_key(dice.build()) for _ in range(20)]
        ),
        "views of a page of the inbox": lambda engine, dice: browsing.views(engine, [dice.build() for _ in range(25)]),
        "what moved, for streams": lambda engine, dice: changes.look(
            engine, [build_key(dice.build()) for _ in range(20)], NOW - timedelta(minutes=10)
        ),
        "the inbox": lambda engine, _: browsing.waiting_lines(engine),
        "the inbox, with a token for some projects": lambda engine, dice: browsing.waiting_lines(
            engine, dice.some_projects()
        ),
        "how things stand": lambda engine, _: standing.standing(engine),
        "what began and ended in a day": lambda engine, _: standing.ended_since(engine, NOW - timedelta(days=1)),
        "builds under way, for the reconciler": lambda engine, dice: reconciling.in_progress(
            engine, after=build_key(dice.build()), limit=200
        ),
        "builds that run, for the reconciler": lambda engine, dice: reconciling.believed(
            engine, [dice.build() for _ in range(100)]
        ),
    }.items():
        yield Listed(name, REPORT_MS if name == "two builds side by side" else None, ask)


def _reports() -> Iterator[Listed]:
    largest = project_of(0)
    yield Listed(
        "figures of a project (REST)",
        STATS_MS,
        lambda engine, dice: asking.stats(engine, Scope(frozenset([dice.project()]))),
    )
    yield Listed(
        "figures of the largest project (REST)",
        STATS_MS,
        lambda engine, _: asking.stats(engine, Scope(frozenset([largest]))),
    )
    for name, ask in {
        "project": asking.project_report,
        "roles": asking.role_report,
        "costs": asking.cost_report,
    }.items():
        yield from _report(f"report {name}", ask)
    yield Listed(
        "report builds, 50 of a project",
        REPORT_MS,
        lambda engine, dice: asking.build_report(engine, Scope(frozenset([dice.project()])), 50),
    )
    yield Listed(
        "report builds, the newest 50", REPORT_MS, lambda engine, _: asking.build_report(engine, EVERYTHING, 50)
    )


def _lately(ask: Callable[[Engine, Scope], Any], days: int) -> Callable[[Engine, Dice], Any]:
    return lambda engine, dice: ask(engine, dice.lately(days))


def _report(name: str, ask: Callable[[Engine, Scope], Any]) -> Iterator[Listed]:
    yield Listed(f"{name}: a project, a period", REPORT_MS, lambda engine, dice: ask(engine, dice.period()))
    yield Listed(
        f"{name}: the largest project, all time",
        REPORT_MS,
        lambda engine, _: ask(engine, Scope(frozenset([project_of(0)]))),
    )
    yield Listed(
        f"{name}: some projects, 30 days",
        REPORT_MS,
        lambda engine, dice: ask(engine, dice.lately(30, *dice.some_projects())),
    )
    for days in (7, 30, 90):
        yield Listed(f"{name}: all projects, {days} days", REPORT_MS, _lately(ask, days))
    yield Listed(f"{name}: all projects, all time", REPORT_MS, lambda engine, _: ask(engine, EVERYTHING))


LISTED: tuple[Listed, ...] = (*_of_one(), *_pages(), *_reports())
"""All of them."""

NOT_LISTED: dict[Callable[..., Any], str] = {
    reading.build_of_entry: "asked once for a release that somebody verifies: it looks through all hashes",
}
"""Functions of the store that look something up and are not asked above, and why."""
