"""The tokens as the gateway knows them: remembered for some seconds, and while the database is away for longer."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Engine

from baton.store.errors import DatabaseUnavailable
from baton.store.tokens import TokenRecord, any_token, find_token, get_token, note_use
from gateway.access.caller import Caller

_FRESH_SECONDS = 5.0
"""How long a token goes on opening doors after it was revoked, at most."""

_KEPT_SECONDS = 3600.0
"""The same while the database, which alone knows of revocations, is away."""

_MOST_REMEMBERED = 10_000


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
        self._remembered: OrderedDict[str | UUID, _Remembered] = OrderedDict()
        self._any: bool | None = None
        self._any_asked = -_FRESH_SECONDS

    async def needed(self) -> bool:
        """Whether callers need a token: as soon as one was made. Raises DatabaseUnavailable when nobody can know."""
        if self._clock() - self._any_asked >= _FRESH_SECONDS:
            try:
                self._any = await asyncio.to_thread(any_token, self._engine, self._now())
                self._any_asked = self._clock()
            except DatabaseUnavailable:
                if self._any is None:
                    raise
        return bool(self._any)

    async def holder(self, token: str) -> Caller | None:
        """Who holds ``token``; ``None`` when it opens nothing. Raises DatabaseUnavailable for one not seen lately."""
        record = await self._lookup(token, lambda: find_token(self._engine, token))
        return None if record is None else await self._caller(record)

    async def holder_of(self, key: UUID) -> tuple[Caller, TokenRecord] | None:
        """Who holds the token of that ID, and what is known of it. Raises DatabaseUnavailable as :meth:`holder`."""
        record = await self._lookup(key, lambda: get_token(self._engine, key))
        caller = None if record is None else await self._caller(record)
        return None if record is None or caller is None else (caller, record)

    async def _lookup(self, key: str | UUID, find: Callable[[], TokenRecord | None]) -> TokenRecord | None:
        known = self._remembered.get(key)
        if known is not None and self._clock() - known.asked < _FRESH_SECONDS:
            return known.record
        try:
            record = await asyncio.to_thread(find)
        except DatabaseUnavailable:
            if known is None or self._clock() - known.asked >= _KEPT_SECONDS:
                raise
            return known.record
        if record is not None:
            self._remember(key, record)
        else:
            self._remembered.pop(key, None)  # a guess is not worth the room
        return record

    async def _caller(self, record: TokenRecord) -> Caller | None:
        now = self._now()
        if not record.valid(now):
            return None
        return Caller(name=record.name, grant=record.grant, token_id=record.id)

    def _remember(self, key: str | UUID, record: TokenRecord) -> None:
        self._remembered[key] = _Remembered(record, self._clock())
        self._remembered.move_to_end(key)
        while len(self._remembered) > _MOST_REMEMBERED:
            self._remembered.popitem(last=False)

    async def note_use(self, key: UUID) -> None:
        """Note in the database that a token was used; a database that is away misses it."""
        try:
            await asyncio.to_thread(note_use, self._engine, key, self._now())
        except DatabaseUnavailable:
            return
