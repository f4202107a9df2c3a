"""Writing members of a population: by COPY into PostgreSQL, from several processes; by inserts into SQLite."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, Engine, Integer, MetaData, Table, insert

from baton.store.tables import Base, BuildWorkflow, WorkflowEvent, WorkflowHandoff
from bench.scale.copies import OWN, TABLES, Copying, Values
from bench.scale.patterns import Pattern, patterns
from bench.scale.population import population
from bench.scale.processes import in_processes

_SHARED = (WorkflowHandoff, WorkflowEvent)
_LEAST = 4_000
"""From so many builds on, PostgreSQL gets them from several processes."""

_SETTINGS = {
    "sqlite": ("PRAGMA foreign_keys = OFF", "PRAGMA temp_store = MEMORY", "PRAGMA cache_size = -500000"),
    "postgresql": ("SET session_replication_role = replica", "SET temp_buffers = '128MB'"),
}
"""For the connections that write: what they write needs no proof by foreign keys."""

Piece = tuple[int, int]
"""The numbers from one up to, and without, the other."""

_patterns = cache(patterns)


class Writer:
    """Writes over one connection. What members share lies in temporary tables, whose names end in ``_shared``."""

    def __init__(self, engine: Engine, size: int, seed: int) -> None:
        self._engine, self._size, self._seed = engine, size, seed
        self._connection = engine.connect()
        self._in_sqlite = engine.dialect.name == "sqlite"
        self._copying: dict[str, Copying] = {}
        self._first = 0
        driver: Any = self._connection.connection.driver_connection
        for statement in _SETTINGS[engine.dialect.name]:
            driver.execute(statement)
        driver.commit()
        with self._connection.begin():
            self._prepare()

    def __call__(self, piece: Piece) -> int:
        """Write the builds with these numbers, all or none; how many they are."""
        rows: dict[type[Base], list[Values]] = {table: [] for table in TABLES}
        with self._connection.begin():
            for member in population(_patterns(), self._size, self._seed, *piece):
                build, handoffs, events = self._of(member.pattern).rows(member)
                rows[BuildWorkflow].append(build)
                rows[WorkflowHandoff] += handoffs
                rows[WorkflowEvent] += events
            for table, found in rows.items():
                self._write(table, found)
        return piece[1] - piece[0]

    def close(self) -> None:
        """Give the connection back, without what was set for it."""
        self._connection.invalidate()
        self._connection.close()

    def _prepare(self) -> None:
        for table in _SHARED:
            for kind in ("shared", "fresh"):
                _temporary(table, kind).create(self._connection)

    def _of(self, pattern: Pattern) -> Copying:
        """What copies this pattern; it is made, and what its members share is written, when the first one comes."""
        if (known := self._copying.get(pattern.name)) is not None:
            return known
        copying = self._copying[pattern.name] = Copying(pattern, self._engine.dialect.name, self._first)
        for table in _SHARED:
            if rows := copying.shared[table]:
                numbered = [{"shared_row": number} | row for number, row in enumerate(rows, self._first)]
                self._connection.execute(insert(_temporary(table, "shared")), numbered)
        self._first += max(len(rows) for rows in copying.shared.values())
        return copying

    def _write(self, table: type[Base], rows: Sequence[Values]) -> None:
        if table is BuildWorkflow:
            self._insert(table.__tablename__, OWN[table], rows)
            return
        fresh, name = f"{table.__tablename__}_fresh", table.__tablename__
        self._insert(fresh, ("shared_row", *OWN[table]), rows)
        columns = [column.name for column in table.__table__.columns]
        values = [f"coalesce(f.{one}, s.{one})" if one in OWN[table] else f"s.{one}" for one in columns]
        self._connection.exec_driver_sql(
            f"INSERT INTO {name} ({', '.join(columns)}) SELECT {', '.join(values)} "  # noqa: S608 - our names
            f"FROM {fresh} f JOIN {name}_shared s ON s.shared_row = f.shared_row"
        )
        self._connection.exec_driver_sql(f"DELETE FROM {fresh}" if self._in_sqlite else f"TRUNCATE {fresh}")  # noqa: S608

    def _insert(self, name: str, columns: Iterable[str], rows: Sequence[Values]) -> None:
        names = ", ".join(f'"{column}"' for column in columns)
        if self._in_sqlite:
            holes = ", ".join("?" * len(rows[0]))
            self._connection.exec_driver_sql(f"INSERT INTO {name} ({names}) VALUES ({holes})", rows)  # noqa: S608
            return
        driver: Any = self._connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(f"COPY {name} ({names}) FROM STDIN") as copy:
            copy.write("".join(["\t".join(row) + "\n" for row in rows]))


def write_all(engine: Engine, size: int, seed: int, pieces: Sequence[Piece]) -> Iterator[int]:
    """Write these builds; how many more they are, again and again."""
    count = sum(end - first for first, end in pieces)
    if engine.dialect.name == "sqlite" or count < _LEAST:
        writer = Writer(engine, size, seed)
        try:
            yield from map(writer, pieces)
        finally:
            writer.close()
        return
    yield from in_processes(engine, Writer, (size, seed), pieces)


def _temporary(table: type[Base], kind: str) -> Table:
    columns = [Column(column.name, column.type) for column in table.__table__.columns]
    name = f"{table.__tablename__}_{kind}"
    return Table(name, MetaData(), Column("shared_row", Integer), *columns, prefixes=["TEMPORARY"])
