"""Transactions that say in Baton's words what went wrong."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import BigInteger, Connection, Engine, bindparam, exc, func, select
from sqlalchemy.orm import Session

from baton.store.errors import DatabaseUnavailable, SchemaOutdated
from baton.store.ids import lock_number
from baton.store.urls import redacted, scrubbed

_UNDEFINED = {"42P01", "42703"}
_UNDEFINED_IN_SQLITE = ("no such table", "no such column", "has no column")
_MAX_MESSAGE = 500
_WAIT_TURN = select(func.pg_advisory_xact_lock(bindparam("number", type_=BigInteger)))


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that looks, and sees one moment. Raises :class:`DatabaseUnavailable`, :class:`SchemaOutdated`."""
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with told(engine), Session(engine) as session, session.begin():
        yield session


@contextmanager
def asking(engine: Engine) -> Iterator[Session]:
    """A session for one question, which sees one moment by itself: PostgreSQL need not be told to keep to it.

    Raises what :func:`reading` raises.
    """
    with told(engine), Session(engine) as session, session.begin():
        yield session


@contextmanager
def writing(engine: Engine, lock: UUID) -> Iterator[Session]:
    """A session that changes things in one transaction; whoever writes under the same ``lock`` waits its turn.

    PostgreSQL takes an advisory lock, which covers rows that do not exist yet; SQLite has one write lock for the file.
    """
    with alone(engine, lock) as connection, Session(connection) as session:
        yield session
        session.flush()


@contextmanager
def alone(engine: Engine, lock: UUID) -> Iterator[Connection]:
    """Like :func:`writing`, with a bare connection."""
    with told(engine), engine.execution_options(sqlite_begin="IMMEDIATE").begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(_WAIT_TURN, {"number": lock_number(lock)})
        yield connection


@contextmanager
def told(engine: Engine) -> Iterator[None]:
    """Turn what the database says into errors of the store."""
    try:
        yield
    except exc.DBAPIError as error:
        message = scrubbed(str(error.orig).strip(), engine.url)[:_MAX_MESSAGE]
        if _lacks_a_table(error):
            raise SchemaOutdated(
                f"the tables of {redacted(engine.url)} are not those of this version of Baton ({message}); "
                f"run: {upgrade_command(engine)}"
            ) from error
        if isinstance(error, exc.OperationalError | exc.InterfaceError) or type(error) is exc.DatabaseError:
            raise DatabaseUnavailable(f"the database {redacted(engine.url)} cannot be used: {message}") from error
        raise
    except exc.TimeoutError as error:
        raise DatabaseUnavailable(
            f"the database {redacted(engine.url)} cannot be used: all of its connections are busy"
        ) from error


def upgrade_command(engine: Engine) -> str:
    """What a person runs to bring the schema up to date; the password is left for that person to fill in."""
    return f"python starter.py db upgrade --database-url '{redacted(engine.url)}'"


def _lacks_a_table(error: exc.DBAPIError) -> bool:
    if getattr(error.orig, "sqlstate", None) in _UNDEFINED:
        return True
    return isinstance(error.orig, sqlite3.Error) and any(text in str(error.orig) for text in _UNDEFINED_IN_SQLITE)
