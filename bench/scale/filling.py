"""Filling a database with a population: rows, then indexes, summaries and statistics.

What was written stays when it is cut short, and goes on from there when it is begun again.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, select

from baton.store import schema
from baton.store.migrations.triggers_of_0008 import adding_up
from baton.store.statistics import refresh_statistics
from baton.store.summaries.totals import SUMMARIES
from baton.store.tables import BuildWorkflow
from bench.scale.aside import is_left_aside, lay_aside, put_back
from bench.scale.copies import TABLES
from bench.scale.population import number_of
from bench.scale.summing import NEEDED, summarize_all
from bench.scale.writing import Piece, write_all

_AT_A_TIME = 1_000
_ENOUGH = 20_000
"""From so many builds on, indexes are made after the rows, and PostgreSQL need not have all on the disk meanwhile."""

_HASTE = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "1h",
}

Tell = Callable[[str], None]


def fill(engine: Engine, size: int, *, seed: int = 1, summaries: bool = True, tell: Tell = print) -> None:
    """Have ``engine`` hold the first ``size`` builds of the population, in a database of their own."""
    schema.upgrade(engine)
    pieces = _missing(engine, size)
    count = sum(end - first for first, end in pieces)
    much = count >= _ENOUGH or is_left_aside(engine)
    with _hastily(engine, much):
        if count >= _ENOUGH:
            lay_aside_all(engine)
        watch = _Watch(tell, "builds", size, size - count)
        for done in write_all(engine, size, seed, pieces):
            watch.told(done)
        if summaries:
            put_back(engine, tell, only=NEEDED)
            if engine.dialect.name == "postgresql":
                _run(engine, "ANALYZE")
            watch = _Watch(tell, "summarized", size, 0)
            for done in summarize_all(engine, apart=much and engine.dialect.name == "postgresql"):
                watch.told(done)
        put_back(engine, tell)
    _settle(engine)


def lay_aside_all(engine: Engine) -> None:
    """Lay aside the indexes of all that is filled; in PostgreSQL also totals, which are then made at once."""
    tables = [table.__tablename__ for table in (*TABLES, *SUMMARIES)]
    lay_aside(engine, tables, also=adding_up() if engine.dialect.name == "postgresql" else ())


def _missing(engine: Engine, size: int) -> list[Piece]:
    """The numbers of builds that are not there yet, in pieces."""
    with engine.connect() as connection:
        there = {number_of(build_id) for build_id in connection.scalars(select(BuildWorkflow.build_id))}
    pieces: list[Piece] = []
    for number in range(size):
        if number in there:
            continue
        if pieces and pieces[-1][1] == number and number - pieces[-1][0] < _AT_A_TIME:
            pieces[-1] = (pieces[-1][0], number + 1)
        else:
            pieces.append((number, number + 1))
    return pieces


@contextmanager
def _hastily(engine: Engine, much: bool) -> Iterator[None]:
    """While there is much to write, a PostgreSQL that is lost with the machine; afterwards one as it is shipped."""
    if engine.dialect.name == "postgresql" and much:
        _set(engine, [f"ALTER SYSTEM SET {name} = '{value}'" for name, value in _HASTE.items()])
        try:
            yield
        finally:
            _set(engine, [f"ALTER SYSTEM RESET {name}" for name in _HASTE])
            _run(engine, "CHECKPOINT")
            os.sync()
    else:
        yield


def _set(engine: Engine, statements: list[str]) -> None:
    _run(engine, *statements, "SELECT pg_reload_conf()")


def _run(engine: Engine, *statements: str) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def _settle(engine: Engine) -> None:
    """Statistics for the planner and, in PostgreSQL, the map of what everybody sees."""
    if engine.dialect.name == "postgresql":
        _run(engine, "VACUUM ANALYZE")
    else:
        refresh_statistics(engine)


class _Watch:
    """Tells now and then how far it is and how fast it goes."""

    def __init__(self, tell: Tell, what: str, size: int, done: int) -> None:
        self._tell, self._what, self._size, self._done, self._first = tell, what, size, done, done
        self._began = time.monotonic()

    def told(self, more: int) -> None:
        """So many more are done."""
        before, self._done = self._done, self._done + more
        if self._done // 50_000 > before // 50_000 or self._done == self._size:
            rate = (self._done - self._first) / max(time.monotonic() - self._began, 0.001)
            self._tell(f"  {self._done:,} of {self._size:,} {self._what}, {rate:,.0f} a second")
