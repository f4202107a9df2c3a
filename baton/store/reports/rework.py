"""Moves back for rework."""

from collections import defaultdict

from sqlalchemy.orm import Session

from baton.domain.vocabulary import Role, State
from baton.store.reports.facts import REWORK, Sums
from baton.store.reports.figures import ReworkFigures
from baton.store.reports.scope import Scope

_WAY = ("from_role", "to_role", "from_state", "to_state")


def rework_figures(session: Session, scope: Scope) -> list[ReworkFigures]:
    """Who sent work back to whom, most frequent first."""
    ways: dict[tuple[str, ...], Sums] = defaultdict(list)
    for row in REWORK.sums(session, scope, *_WAY):
        ways[tuple(row[name] for name in _WAY)].append(row)
    found = [
        ReworkFigures(
            from_role=Role(way[0]),
            to_role=Role(way[1]),
            from_state=State(way[2]),
            to_state=State(way[3]),
            times=sum(int(row["times"]) for row in rows),
            builds=sum(int(row["builds"]) for row in rows),
        )
        for way, rows in sorted(ways.items())
    ]
    return sorted((one for one in found if one.builds), key=lambda one: -one.times)
