"""The gateway's life: open the door that may be opened, look after what it needs, end in good order."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Engine
from starlette.types import ASGIApp

from baton.runtime.metrics.opening import served
from baton.runtime.payloads import converter_of
from baton.runtime.setting_values import TOKEN
from baton.runtime.settings import Settings
from baton.store import schema
from baton.store.engine import open_engine
from baton.store.errors import DatabaseUnavailable, StoreError
from gateway.access.book import TokenBook
from gateway.web.app import create_app
from gateway.web.door import Door
from gateway.web.listening import CannotListen, address_for, bound, url_of
from gateway.web.session_key import session_key
from gateway.web.shell.shell import surrounded
from gateway.web.site import Site
from gateway.web.temporal import Temporal

log = logging.getLogger("baton.gateway")

_LOOK_SECONDS = 1.0


class Tokens(StrEnum):
    """Whom the gateway lets in."""

    VALID = "valid"  # whoever holds a token that opens something
    NONE = "none"  # none was ever made: whoever is at this machine
    INVALID = "invalid"  # all are revoked or expired: nobody
    UNKNOWN = "unknown"  # the database is away: nobody yet


@dataclass(frozen=True, slots=True)
class Opened:
    """Where the gateway answers, and ``asked``, where it does as soon as a token is valid."""

    url: str
    host: str
    port: int
    asked: str
    tokens: Tokens


async def serve(
    settings: Settings,
    environ: Mapping[str, str],
    *,
    local_name: str,
    upgrade: bool = False,
    on_open: Callable[[Opened], None],
) -> None:
    """Serve until cancelled. ``on_open`` is told where, once at first and again when that changes.

    Raises what keeps the gateway from its work: CannotListen, KeysUnusable, SessionKeyUnusable, StoreError. Temporal
    or a database that is away is no reason not to start.
    """
    bound(settings.gateway_host, settings.gateway_port).close()
    converter = converter_of(settings)
    engine = open_engine(settings.database_url)
    try:
        await _check_database(engine, upgrade=upgrade)
        site = Site(
            settings=settings,
            engine=engine,
            temporal=Temporal(environ, data_converter=converter),
            tokens=TokenBook(engine),
            local_name=local_name,
            session_key=session_key(settings.home),
        )
        app = create_app(site)
        address = None if settings.gateway_metrics == TOKEN else settings.gateway_metrics
        async with app.router.lifespan_context(app):
            with served(address, log.warning) as metrics:
                if metrics is not None:
                    log.info("Metrics are at %s", metrics)
                await _Doors(surrounded(app, settings), site, on_open).stay()
    finally:
        # Questions that nobody waits for any more are let finish: their connections are closed with the others.
        await asyncio.get_running_loop().shutdown_default_executor()
        engine.dispose()


async def _check_database(engine: Engine, *, upgrade: bool) -> None:
    try:
        await asyncio.to_thread(schema.upgrade if upgrade else schema.require_usable, engine)
    except DatabaseUnavailable as error:
        if upgrade:
            raise
        log.warning("%s. Nobody is let in until it answers", error)


class _Doors:
    """The open door, and those that were open before: who came through one of them goes on."""

    def __init__(self, app: ASGIApp, site: Site, on_open: Callable[[Opened], None]) -> None:
        self._app = app
        self._site = site
        self._asked = site.settings.gateway_host
        self._port = site.settings.gateway_port
        self._on_open = on_open
        self._doors: list[Door] = []

    async def stay(self) -> None:
        """Open, and open what was asked for as soon as somebody holds a token; close all when cancelled."""
        try:
            await self._open(await self._tokens())
            while True:
                await asyncio.sleep(_LOOK_SECONDS)
                if self._host != self._asked and await self._tokens() is Tokens.VALID:
                    await self._move()
        finally:
            log.info("Stopping")
            self._site.feed.close()
            await asyncio.gather(*(door.close() for door in self._doors))

    async def _open(self, tokens: Tokens) -> None:
        host = address_for(self._asked, anybody=tokens is Tokens.VALID)
        listener = bound(host, self._port)
        self._host, self._port = host, listener.getsockname()[1]
        door = Door(self._app, listener)
        self._doors.append(door)
        await door.open()
        self._on_open(Opened(url_of(host, self._port), host, self._port, self._asked, tokens))

    async def _move(self) -> None:
        # Two sockets cannot listen at one port when one of them is for all addresses.
        self._doors[-1].shut()
        try:
            await self._open(Tokens.VALID)
        except CannotListen as error:
            log.error("%s", error)
            await self._open(Tokens.UNKNOWN)

    async def _tokens(self) -> Tokens:
        book = self._site.tokens
        try:
            if await book.any_valid():
                return Tokens.VALID
            return Tokens.INVALID if await book.needed() else Tokens.NONE
        except StoreError:
            return Tokens.UNKNOWN
