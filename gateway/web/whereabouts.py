"""Which builds there are and whose they are, as far as this process has seen: a memory of bounded size."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from baton.store.ids import build_key
from gateway.builds import Builds

_FRESH_SECONDS = 60.0
"""How long what was seen is believed without asking again: a build ID may pass on when Temporal has forgotten it."""

_MOST_REMEMBERED = 50_000


@dataclass(frozen=True, slots=True)
class Located:
    """A build that is there."""

    build_id: str
    project_id: str

    @property
    def key(self) -> UUID:
        """Its UUID, here and in SQL."""
        return build_key(self.build_id)


class Whereabouts:
    """Remembers builds by their UUID, which cannot be turned back into a build ID. ``clock`` counts seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: OrderedDict[UUID, tuple[Located, float]] = OrderedDict()
        self._scanning = asyncio.Lock()
        self._scanned = clock()

    def remember(self, build_id: str, project_id: str) -> Located:
        """Note that a build is there."""
        located = Located(build_id, project_id)
        self._seen[located.key] = (located, self._clock())
        self._seen.move_to_end(located.key)
        while len(self._seen) > _MOST_REMEMBERED:
            self._seen.popitem(last=False)
        return located

    def get(self, key: UUID, *, stale: bool = False) -> Located | None:
        """The build with that UUID, if it was seen lately; with ``stale`` whenever it was."""
        located, at = self._seen.get(key, (None, 0.0))
        return located if stale or self._clock() - at < _FRESH_SECONDS else None

    async def scan(self, builds: Builds, *, most: int) -> None:
        """Remember the newest builds that Temporal keeps. Whoever waits for a scan is served by the next one."""
        asked = self._clock()
        async with self._scanning:
            if self._scanned > asked:
                return
            began = self._clock()
            for build_id, project_id in reversed(await builds.newest(most=most)):
                self.remember(build_id, project_id)
            self._scanned = began
