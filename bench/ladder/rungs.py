"""The rungs between bare Temporal and Baton: each has one thing more that a build of Baton's has in Temporal."""

from dataclasses import dataclass

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


LADDER: dict[str, Rung] = {
    "six activities": Rung(),
    "on five task queues": Rung(queues=True),
    "with priority and fairness key": Rung(queues=True, fairness=True),
    "with orders of 2.6 kB": Rung(queues=True, fairness=True, orders=True),
    "whose start is answered, with terms and a timer": Rung(queues=True, fairness=True, orders=True, answered=True),
    "with search attributes": Rung(queues=True, fairness=True, orders=True, answered=True, attributes=True),
    "with an activity at the end": Rung(
        queues=True, fairness=True, orders=True, answered=True, attributes=True, written=True
    ),
}
"""From the bottom; the last one has all that Temporal's server sees of a build."""
