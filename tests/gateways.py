"""A gateway of a test's own: the real server, on a free port, in a thread with an event loop of its own."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import Engine

from baton.domain.access import Grant
from baton.domain.vocabulary import AccessRole
from baton.runtime.settings import Settings
from baton.store.tokens import create_token
from gateway.web.server import Opened, serve

NO_TEMPORAL = {"TEMPORAL_ADDRESS": "127.0.0.1:9", "TEMPORAL_CONFIG_FILE": "/dev/null"}
"""An environment in which Temporal is away."""


@dataclass
class Gateway:
    """A gateway that answers at ``url``. ``opened`` is everywhere it opened, in order."""

    url: str
    settings: Settings
    opened: list[Opened]
    stop: Callable[[], None]
    """Tell it to stop, as a signal does."""

    def until(self, there: Callable[[], bool], seconds: float = 20.0) -> None:
        """Wait until something is so."""
        deadline = time.monotonic() + seconds
        while not there():
            assert time.monotonic() < deadline, "it did not come to that"
            time.sleep(0.02)

    def client(self, token: str | None = None, **headers: str) -> httpx2.Client:
        """A client of it, with ``token``."""
        bearer = {} if token is None else {"Authorization": f"Bearer {token}"}
        return httpx2.Client(base_url=self.url, headers=bearer | headers, timeout=20)


@contextmanager
def gateway(
    home: Path, database_url: str, environ: Mapping[str, str] | None = None, **settings: Any
) -> Iterator[Gateway]:
    """Run one until the context ends; it has to end within seconds, with no error."""
    made = Settings(home=home, database_url=database_url, **({"gateway_port": 0} | settings))
    opened: list[Opened] = []
    up, stopping = threading.Event(), threading.Event()
    loop = asyncio.new_event_loop()

    def on_open(where: Opened) -> None:
        opened.append(where)
        up.set()

    work = loop.create_task(serve(made, NO_TEMPORAL if environ is None else environ, local_name="ada", on_open=on_open))
    work.add_done_callback(lambda _: up.set())

    def stop() -> None:
        # Once: a second time would break off the good order in which it ends.
        if not stopping.is_set():
            stopping.set()
            loop.call_soon_threadsafe(work.cancel)

    thread = threading.Thread(target=_run, args=(loop, work))
    thread.start()
    try:
        assert up.wait(20), "the gateway did not open"
        if opened:
            yield Gateway(opened[0].url, made, opened, stop)
    finally:
        stop()
        thread.join(10)
        assert not thread.is_alive(), "the gateway did not stop"
        loop.close()
    if not work.cancelled():
        work.result()


def token(engine: Engine, role: AccessRole = AccessRole.ADMIN, *, name: str = "grace", **given: Any) -> str:
    """A new token."""
    grant = Grant(role=role, **{key: given.pop(key) for key in ("agent_role", "projects") if key in given})
    text, _ = create_token(engine, name=name, grant=grant, created_by="ada", now=datetime.now(UTC), **given)
    return text


def _run(loop: asyncio.AbstractEventLoop, work: asyncio.Task[None]) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(asyncio.wait([work]))
        loop.run_until_complete(loop.shutdown_default_executor())
    finally:
        asyncio.set_event_loop(None)
