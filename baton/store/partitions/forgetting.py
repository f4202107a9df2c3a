"""Forgetting old builds: their partitions are dropped, and then their rows, which are few, are deleted.

Builds that run are kept, with everything since the month in which the oldest of them began. It is done in steps; when
it is cut short, the next time goes on where it was.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, delete, select, text

from baton.store.errors import CannotDivide
from baton.store.months.layout import DIVIDED, divided_tables, month_of, partitions_of
from baton.store.schema import LOCK, require_usable
from baton.store.tables import BuildWorkflow
from baton.store.transactions import alone, reading

_AT_A_TIME = 1000
_GONE = "_gone"
_NEVER = datetime(1, 1, 1, tzinfo=UTC)
_SET_ASIDE = text("""
    SELECT relname, obj_description(oid, 'pg_class') AS ends FROM pg_class
    WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND relname LIKE 'workflow\\_%\\_gone'
    ORDER BY relname
""")


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What went: the partitions, and how many builds, all of which began before ``before``.

    ``kept_by`` is the oldest build that runs, where it kept more from going.
    """

    before: datetime | None
    partitions: list[str]
    builds: int
    kept_by: str | None


def forget(engine: Engine, before: datetime) -> Forgotten:
    """Forget all builds that began before the month of ``before``, as far as whole partitions are before it.

    Raises :class:`CannotDivide` where the tables are not divided, and as :func:`~baton.store.schema.require_usable`.
    """
    require_usable(engine)
    with reading(engine) as session:
        if divided_tables(session.connection()) != set(DIVIDED):
            raise CannotDivide("the tables are not divided: run python starter.py db partition first")
    kept_by, until = _kept_by(engine, month_of(before))
    with alone(engine, LOCK) as connection:
        connection.execute(text("SET LOCAL lock_timeout = '30s'"))
        gone, ends = _set_aside(connection, until)
    if ends is None:
        return Forgotten(None, [], 0, kept_by)
    builds = 0
    while found := _delete(engine, ends):
        builds += found
    with alone(engine, LOCK) as connection:
        for name in gone:
            connection.execute(text(f"DROP TABLE {name}"))
    return Forgotten(ends, [name.removesuffix(_GONE) for name in gone], builds, kept_by)


def _kept_by(engine: Engine, before: datetime) -> tuple[str | None, datetime]:
    """The oldest build that runs and began before, and before which month it lets go."""
    oldest = (
        select(BuildWorkflow.build_id, BuildWorkflow.created_at)
        .where(BuildWorkflow.completed_at.is_(None), BuildWorkflow.created_at < before)
        .order_by(BuildWorkflow.created_at)
        .limit(1)
    )
    with reading(engine) as session:
        found = session.execute(oldest).one_or_none()
    return (None, before) if found is None else (found.build_id, month_of(found.created_at))


def _set_aside(connection: Connection, until: datetime) -> tuple[list[str], datetime | None]:
    """Take partitions that are before out of their tables, so that no deletion looks into them; and what was left."""
    ends = min(
        max((one.ends for one in partitions_of(connection, table) if one.ends <= until), default=_NEVER)
        for table in DIVIDED
    )
    for table in DIVIDED:
        for one in partitions_of(connection, table):
            if one.ends <= ends:
                for statement in (
                    f"ALTER TABLE {table} DETACH PARTITION {one.name}",
                    f"ALTER TABLE {one.name} DROP CONSTRAINT fk_{table}_workflow_id",
                    f"ALTER TABLE {one.name} RENAME TO {one.name}{_GONE}",
                    f"COMMENT ON TABLE {one.name}{_GONE} IS '{one.ends.isoformat()}'",
                ):
                    connection.execute(text(statement))
    aside = connection.execute(_SET_ASIDE).all()
    return [one.relname for one in aside], max((datetime.fromisoformat(one.ends) for one in aside), default=None)


def _delete(engine: Engine, before: datetime) -> int:
    """Some builds that ended and began before, with all that hangs on them; how many."""
    some = select(BuildWorkflow.id).where(BuildWorkflow.created_at < before, BuildWorkflow.completed_at.is_not(None))
    with engine.begin() as connection:
        found = connection.execute(
            delete(BuildWorkflow).where(BuildWorkflow.id.in_(some.order_by(BuildWorkflow.created_at).limit(_AT_A_TIME)))
        )
        return found.rowcount
