"""A database that a later version of Baton has upgraded: whether this version can go on writing to it.

While versions change places, workers of the one before write to the schema of the one after. Migrations see to it that
they can; here it is looked at, since nobody knows how much later the other version is.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, Inspector, MetaData, Table, inspect

from baton.store.drift import TABLES, Difference, refused_words


def hindrances(connection: Connection, known: MetaData = TABLES) -> list[Difference]:
    """What of the tables keeps code that knows the tables ``known`` from writing; empty when nothing does.

    What that code does not know of may be there, as long as rows can be written without it.
    """
    inspector = inspect(connection)
    present = set(inspector.get_table_names())
    return [
        Difference(table.name, what)
        for table in known.sorted_tables
        for what in (_of_table(inspector, table) if table.name in present else ["the table is missing"])
    ]


def _of_table(inspector: Inspector, table: Table) -> Iterator[str]:
    present = {column["name"]: column for column in inspector.get_columns(table.name)}
    for column in table.columns:
        if (found := present.pop(column.name, None)) is None:
            yield f"the column {column.name!r} is missing"
        elif column.nullable and not found["nullable"]:
            yield f"the column {column.name!r} refuses NULL"
    for name, new in present.items():
        if not new["nullable"] and new["default"] is None and not new.get("computed"):
            yield f"the column {name!r}, which is new, has no default and refuses NULL"
    for check, words in refused_words(inspector, table):
        yield f"the check {check!r} refuses {', '.join(words)}"
