"""What every request can reach. Made once in the door and handed to the app."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Concatenate, ParamSpec, TypeVar

from fastapi import Depends, Request
from sqlalchemy import Engine

from baton.runtime.settings import Settings
from baton.store.beside import beside
from gateway.access.book import TokenBook
from gateway.access.rates import Rates
from gateway.feed.feed import Feed
from gateway.web.temporal import Temporal
from gateway.web.whereabouts import Whereabouts

P = ParamSpec("P")
Answer = TypeVar("Answer")

_QUERIES_AT_A_TIME = 10
"""Not more than the database's pool has connections: the rest waits here, where it holds up no thread."""


@dataclass
class Site:
    """The gateway's surroundings. ``local_name`` is who calls when no token is needed.

    ``session_key`` signs sessions; those of another key end.
    """

    settings: Settings
    engine: Engine
    temporal: Temporal
    tokens: TokenBook
    local_name: str
    session_key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    feed: Feed = field(init=False)
    rates: Rates = field(init=False)
    whereabouts: Whereabouts = field(default_factory=Whereabouts)
    looks_into_git: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(4))
    _queries: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_QUERIES_AT_A_TIME))

    def __post_init__(self) -> None:
        self.feed = Feed(self.engine)
        self.rates = Rates(self.settings.gateway_requests_per_minute, self.settings.gateway_guesses_per_minute)

    async def sql(
        self, question: Callable[Concatenate[Engine, P], Answer], *args: P.args, **kwargs: P.kwargs
    ) -> Answer:
        """``question(engine, …)``, off the event loop. Raises StoreError."""
        async with self._queries:
            return await beside(question, self.engine, *args, **kwargs)


def site_of(request: Request) -> Site:
    """The site that ``request`` came to."""
    site: Site = request.app.state.site
    return site


Here = Annotated[Site, Depends(site_of)]
"""The site, as a parameter of a route."""
