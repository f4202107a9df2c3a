"""The rungs between bare Temporal and Baton: each has one thing more that a build of Baton's has in Temporal."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

ORDER_BYTES = 2_600
"""What the order of a phase weighs, with the entries that ride."""
WRITTEN_BYTES = 1_300
"""What the last write into SQL is given."""


@dataclass(frozen=True)
class Rung:
    """What a workflow of six activities has besides."""

    queues: bool = False
    """Each role's phases are on a task queue of its own."""
    fairness: bool = False
    """A priority and a fairness key."""
    orders: bool = False
    """The input of a phase weighs as much as an order."""
    answered: bool = False
    """It is started with an update whose answer is awaited, and reads its terms in a local activity; a timer runs."""
    attributes: bool = False
    """Search attributes say which phase it is in."""
    written: bool = False
    """An activity at the end, as the one that writes the last entries into SQL."""


_STEPS = {
    "on five task queues": "queues",
    "with priority and fairness key": "fairness",
    "with orders of 2.6 kB": "orders",
    "whose start is answered, with terms and a timer": "answered",
    "with search attributes": "attributes",
    "with an activity at the end": "written",
}


def _ladder() -> Iterator[tuple[str, Rung]]:
    rung = Rung()
    yield "six activities", rung
    for name, more in _STEPS.items():
        rung = replace(rung, **{more: True})
        yield name, rung


LADDER = dict(_ladder())
"""From the bottom, each with what those below it have; the last one has all that Temporal's server sees of a build."""
