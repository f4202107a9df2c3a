"""All builds that move, for those who watch lists."""

import secrets
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from baton.store.browsing import BuildLine
from baton.store.changes import Standing
from gateway.feed.pulse import Pulse

_MOST_MOVES = 1_000
_MOST_AT_ONCE = 200
"""When more builds than that move between two looks, it is better to look at everything again."""


@dataclass(slots=True)
class Move:
    """A build that changed: what it was, and what it is. ``text`` is for who tells of it, to write it once for all."""

    number: int
    before: Standing | None
    after: Standing
    line: BuildLine
    text: str | None = None


class Overview:
    """What moved lately. A place in it is ``<age>.<number>``; with each age everything has to be looked at again."""

    def __init__(self) -> None:
        self.pulse = Pulse()
        self.watchers = 0
        self._age = ""
        self._number = 0
        self._known: dict[UUID, Standing] | None = None
        self._moves: deque[Move] = deque(maxlen=_MOST_MOVES)

    @property
    def place(self) -> str | None:
        """Where it is now; ``None`` before the first look."""
        return None if self._known is None else self.place_of(self._number)

    def place_of(self, number: int) -> str:
        """The place of a move of this age."""
        return f"{self._age}.{number}"

    def forget(self) -> None:
        """Nobody watches: nothing is known any more."""
        self._known = None
        self._moves.clear()

    def changed(self, standings: Mapping[UUID, Standing]) -> set[UUID]:
        """The builds that differ from what is known, those included that have left ``standings`` before they ended."""
        if self._known is None:
            return set()
        differing = {key for key, standing in standings.items() if self._known.get(key) != standing}
        return differing | {key for key, was in self._known.items() if key not in standings and not was.ended}

    def take(self, standings: Mapping[UUID, Standing], lines: Mapping[UUID, BuildLine]) -> None:
        """Take in a look, with the lines of what :meth:`changed`."""
        known, changed = self._known, self.changed(standings)
        self._known = dict(standings)
        if known is None or len(changed) > _MOST_AT_ONCE or changed - lines.keys():
            self.begin_anew()
        elif changed:
            for key in changed:
                after = standings.get(key) or Standing.of(lines[key], "")
                self._number += 1
                self._moves.append(Move(self._number, known.get(key), after, lines[key]))
            self.pulse.beat()

    def begin_anew(self) -> None:
        """Have everybody look at everything again."""
        self._age, self._number = secrets.token_hex(4), 0
        self._moves.clear()
        self.pulse.beat()

    def after(self, place: str | None) -> Sequence[Move] | None:
        """What moved after ``place``; ``None`` when everything has to be looked at."""
        age, _, number = (place or "").partition(".")
        if age != self._age or not number.isdecimal() or len(number) > len(str(self._number)):
            return None
        missing = self._number - int(number)
        if not 0 <= missing <= len(self._moves):
            return None
        return list(self._moves)[len(self._moves) - missing :]
