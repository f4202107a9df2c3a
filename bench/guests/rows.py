"""The rows that Baton writes for a build, written by another system: the same tables, the same bytes.

Standard library and psycopg only: it runs in the environments of the other systems. What is written is copied from a
build that Baton carried (`bench.systems.template`), under IDs of its own, one transaction for each transition.
"""

import json
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import LifoQueue
from typing import Any

Row = dict[str, Any]
_IDS = uuid.UUID("a7c44b5e-6c0e-5d2c-9d5c-0d7a5f3b9e11")
_BUSY_SECONDS = 60
_CONNECTIONS = 20
"""To PostgreSQL, which as it is shipped takes a hundred. SQLite has one writer: waiting for the one connection costs
less than to ask again and again whether the file is free."""


class Rows:
    """Writes into the database at ``url``, from any thread."""

    def __init__(self, url: str, template: Path) -> None:
        read = json.loads(template.read_text())
        self._build: Row = read["build"]
        self._transitions: list[dict[str, list[Row]]] = read["transitions"]
        self._url = url
        self.sqlite = url.startswith("sqlite")
        """Whether the database is SQLite."""
        self._idle: LifoQueue[Any] = LifoQueue()
        for _ in range(1 if self.sqlite else _CONNECTIONS):
            self._idle.put(None)

    @property
    def transitions(self) -> int:
        """How many there are: the start, and the end of each phase."""
        return len(self._transitions)

    def write(self, build: str, number: int) -> None:
        """Write the transition ``number`` (from 0) of ``build``, in a transaction of its own."""
        with self._connection() as connection:
            cursor = connection.cursor()
            try:
                if self.sqlite:
                    cursor.execute("BEGIN IMMEDIATE")
                self.write_with(cursor, build, number)
                connection.commit()
            except BaseException:
                connection.rollback()
                raise
            finally:
                cursor.close()

    def write_with(self, cursor: Any, build: str, number: int) -> None:
        """Write it with the driver's own ``cursor``, in the transaction that is open there."""
        for statement, values in self._statements(build, number):
            cursor.execute(statement, values)

    def _statements(self, build: str, number: int) -> Iterator[tuple[str, list[Any]]]:
        key = uuid.uuid5(_IDS, build).hex
        row = self._build | {"id": key, "build_id": build}
        kept = ", ".join(f"{name} = excluded.{name}" for name in row if name != "id")
        yield self._insert("build_workflows", row, f"DO UPDATE SET {kept}")
        for table, rows in self._transitions[number].items():
            for one in rows:
                own = uuid.uuid5(_IDS, f"{build} {table} {one['sequence']}").hex
                yield self._insert(table, one | {"id": own, "workflow_id": key}, "DO NOTHING")

    def _insert(self, table: str, row: Row, again: str) -> tuple[str, list[Any]]:
        mark = "?" if self.sqlite else "%s"
        marks = ", ".join([mark] * len(row))
        values = list(row.values())
        if not self.sqlite:  # as text, which the server reads as what the column is
            values = [None if value is None else str(value) for value in values]
        return f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks}) ON CONFLICT (id) {again}", values  # noqa: S608

    @contextmanager
    def _connection(self) -> Iterator[Any]:
        """One that nobody else has at the time."""
        connection = self._idle.get()
        try:
            connection = connection or self._connect()
            yield connection
        finally:
            self._idle.put(connection)

    def _connect(self) -> Any:
        if self.sqlite:
            path = self._url.removeprefix("sqlite:///")
            connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, check_same_thread=False)
            connection.isolation_level = None
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            return connection
        import psycopg

        return psycopg.connect(self._url)
