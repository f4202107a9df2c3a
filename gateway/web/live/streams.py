"""What goes out on a stream: what is new, and what the one who listens has to know of the way it comes.

A stream ends when the gateway stops, when the token of who listens opens nothing any more, and after an hour at the
latest: whoever comes back is asked for a token again.
"""

import re
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from uuid import UUID

from fastapi.sse import ServerSentEvent

from baton.store.changes import Seen, Standing
from baton.store.errors import DatabaseUnavailable, StoreError
from gateway.access.caller import Caller
from gateway.feed.feed import Feed
from gateway.feed.overview import Move
from gateway.feed.pulse import felt
from gateway.web.api.rows import BuildRow
from gateway.web.site import Site

_LOOK_UP_SECONDS = 5.0
_LONGEST_SECONDS = 3600.0
_SEEN = re.compile(r"([0-9]{1,9})\.([0-9a-f]{8})")
_NEVER = Seen(0, "-")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which builds somebody wants to hear of; ``None`` is all."""

    project: str | None = None
    user: str | None = None
    state: str | None = None
    status: str | None = None

    def holds(self, move: Move) -> bool:
        """Whether the build is wanted, or was until it moved."""
        return self._fits(move.after) or (move.before is not None and self._fits(move.before))

    def _fits(self, standing: Standing) -> bool:
        return (
            self.project in (None, standing.project_id)
            and self.user in (None, standing.user_id)
            and self.state in (None, standing.state)
            and self.status in (None, standing.status)
        )


class _Listener:
    """Who listens, and whether there was trouble that was told."""

    def __init__(self, site: Site, caller: Caller) -> None:
        self._site = site
        self._caller = caller
        self._until = time.monotonic() + _LONGEST_SECONDS
        self._in_trouble = False

    @property
    def feed(self) -> Feed:
        return self._site.feed

    async def listens(self) -> bool:
        if self.feed.closed or time.monotonic() >= self._until:
            return False
        tokens = self._site.tokens
        try:
            if self._caller.token_id is None:
                return not await tokens.needed()
            return await tokens.holder_of(self._caller.token_id) is not None
        except DatabaseUnavailable:
            return False

    def trouble(self, error: StoreError) -> list[ServerSentEvent]:
        told, self._in_trouble = self._in_trouble, True
        return [] if told else [ServerSentEvent(event="trouble", data={"detail": str(error)})]

    def well(self) -> list[ServerSentEvent]:
        told, self._in_trouble = self._in_trouble, False
        return [ServerSentEvent(event="back", data={})] if told else []


async def entries(site: Site, caller: Caller, build: UUID, last: str | None) -> AsyncGenerator[ServerSentEvent, None]:
    """The journal of one build after the event ``last``, until the build ends."""
    listener, seen = _Listener(site, caller), _seen(last)
    with site.feed.watching_build(build) as topic:
        while await listener.listens():
            beat = topic.pulse.next
            try:
                news = await site.feed.news(topic, seen)
            except StoreError as error:
                for event in listener.trouble(error):
                    yield event
                await felt(beat, _LOOK_UP_SECONDS)
                continue
            for event in listener.well():
                yield event
            if news.anew:
                seen = None
                yield ServerSentEvent(event="reset", data={})
            for told in news.told:
                seen = told.seen
                yield ServerSentEvent(event="entry", id=f"{seen.sequence}.{seen.hash[:8]}", raw_data=told.text)
            if news.ended:
                yield ServerSentEvent(event="end", data={})
                return
            if not news.more:
                await felt(beat, _LOOK_UP_SECONDS)


async def builds(site: Site, caller: Caller, wanted: Wanted, last: str | None) -> AsyncGenerator[ServerSentEvent, None]:
    """The builds that move after the event ``last``, of those that the caller sees."""
    listener, place = _Listener(site, caller), last
    with site.feed.watching_builds() as overview:
        while await listener.listens():
            beat = overview.pulse.next
            try:
                site.feed.require_health()
            except StoreError as error:
                for event in listener.trouble(error):
                    yield event
            else:
                if overview.place is not None:
                    for event in listener.well():
                        yield event
                    moves = overview.after(place)
                    place = overview.place
                    if moves is None:
                        yield ServerSentEvent(event="refresh", id=place, data={})
                    for move in moves or ():
                        if caller.grant.sees(move.after.project_id) and wanted.holds(move):
                            move.text = move.text or BuildRow.of(move.line).model_dump_json()
                            number = overview.place_of(move.number)
                            yield ServerSentEvent(event="build", id=number, raw_data=move.text)
            await felt(beat, _LOOK_UP_SECONDS)


def _seen(last: str | None) -> Seen | None:
    """What ``last``, the ID of an event, says was seen; one that cannot be read is one that never was."""
    if last is None:
        return None
    parts = _SEEN.fullmatch(last)
    return _NEVER if parts is None else Seen(int(parts[1]), parts[2])
