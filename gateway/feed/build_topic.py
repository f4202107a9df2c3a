"""One build that is watched: where its journal ends, and its latest entries, written once for all who watch."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from baton.domain.journal import Entry
from baton.store.changes import EntryPage, Mark, Seen
from gateway.feed.pulse import Pulse

_MOST_ENTRIES = 64
_MOST_CHARACTERS = 256_000
"""What is remembered of one build; who lacks more asks the database."""


@dataclass(frozen=True, slots=True)
class Told:
    """An entry as it goes out."""

    seen: Seen
    text: str

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """``entry``, written."""
        return cls(Seen(entry.sequence, entry.hash), entry.model_dump_json())


@dataclass(frozen=True, slots=True)
class News:
    """What somebody has not seen yet. ``anew``: what was seen is no longer true; ``ended``: nothing more will come."""

    told: Sequence[Told]
    more: bool
    anew: bool
    ended: bool

    @classmethod
    def of(cls, page: EntryPage) -> Self:
        """What the database said."""
        ended = page.mark is not None and page.mark.ended and not page.more
        return cls([Told.of(entry) for entry in page.entries], page.more, page.anew, ended)


class BuildTopic:
    """One build. ``watchers`` is how many streams follow it."""

    def __init__(self, key: UUID) -> None:
        self.key = key
        self.pulse = Pulse()
        self.watchers = 0
        self.mark: Mark | None = None
        self._recent: deque[Told] = deque()
        self._before: Seen | None = None  # the entry before the first of those

    @property
    def last(self) -> Seen | None:
        """The end of the journal as far as it is known here."""
        return None if self.mark is None else Seen(self.mark.head.sequence, self.mark.head.hash)

    def begin(self, mark: Mark | None) -> None:
        """Begin at ``mark`` unless begun: what comes after it is remembered."""
        if self.mark is None and mark is not None:
            self.mark, self._before = mark, Seen(mark.head.sequence, mark.head.hash)

    def go_on(self, page: EntryPage) -> None:
        """Take in what came after :attr:`last`, and wake all who wait for it."""
        if page.anew or page.more or self._before is None:
            # They ask the database themselves: what is here is not true any more, or there is too much of it.
            self._recent.clear()
            self._before = None if page.mark is None else Seen(page.mark.head.sequence, page.mark.head.hash)
        else:
            self._recent.extend(map(Told.of, page.entries))
            self._forget()
        self.mark = page.mark
        self.pulse.beat()

    def after(self, seen: Seen | None) -> News | None:
        """What comes after ``seen``; ``None`` when only the database knows."""
        if seen is None or self.mark is None or self._before is None:
            return None
        told = list(self._recent)
        known = [self._before, *(one.seen for one in told)]
        place = seen.sequence - known[0].sequence
        if not 0 <= place < len(known) or not known[place].hash.startswith(seen.hash):
            return None
        return News(told[place:], more=False, anew=False, ended=self.mark.ended)

    def _forget(self) -> None:
        size = sum(len(one.text) for one in self._recent)
        while self._recent and (len(self._recent) > _MOST_ENTRIES or size > _MOST_CHARACTERS):
            gone = self._recent.popleft()
            size -= len(gone.text)
            self._before = gone.seen
