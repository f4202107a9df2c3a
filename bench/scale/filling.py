"""Filling a database with a population: by COPY into PostgreSQL, by inserts into SQLite; then summaries and statistics.

What was written stays when it is cut short, and goes on from there when it is begun again.
"""

import time
from collections.abc import Callable
from functools import cache
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Engine, Index, func, select, text

from baton.store import schema
from baton.store.summaries.summarizing import summarize
from baton.store.tables import Base, BuildWorkflow
from bench.scale.copies import TABLES, Copying, columns_of
from bench.scale.patterns import patterns
from bench.scale.population import Member, population

_AT_A_TIME = 2_000
_SUMMARIZED_AT_A_TIME = 1_000
_ENOUGH = 20_000
"""From so many builds on, indexes are made after the rows."""

_patterns = cache(patterns)

Tell = Callable[[str], None]


def fill(engine: Engine, size: int, *, seed: int = 1, summaries: bool = True, tell: Tell = print) -> None:
    """Have ``engine`` hold the first ``size`` builds of the population, in a database of their own."""
    schema.upgrade(engine)
    with engine.connect() as connection:
        first = connection.scalar(select(func.count()).select_from(BuildWorkflow)) or 0
    indexes = [index for table in TABLES for index in table.__table__.indexes]  # type: ignore[attr-defined]
    if first < size:
        _write(engine, size, seed, first, indexes, tell)
    _index(engine, indexes, tell)
    began, done = time.monotonic(), 0
    while summaries and (found := summarize(engine, limit=_SUMMARIZED_AT_A_TIME)):
        done += found
        _told(tell, "summarized", done, size, began)
    _settle(engine)


def _write(engine: Engine, size: int, seed: int, first: int, indexes: list[Index], tell: Tell) -> None:
    if size - first >= _ENOUGH:
        with engine.begin() as connection:
            for index in indexes:
                index.drop(connection, checkfirst=True)
    members, copying = population(_patterns(), size, seed, first), Copying(engine.dialect.name)
    began, done = time.monotonic(), first
    while piece := list(islice(members, _AT_A_TIME)):
        _insert(engine, copying, piece)
        done += len(piece)
        _told(tell, "builds", done, size, began, first)


def _index(engine: Engine, indexes: list[Index], tell: Tell) -> None:
    for index in indexes:
        began = time.monotonic()
        with engine.begin() as connection:
            index.create(connection, checkfirst=True)
        if time.monotonic() - began > 1:
            tell(f"  {index.name}: {time.monotonic() - began:.0f} s")


def _insert(engine: Engine, copying: Copying, members: list[Member]) -> None:
    rows: dict[type[Base], list[tuple[Any, ...]]] = {table: [] for table in TABLES}
    for member in members:
        build, handoffs, events = copying.rows(member)
        for table, found in zip(TABLES, ([build], handoffs, events), strict=True):
            rows[table] += found
    with engine.begin() as connection:
        for table, found in rows.items():
            (_copy if engine.dialect.name == "postgresql" else _execute)(connection, table, found)


def _copy(connection: Connection, table: type[Base], rows: list[tuple[Any, ...]]) -> None:
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # the keys are true
        with cursor.copy(f"COPY {table.__tablename__} ({', '.join(_quoted(table))}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def _execute(connection: Connection, table: type[Base], rows: list[tuple[Any, ...]]) -> None:
    names = _quoted(table)
    statement = f"INSERT INTO {table.__tablename__} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608 - our names
    connection.exec_driver_sql(statement, rows)


def _quoted(table: type[Base]) -> list[str]:
    return [f'"{name}"' for name in columns_of(table)]


def _settle(engine: Engine) -> None:
    """Statistics for the planner and, in PostgreSQL, the map of what everybody sees."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "ANALYZE"))


def _told(tell: Tell, what: str, done: int, size: int, began: float, first: int = 0) -> None:
    if done % 50_000 < _AT_A_TIME or done == size:
        rate = (done - first) / max(time.monotonic() - began, 0.001)
        tell(f"  {done:,} of {size:,} {what}, {rate:,.0f} a second")
