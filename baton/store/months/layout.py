"""How events and handoffs are divided in PostgreSQL, where they are: by months of the time that each row tells of.

What was there before they were divided is one partition, ``…_before``. Months ahead are made beforehand; what belongs
to none of them lies in ``…_default``.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, text

from baton.store.tables import WorkflowEvent, WorkflowHandoff

DIVIDED = (WorkflowHandoff.__tablename__, WorkflowEvent.__tablename__)
"""The tables that can be divided."""

KEY = "timestamp"
"""The column by which they are; every unique index has to hold it."""

_BOUND = re.compile(r"FROM \((MINVALUE|'[^']+')\) TO \('([^']+)'\)")
_FIND = text("""
    SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) AS bound
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = to_regclass(:name) ORDER BY c.relname
""")
_DIVIDED = text("""
    SELECT relname FROM pg_class
    WHERE relkind = 'p' AND relnamespace = current_schema()::regnamespace AND relname = ANY(:names)
""")


@dataclass(frozen=True, slots=True)
class Partition:
    """One partition. ``begins`` is ``None`` for that of all before; it holds what is before ``ends``."""

    name: str
    begins: datetime | None
    ends: datetime


def divided_tables(connection: Connection) -> set[str]:
    """Those of the tables that are divided; none on SQLite."""
    if connection.dialect.name != "postgresql":
        return set()
    return set(connection.scalars(_DIVIDED, {"names": list(DIVIDED)}))


def partitions_of(connection: Connection, table: str) -> list[Partition]:
    """Its partitions, the oldest first, but for the one of what belongs to none."""
    connection.execute(text("SET LOCAL timezone = 'UTC'"))
    found = [
        Partition(name, None if match[1] == "MINVALUE" else _moment(match[1].strip("'")), _moment(match[2]))
        for name, bound in connection.execute(_FIND, {"name": table})
        if (match := _BOUND.search(bound))
    ]
    return sorted(found, key=lambda one: one.ends)


def end_of(connection: Connection, table: str) -> datetime:
    """Where its last partition ends; the beginning of this month where there is none."""
    found = partitions_of(connection, table)
    return found[-1].ends if found else month_of(datetime.now(UTC))


def month_of(moment: datetime) -> datetime:
    """The beginning of its month, in UTC."""
    day = moment.astimezone(UTC)
    return datetime(day.year, day.month, 1, tzinfo=UTC)


def months_after(month: datetime, number: int) -> datetime:
    """The beginning of the month so many months later."""
    index = month.year * 12 + month.month - 1 + number
    return datetime(index // 12, index % 12 + 1, 1, tzinfo=UTC)


def name_of(table: str, month: datetime) -> str:
    """What the partition of a month is called."""
    return f"{table}_p{month:%Y%m}"


def key_with(columns: Sequence[str]) -> list[str]:
    """The columns of a unique index, as they are where the table is divided."""
    return [*columns, KEY]


def _moment(bound: str) -> datetime:
    return datetime.fromisoformat(bound.strip("'")).astimezone(UTC)
