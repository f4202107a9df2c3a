"""Opening a database."""

import json
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from baton.store.errors import DatabaseUnavailable
from baton.store.urls import parse_url

_CONNECT_SECONDS = 5
_CONNECTIONS = 15
_KEPT = 5
_SQLITE_BUSY_MS = 15_000
_SQLITE_RECYCLE_SECONDS = 3_600
"""A connection knows the statistics of when it was made."""
_POSTGRESQL_OPTIONS: dict[str, str | int] = {
    "connect_timeout": _CONNECT_SECONDS,
    "application_name": "baton",
    # A host that vanishes is noticed in about a minute, not in two hours.
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}


def open_engine(url: str, *, connections: int = _CONNECTIONS) -> Engine:
    """An engine for ``url`` (SQLite file or PostgreSQL). Connects at first use, and at most so many times at once.

    Creates the folder of a SQLite file. Raises :class:`~baton.store.errors.UnsupportedDatabase`, and
    :class:`~baton.store.errors.DatabaseUnavailable` when that folder cannot be made.
    """
    parsed = parse_url(url)
    pool = {"pool_size": min(_KEPT, connections), "max_overflow": max(0, connections - _KEPT)}
    return _open_sqlite(parsed, pool) if parsed.get_backend_name() == "sqlite" else _open_postgresql(parsed, pool)


def begin_mode(connection: Connection) -> str:
    """How a transaction on SQLite begins: ``IMMEDIATE`` takes the one write lock at once, ``DEFERRED`` does not."""
    mode: str = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    return mode


def _open_postgresql(url: URL, pool: dict[str, int]) -> Engine:
    options = {name: value for name, value in _POSTGRESQL_OPTIONS.items() if name not in url.query}
    if (key_password := url.query.get("sslpassword")) is not None:
        url = url.difference_update_query(["sslpassword"])  # an engine shows the options of its URL
        options["sslpassword"] = str(key_password)
    engine = create_engine(
        url, connect_args=options, pool_pre_ping=True, hide_parameters=True, json_serializer=_serialize, **pool
    )
    event.listen(engine, "connect", _prepare_postgresql)
    return engine


def _open_sqlite(url: URL, pool: dict[str, int]) -> Engine:
    path = Path(str(url.database)).expanduser()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseUnavailable(f"the folder {str(path.parent)!r} cannot be made: {error.strerror}") from error
    engine = create_engine(
        url.set(database=str(path)),
        connect_args={"timeout": _SQLITE_BUSY_MS / 1000},
        hide_parameters=True,
        json_serializer=_serialize,
        pool_recycle=_SQLITE_RECYCLE_SECONDS,
        **pool,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    """A statement that is asked often is prepared, and PostgreSQL would plan it for any parameters, once: a report of a
    large project for a small one's. Compiling one to machine code takes longer than any of ours.
    """
    connection.autocommit = True
    for setting in ("plan_cache_mode = force_custom_plan", "jit = off"):
        connection.execute(f"SET {setting}")
    connection.autocommit = False


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # or the driver begins transactions when it thinks best, DDL left out
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_SQLITE_BUSY_MS}")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(f"BEGIN {begin_mode(connection)}")


def _serialize(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
