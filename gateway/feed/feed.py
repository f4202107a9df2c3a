"""Looking at the mirror for all streams together: one look for all of them, and none while nobody watches."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import Engine

from baton.store import changes
from baton.store.beside import beside
from baton.store.browsing import lines_of
from baton.store.changes import EntryPage, Mark, Seen
from baton.store.errors import StoreError
from gateway.feed.build_topic import BuildTopic, News
from gateway.feed.overview import Overview
from gateway.meanwhile import meanwhile

log = logging.getLogger("baton.gateway")

_LOOK_SECONDS = 0.3
_REST = 4
"""How many times as long as a look took nothing is asked after it: a slow database is not asked all the time."""

_ENTRIES_AT_A_TIME = 200
_LATE = timedelta(minutes=10)
"""How late a build that has ended may come into the mirror and still be noticed by lists."""

_MOST_STREAMS = 1_000


class Feed:
    """Tells streams what is new. Enter :meth:`running`; :meth:`close` ends all streams in good order."""

    def __init__(self, engine: Engine, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._engine = engine
        self._now = now
        self._topics: dict[UUID, BuildTopic] = {}
        self._wanted = asyncio.Event()
        self._closed = False
        self._trouble: StoreError | None = None
        self.overview = Overview()

    @property
    def closed(self) -> bool:
        """Whether streams have to end."""
        return self._closed

    @property
    def streams(self) -> int:
        """How many streams are open."""
        return self.overview.watchers + sum(topic.watchers for topic in self._topics.values())

    @property
    def full(self) -> bool:
        """Whether no further stream should be opened now."""
        return self.streams >= _MOST_STREAMS

    def close(self) -> None:
        """End all streams."""
        self._closed = True
        self._wake_all()

    def require_health(self) -> None:
        """Raise StoreError while the database is away."""
        if self._trouble is not None:
            raise self._trouble

    @contextmanager
    def watching_build(self, key: UUID) -> Iterator[BuildTopic]:
        """Follow one build."""
        topic = self._topics.setdefault(key, BuildTopic(key))
        topic.watchers += 1
        self._wanted.set()
        try:
            yield topic
        finally:
            topic.watchers -= 1
            if not topic.watchers:
                del self._topics[key]

    @contextmanager
    def watching_builds(self) -> Iterator[Overview]:
        """Follow all builds."""
        self.overview.watchers += 1
        self._wanted.set()
        try:
            yield self.overview
        finally:
            self.overview.watchers -= 1
            if not self.overview.watchers:
                self.overview.forget()

    async def news(self, topic: BuildTopic, seen: Seen | None) -> News:
        """What of a build comes after ``seen``. Raises StoreError."""
        self.require_health()
        if (news := topic.after(seen)) is not None:
            return news
        page = await self._entries(topic.key, seen)
        topic.begin(page.mark)
        return News.of(page)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Look for as long as the context lasts."""
        async with meanwhile(self._look_on(), "feed"):
            try:
                yield
            finally:
                self.close()

    async def _look_on(self) -> None:
        while True:
            if not self.streams:
                self._trouble = None
                self._wanted.clear()
                await self._wanted.wait()
            began = time.monotonic()
            try:
                await self._look()
            except StoreError as error:
                self._set_trouble(error)
            else:
                self._set_trouble(None)
            await asyncio.sleep(max(_LOOK_SECONDS, _REST * (time.monotonic() - began)))

    async def _look(self) -> None:
        since = self._now() - _LATE if self.overview.watchers else None
        found = await beside(changes.look, self._engine, list(self._topics), since)
        for key, mark in found.marks.items():
            if (topic := self._topics.get(key)) is not None and topic.mark != mark:
                await self._go_on(topic, mark)
        if since is not None:
            moved = self.overview.changed(found.standings)
            lines = await beside(lines_of, self._engine, moved) if moved else {}
            if self.overview.watchers:
                self.overview.take(found.standings, lines)

    async def _go_on(self, topic: BuildTopic, mark: Mark) -> None:
        if topic.mark is None:
            topic.begin(mark)
            topic.pulse.beat()
        else:
            topic.go_on(await self._entries(topic.key, topic.last))

    async def _entries(self, key: UUID, seen: Seen | None) -> EntryPage:
        return await beside(changes.entries_after, self._engine, key, seen, _ENTRIES_AT_A_TIME)

    def _set_trouble(self, trouble: StoreError | None) -> None:
        if (trouble is None) == (self._trouble is None):
            return
        if trouble is None:
            log.info("The database answers again: streams go on")
            self.overview.begin_anew()
        else:
            log.warning("Streams stand still: %s", trouble)
        self._trouble = trouble
        self._wake_all()

    def _wake_all(self) -> None:
        for topic in self._topics.values():
            topic.pulse.beat()
        self.overview.pulse.beat()
