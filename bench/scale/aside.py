"""Indexes and keys of tables that are being filled, laid aside until the rows are there: they cost less at once.

The statements that make them are written down in the database, in the transaction in which they go: whoever finds a
database whose filling was cut short puts all back.
"""

import time
from collections.abc import Callable, Iterable

from sqlalchemy import Connection, Engine, bindparam, inspect, text

_MAKE = "CREATE TABLE IF NOT EXISTS laid_aside (place INTEGER PRIMARY KEY, name TEXT NOT NULL, statement TEXT NOT NULL)"
_NOTE = text("INSERT INTO laid_aside VALUES (:place, :name, :statement)")

_OF_SQLITE = text(
    "SELECT name, sql, '' FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN :tables"
)
_OF_POSTGRESQL = text(
    """
WITH wanted AS (SELECT oid FROM pg_class WHERE relname IN :tables AND relnamespace = current_schema()::regnamespace),
keys AS (
  SELECT conname, conindid, conrelid::regclass AS owner, contype = 'f' AS points,
    pg_get_constraintdef(oid) AS definition
  FROM pg_constraint
  WHERE contype IN ('p', 'u', 'f') AND (conrelid IN (SELECT oid FROM wanted) OR confrelid IN (SELECT oid FROM wanted))
)
SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS statement, '' AS owner, 1 AS turn
FROM pg_index
WHERE indrelid IN (SELECT oid FROM wanted) AND indexrelid NOT IN (SELECT conindid FROM keys WHERE NOT points)
UNION ALL
SELECT conname, format('ALTER TABLE %s ADD CONSTRAINT %I %s', owner, conname, definition), owner::text, 2 + points::int
FROM keys
ORDER BY turn, name
"""
)

_LAST = 1_000_000

Tell = Callable[[str], None]


def lay_aside(engine: Engine, tables: Iterable[str], *, also: Iterable[str] = ()) -> None:
    """Drop the indexes of ``tables``; in PostgreSQL their primary keys, and foreign keys of them and to them, too.

    ``also`` are statements that :func:`put_back` is to run when all is there again.
    """
    query = _OF_SQLITE if engine.dialect.name == "sqlite" else _OF_POSTGRESQL
    with engine.begin() as connection:
        connection.exec_driver_sql(_MAKE)
        first = connection.scalar(
            text("SELECT coalesce(max(place), 0) + 1 FROM laid_aside WHERE place < :last"), {"last": _LAST}
        )
        found = connection.execute(query.bindparams(bindparam("tables", list(tables), expanding=True))).all()
        for place, (name, statement, *_) in enumerate(found, first):
            connection.execute(_NOTE, {"place": place, "name": name, "statement": statement})
        for place, statement in enumerate(also, _LAST):
            known = {"place": place, "name": " ".join(statement.split()[:3]), "statement": statement}
            connection.execute(text("DELETE FROM laid_aside WHERE place = :place"), known)
            connection.execute(_NOTE, known)
        for name, _, owner, *_ in reversed(found):  # what points to a key goes before it
            drop = f'ALTER TABLE {owner} DROP CONSTRAINT "{name}"' if owner else f'DROP INDEX "{name}"'
            connection.exec_driver_sql(drop)


def is_left_aside(engine: Engine) -> bool:
    """Whether something was laid aside and not all of it put back."""
    return inspect(engine).has_table("laid_aside")


def put_back(engine: Engine, tell: Tell, only: Iterable[str] | None = None) -> None:
    """Make again whatever was laid aside, or what has one of these names."""
    with engine.begin() as connection:
        connection.exec_driver_sql(_MAKE)
        found = connection.execute(text("SELECT place, name, statement FROM laid_aside ORDER BY place")).all()
    left = [one for one in found if only is None or one[1] in only]
    for place, name, statement in left:
        began = time.monotonic()
        with engine.begin() as connection:
            _hurry(connection)
            connection.exec_driver_sql(statement)
            connection.execute(text("DELETE FROM laid_aside WHERE place = :place"), {"place": place})
        if time.monotonic() - began > 1:
            tell(f"  {name}: {time.monotonic() - began:.0f} s")
    if len(left) == len(found):
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE laid_aside")


def _hurry(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL maintenance_work_mem = '1GB'")
        connection.exec_driver_sql("SET LOCAL work_mem = '256MB'")
