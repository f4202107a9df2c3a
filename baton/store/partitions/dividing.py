"""Dividing events and handoffs by months, in PostgreSQL: no row is moved, and what reads them goes on reading them.

The tables that are there become the first partition, whole, under another name; tables that are divided take their
names. What hangs on a name is made anew: keys, indexes, the views for reports, and who may read.
"""

from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, Index, text
from sqlalchemy.schema import CreateIndex

from baton.store.errors import CannotDivide
from baton.store.months.layout import DIVIDED, KEY, divided_tables, key_with, month_of, months_after
from baton.store.months.making import make_months
from baton.store.partitions.readers import foreign_views, keep_readers
from baton.store.schema import LOCK, require_usable
from baton.store.tables import Base
from baton.store.transactions import alone

_WAIT = "30s"
"""How long the tables are waited for: meanwhile nobody else gets at them."""


def divide(engine: Engine, ahead: int) -> list[str]:
    """Divide the tables, if they are not yet, and make partitions up to ``ahead`` months after this one.

    The partitions that were made. Safe to be done again, which makes those of further months. The mirror waits
    meanwhile: for as long as an index of each table is made, the first time. Raises :class:`CannotDivide`,
    and as :func:`~baton.store.schema.require_usable`.
    """
    if engine.dialect.name != "postgresql":
        raise CannotDivide("SQLite has no partitions: keep the mirror in PostgreSQL to divide it")
    require_usable(engine)
    with alone(engine, LOCK) as connection:
        connection.execute(text(f"SET LOCAL lock_timeout = '{_WAIT}'"))
        made = []
        if whole := [table for table in DIVIDED if table not in divided_tables(connection)]:
            made += _divide(connection, whole)
        for table in DIVIDED:
            made += make_months(connection, table, ahead)
        return made


def _divide(connection: Connection, tables: list[str]) -> list[str]:
    if views := foreign_views(connection):
        raise CannotDivide(
            f"views that are not Baton's read these tables, and would go on reading what is there now alone: "
            f"{', '.join(views)}. Drop them, divide, and create them again"
        )
    with keep_readers(connection, tables):
        return [_replace(connection, table) for table in tables]


def _replace(connection: Connection, table: str) -> str:
    """Put a divided table in the place of ``table``; what it was called becomes its first partition."""
    before = f"{table}_before"
    latest = connection.scalar(text(f"SELECT max({KEY}) FROM {table}")) or datetime.now(UTC)  # noqa: S608 - our names
    ends = months_after(month_of(max(latest, datetime.now(UTC))), 1)
    described = Base.metadata.tables[table]
    _run(
        connection,
        f"ALTER TABLE {table} RENAME TO {before}",
        f"ALTER TABLE {before} DROP CONSTRAINT pk_{table}",
        *(f"ALTER INDEX {index.name} RENAME TO {_moved(index, table)}" for index in described.indexes),
        *(f"DROP INDEX {_moved(index, table)}" for index in described.indexes if index.unique),
        f"CREATE TABLE {table} (LIKE {before} INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY RANGE ({KEY})",
        f"ALTER TABLE {table} ADD CONSTRAINT pk_{table} PRIMARY KEY ({', '.join(key_with(['id']))})",
        f"ALTER TABLE {table} ADD CONSTRAINT fk_{table}_workflow_id FOREIGN KEY (workflow_id) "
        "REFERENCES build_workflows (id) ON DELETE CASCADE",
    )
    for index in described.indexes:
        connection.execute(CreateIndex(_widened(index) if index.unique else index))
    _run(
        connection,
        f"ALTER TABLE {table} ATTACH PARTITION {before} FOR VALUES FROM (MINVALUE) TO ('{ends.isoformat()}')",
        f"CREATE TABLE {table}_default PARTITION OF {table} DEFAULT",
        f"ANALYZE {table}",
    )
    return before


def _moved(index: Index, table: str) -> str:
    return str(index.name).replace(table, f"{table}_before", 1)


def _widened(index: Index) -> Index:
    """A unique index with the column by which its table is divided."""
    assert index.table is not None
    copy = index.table.to_metadata(type(index.table.metadata)())
    columns = [copy.columns[name] for name in key_with([column.name for column in index.columns])]
    return Index(str(index.name), *columns, unique=True, postgresql_where=index.dialect_kwargs["postgresql_where"])


def _run(connection: Connection, *statements: str) -> None:
    for statement in statements:
        connection.execute(text(statement))
