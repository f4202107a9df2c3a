"""The partitions of the months to come."""

from datetime import UTC, datetime

from sqlalchemy import Connection, text

from baton.store.months.layout import KEY, end_of, month_of, months_after, name_of


def make_months(connection: Connection, table: str, ahead: int) -> list[str]:
    """Make those that are missing, from the end of the last one up to ``ahead`` months after this one."""
    month, last = end_of(connection, table), months_after(month_of(datetime.now(UTC)), ahead)
    made = []
    while month <= last:
        made.append(_make(connection, table, month))
        month = months_after(month, 1)
    return made


def months_left(connection: Connection, table: str) -> int:
    """For how many months after this one there are partitions."""
    ends, this = end_of(connection, table), month_of(datetime.now(UTC))
    return (ends.year - this.year) * 12 + ends.month - this.month - 1


def _make(connection: Connection, table: str, month: datetime) -> str:
    """The partition of that month, with the rows of it that lie where what belongs to none does."""
    name, begins, ends = name_of(table, month), month.isoformat(), months_after(month, 1).isoformat()
    within = f"{KEY} >= '{begins}' AND {KEY} < '{ends}'"
    for statement in (
        f"CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)",
        f"WITH gone AS (DELETE FROM {table}_default WHERE {within} RETURNING *) INSERT INTO {name} SELECT * FROM gone",  # noqa: S608 - our names
        f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ('{begins}') TO ('{ends}')",
    ):
        connection.execute(text(statement))
    return name
