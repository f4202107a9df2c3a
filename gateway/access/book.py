"""The tokens as the gateway knows them: remembered for some seconds, and while the database is away for longer."""

import asyncio
import contextlib
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Engine

from baton.store.errors import DatabaseUnavailable, StoreError
from baton.store.tokens import TokenRecord, TokensMade, find_token, get_token, note_use, tokens_made
from gateway.access.caller import Caller

_FRESH_SECONDS = 5.0
"""How long a token goes on opening doors after it was revoked, at most."""

_KEPT_SECONDS = 3600.0
"""The same while the database, which alone knows of revocations, is away."""

_MOST_REMEMBERED = 10_000
_NOTED_SECONDS = 60.0
_ALL = "all"

Key = str | UUID
Answer = TypeVar("Answer")


@dataclass(slots=True)
class _Remembered:
    record: TokenRecord | None
    asked: float


class TokenBook:
    """Answers who holds a token. ``clock`` counts seconds, ``now`` tells the time."""

    def __init__(
        self,
        engine: Engine,
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._now = now
        self._remembered: OrderedDict[Key, _Remembered] = OrderedDict()
        self._made = TokensMade(ever=False, valid=False)
        self._made_asked: float | None = None
        self._used: dict[UUID, float] = {}
        self._asking: dict[Key, asyncio.Task[Any]] = {}
        self._noting: set[asyncio.Task[None]] = set()

    async def needed(self) -> bool:
        """Whether callers need a token: as soon as one was made, and for ever after, also when none is valid.

        Raises DatabaseUnavailable when nobody can know.
        """
        return self._made.ever or (await self._tokens_made()).ever

    async def any_valid(self) -> bool:
        """Whether there is a token that opens anything. Raises DatabaseUnavailable when nobody can know."""
        return (await self._tokens_made()).valid

    def knows(self, token: Key) -> bool:
        """Whether ``token``, or the token of that ID, was seen lately, so that asking for its holder costs nothing."""
        return token in self._remembered

    async def holder(self, token: str) -> Caller | None:
        """Who holds ``token``; ``None`` when it opens nothing. Raises DatabaseUnavailable for one not seen lately."""
        record = await self._lookup(token, lambda: find_token(self._engine, token))
        return None if record is None else self._caller(record)

    async def holder_of(self, key: UUID) -> tuple[Caller, TokenRecord] | None:
        """Who holds the token of that ID, and what is known of it. Raises DatabaseUnavailable as :meth:`holder`."""
        record = await self._lookup(key, lambda: get_token(self._engine, key))
        caller = None if record is None else self._caller(record)
        return None if record is None or caller is None else (caller, record)

    async def _lookup(self, key: Key, find: Callable[[], TokenRecord | None]) -> TokenRecord | None:
        known = self._remembered.get(key)
        if known is not None and self._clock() - known.asked < _FRESH_SECONDS:
            return known.record
        try:
            record = await self._asked_once(key, find)
        except DatabaseUnavailable:
            if known is None or self._clock() - known.asked >= _KEPT_SECONDS:
                raise
            return known.record
        if record is not None:
            self._made = replace(self._made, ever=True)
            self._remember(key, record)
        else:
            self._remembered.pop(key, None)  # a guess is not worth the room
        return record

    def _caller(self, record: TokenRecord) -> Caller | None:
        now = self._now()
        if not record.valid(now):
            return None
        return Caller(name=record.name, grant=record.grant, token_id=record.id)

    def _remember(self, key: Key, record: TokenRecord) -> None:
        self._remembered[key] = _Remembered(record, self._clock())
        self._remembered.move_to_end(key)
        while len(self._remembered) > _MOST_REMEMBERED:
            self._remembered.popitem(last=False)

    def note_use(self, key: UUID) -> None:
        """Have it noted in the database that a token was used, once a minute; a database that is away misses it."""
        last = self._used.get(key)
        if last is not None and self._clock() - last < _NOTED_SECONDS:
            return
        self._used[key] = self._clock()
        noting = asyncio.create_task(self._note_use(key))
        self._noting.add(noting)
        noting.add_done_callback(self._noting.discard)

    async def _note_use(self, key: UUID) -> None:
        with contextlib.suppress(StoreError):
            await asyncio.to_thread(note_use, self._engine, key, self._now())

    async def _asked_once(self, key: Key, ask: Callable[[], Answer]) -> Answer:
        """What ``ask`` returns, in a thread; who wants to know the same meanwhile waits for the same answer."""
        asking = self._asking.get(key)
        if asking is None:
            asking = self._asking[key] = asyncio.create_task(asyncio.to_thread(ask))
            asking.add_done_callback(lambda done: self._answered(key, done))
        answer: Answer = await asyncio.shield(asking)
        return answer

    def _answered(self, key: Key, done: asyncio.Task[Any]) -> None:
        del self._asking[key]
        if not done.cancelled():
            done.exception()  # told to whoever still waits; asyncio complains when that is nobody

    async def _tokens_made(self) -> TokensMade:
        asked = self._made_asked
        if asked is not None and self._clock() - asked < _FRESH_SECONDS:
            return self._made
        try:
            made = await self._asked_once(_ALL, lambda: tokens_made(self._engine, self._now()))
        except DatabaseUnavailable:
            if asked is None:
                raise
            return self._made
        # Rows that vanish open no doors: whoever needed a token goes on needing one.
        self._made = TokensMade(ever=made.ever or self._made.ever, valid=made.valid)
        self._made_asked = self._clock()
        return self._made
