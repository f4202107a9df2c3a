"""How the tables and views of a database differ from those that this version of Baton has, in plain words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import CheckConstraint, Connection, Inspector, Table, inspect, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.types import TypeEngine

from baton.store.months.layout import divided_tables, end_of, key_with
from baton.store.months.making import months_left
from baton.store.summaries.totals import TOTALS
from baton.store.tables import Base, BuildWorkflow
from baton.store.views import INNER_VIEWS, VIEWS

TABLES = Base.metadata
"""All tables, summaries and totals included."""

_FEW_MONTHS = 2
_TRIGGERS = {
    "unsummarize": BuildWorkflow.__tablename__,
    **{
        total.__tablename__.replace("total", does): summary.__tablename__
        for total, summary in TOTALS.items()
        for does in ("add", "subtract")
    },
}
_FIND_TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: in which table, and what it is."""

    table: str
    what: str

    def __str__(self) -> str:
        return f"{self.table}: {self.what}"


def table_differences(connection: Connection) -> list[Difference]:
    """Every difference in tables, columns, indexes, foreign keys and enum checks. What is there besides may be."""
    inspector = inspect(connection)
    present = set(inspector.get_table_names())
    differences = []
    for table in TABLES.sorted_tables:
        found = _of_table(inspector, table, connection) if table.name in present else ["the table is missing"]
        differences += [Difference(table.name, what) for what in found]
    return differences + _months(connection)


def _months(connection: Connection) -> list[Difference]:
    """Tables that are divided by months and soon have none left."""
    told = "has partitions up to {:%Y-%m-%d} alone; run: python starter.py db partition"
    return [
        Difference(table, told.format(end_of(connection, table)))
        for table in sorted(divided_tables(connection))
        if months_left(connection, table) < _FEW_MONTHS
    ]


def refused_words(inspector: Inspector, table: Table) -> Iterator[tuple[str, list[str]]]:
    """The enum checks of ``table`` that refuse words of this version, each with these words."""
    present = _present_checks(inspector, table)
    for name, wanted in _wanted_checks(table):
        if missing := sorted(wanted - present.get(name, wanted)):
            yield name, missing


def view_differences(connection: Connection) -> list[Difference]:
    """Every view, and column of one, that is missing or cannot be read. What is there besides may be."""
    inspector = inspect(connection)
    present = set(inspector.get_view_names())
    differences = []
    for view in (*VIEWS.sorted_tables, *INNER_VIEWS.sorted_tables):
        found = _of_view(inspector, view) if view.name in present else ["the view is missing"]
        differences += [Difference(view.name, what) for what in found]
    return differences


def trigger_differences(connection: Connection) -> list[Difference]:
    """Every trigger that keeps summaries true and is missing."""
    present = set(connection.scalars(text(_FIND_TRIGGERS[connection.dialect.name])))
    return [
        Difference(table, f"the trigger {name!r} is missing")
        for name, table in _TRIGGERS.items()
        if name not in present
    ]


def _of_view(inspector: Inspector, view: Table) -> Iterator[str]:
    try:
        present = {column["name"] for column in inspector.get_columns(view.name)}
    except OperationalError as error:  # on SQLite a view stays when what it reads goes
        yield f"the view cannot be read: {error.orig}"
        return
    yield from (f"the column {column.name!r} is missing" for column in view.columns if column.name not in present)


def _of_table(inspector: Inspector, table: Table, connection: Connection) -> Iterator[str]:
    divided = table.name in divided_tables(connection)
    yield from _columns(inspector, table, connection)
    yield from _key(inspector, table, divided=divided)
    yield from _indexes(inspector, table, divided=divided)
    yield from _foreign_keys(inspector, table)
    yield from _checks(inspector, table)


def _columns(inspector: Inspector, table: Table, connection: Connection) -> Iterator[str]:
    def spelt(kind: TypeEngine[object]) -> str:
        return kind.compile(connection.dialect)

    present = {column["name"]: column for column in inspector.get_columns(table.name)}
    for column in table.columns:
        found = present.get(column.name)
        if found is None:
            yield f"the column {column.name!r} is missing"
            continue
        if spelt(found["type"]) != spelt(column.type):
            yield f"the column {column.name!r} is {spelt(found['type'])}, not {spelt(column.type)}"
        if found["nullable"] != column.nullable:
            yield f"the column {column.name!r} {'takes' if found['nullable'] else 'refuses'} NULL"


def _key(inspector: Inspector, table: Table, *, divided: bool) -> Iterator[str]:
    key = inspector.get_pk_constraint(table.name)["constrained_columns"]
    wanted = [column.name for column in table.primary_key]
    if key != (key_with(wanted) if divided else wanted):
        yield f"the primary key is {', '.join(key) or 'missing'}"


def _indexes(inspector: Inspector, table: Table, *, divided: bool) -> Iterator[str]:
    present = {index["name"]: index for index in inspector.get_indexes(table.name)}
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        found = present.get(str(index.name))
        columns = [column.name for column in index.columns]
        columns = key_with(columns) if divided and index.unique else columns
        if found is None:
            yield f"the index {str(index.name)!r} on {', '.join(columns)} is missing"
            continue
        if found["column_names"] != columns:
            has = ", ".join(str(name) for name in found["column_names"])
            yield f"the index {str(index.name)!r} is on {has}, not on {', '.join(columns)}"
        if bool(found["unique"]) != bool(index.unique):
            yield f"the index {str(index.name)!r} is {'' if found['unique'] else 'not '}unique"
        where = f"{inspector.dialect.name}_where"
        if index.dialect_kwargs.get(where) is not None and where not in found.get("dialect_options", {}):
            yield f"the index {str(index.name)!r} is on all rows, not WHERE {index.dialect_kwargs[where]}"


def _foreign_keys(inspector: Inspector, table: Table) -> Iterator[str]:
    present = {
        (tuple(key["constrained_columns"]), key["referred_table"], tuple(key["referred_columns"])): key
        for key in inspector.get_foreign_keys(table.name)
    }
    for wanted in table.foreign_key_constraints:
        columns = tuple(column.name for column in wanted.columns)
        target = wanted.elements[0].column
        text = f"the foreign key from {', '.join(columns)} to {target.table.name}.{target.name}"
        found = present.get((columns, target.table.name, (target.name,)))
        if found is None:
            yield f"{text} is missing"
        elif found["options"].get("ondelete") != wanted.ondelete:
            yield f"{text} does not say ON DELETE {wanted.ondelete}"


def _checks(inspector: Inspector, table: Table) -> Iterator[str]:
    present = _present_checks(inspector, table)
    for name, wanted in _wanted_checks(table):
        found = present.get(name)
        if found is None:
            yield f"the check {name!r} is missing"
            continue
        if missing := sorted(wanted - found):
            yield f"the check {name!r} refuses {', '.join(missing)}"
        if surplus := sorted(found - wanted):
            yield f"the check {name!r} takes {', '.join(surplus)}"


def _present_checks(inspector: Inspector, table: Table) -> dict[str, set[str]]:
    return {str(check["name"]): _words(check["sqltext"]) for check in inspector.get_check_constraints(table.name)}


def _wanted_checks(table: Table) -> list[tuple[str, set[str]]]:
    checks = [check for check in table.constraints if isinstance(check, CheckConstraint)]
    return sorted(
        (str(check.name), _words(str(check.sqltext.compile(compile_kwargs={"literal_binds": True}))))
        for check in checks
    )


def _words(condition: str) -> set[str]:
    return set(re.findall(r"'([^']*)'", condition))
