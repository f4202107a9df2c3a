"""What is broken in a round, when, and for how long: dealt from a seed, so that a round can be had again."""

import itertools
import random
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from baton.domain.vocabulary import Phase


class Harm(StrEnum):
    """One way of breaking something."""

    WORKER_KILLED = "worker killed"  # kill -9 while it is at work in a certain phase; started again after a moment
    WORKER_CUT_OFF = "worker cut off"  # one worker's connections to Temporal are cut
    TEMPORAL_SLOW = "Temporal slow"  # every piece of data between workers and Temporal takes longer
    TEMPORAL_STOPPED = "Temporal stopped"  # SIGTERM, and started again
    TEMPORAL_KILLED = "Temporal killed"  # kill -9, and started again
    DATABASE_CUT = "database cut off"  # connections are cut, new ones refused
    DATABASE_SLOW = "database slow"  # every piece of data takes longer
    DATABASE_SILENT = "database silent"  # connections stay open and nothing comes
    DATABASE_STOPPED = "database stopped"  # PostgreSQL stopped in good order, and started again
    DATABASE_KILLED = "database killed"  # kill -9 of all of PostgreSQL, and started again
    DATABASE_LOCKED = "database locked"  # another program holds SQLite's exclusive lock
    DISK_FULL = "disk full"  # not a byte is left where workspaces, reports and a SQLite mirror are
    GATEWAY_KILLED = "gateway killed"  # kill -9, and started again


POSTGRESQL_ONLY = frozenset(
    (
        Harm.DATABASE_CUT,
        Harm.DATABASE_SLOW,
        Harm.DATABASE_SILENT,
        Harm.DATABASE_STOPPED,
        Harm.DATABASE_KILLED,
    )
)
SQLITE_ONLY = frozenset({Harm.DATABASE_LOCKED})

LONE_SECONDS = 12.0
"""How long nothing else is broken after a worker's lone death, so that what it takes to recover can be measured."""

_Card = TypeVar("_Card")
_FIRST = 4.0
_CALM = 8.0


@dataclass(frozen=True, slots=True)
class Stroke:
    """One harm: ``at`` seconds after the round began, for ``seconds``. A worker's death comes when it is at
    work in ``phase``, if it is so within moments. ``lone``: nothing else is broken until the build has recovered.
    """

    at: float
    harm: Harm
    seconds: float
    worker: int
    phase: Phase
    lone: bool = False

    def __str__(self) -> str:
        of = f" in {self.phase.value}" if self.harm is Harm.WORKER_KILLED else ""
        return f"{self.at:6.1f} s  {self.harm.value}{of}{' (alone)' if self.lone else ''}, {self.seconds:.1f} s"


def schedule(seed: int, seconds: float, harms: Collection[Harm], *, workers: int = 2) -> list[Stroke]:
    """The strokes of a round of ``seconds``, in order: a worker's lone death, then a storm of several harms, again
    and again. Each of ``harms`` comes before one comes twice, and so does each phase. The workers are killed one after
    the other, each in a share of the time of its own, so that each has a long life too.
    """
    dice = random.Random(f"harm {seed}")
    lone_phases, phases = _dealt(dice, list(Phase)), _dealt(dice, list(Phase))
    kinds = _dealt(dice, [harm for harm in Harm if harm in harms])
    strokes: list[Stroke] = []
    at = _FIRST
    while at + LONE_SECONDS <= seconds:
        worker = int(at / seconds * workers)
        strokes.append(Stroke(at, Harm.WORKER_KILLED, dice.uniform(0.5, 2.0), worker, next(lone_phases), lone=True))
        at += LONE_SECONDS
        for _ in range(dice.randint(3, 5)):
            length = dice.uniform(0.5, 4.0)
            if at + length > seconds:
                break
            strokes.append(Stroke(at, next(kinds), length, worker, next(phases)))
            at += dice.uniform(0.5, 3.0)
        at = max([at, *(stroke.at + stroke.seconds for stroke in strokes)]) + _CALM
    return strokes


def _dealt(dice: random.Random, deck: list[_Card]) -> Iterator[_Card]:
    """The cards of ``deck`` for ever, shuffled anew each time that all have been dealt."""
    for _ in itertools.count():
        dice.shuffle(deck)
        yield from deck
