"""The rows of a build as they lie in the database, also where somebody has made them unreadable."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Dialect, Select, select, type_coerce, union
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeEngine, UserDefinedType

from baton.domain.outside import OutsideEnd
from baton.store.ids import build_key
from baton.store.rows import outside_end
from baton.store.tables import BuildWorkflow, WorkflowEvent, WorkflowHandoff

Row = dict[str, Any]
"""A row's values, by attribute."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A value that is none of its column's type: ``text`` is what the database holds."""

    text: str

    def __repr__(self) -> str:
        return f"unreadable: {self.text!r}"


@dataclass(slots=True)
class StoredBuild:
    """Everything that is stored of one build. ``usurpers`` are rows that hold its build ID under another key."""

    key: UUID
    build: Row | None = None
    events: list[Row] = field(default_factory=list)
    handoffs: list[Row] = field(default_factory=list)
    usurpers: list[Row] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether there is nothing of it."""
        return not (self.build or self.events or self.handoffs or self.usurpers)

    @property
    def outside_end(self) -> OutsideEnd | None:
        """How the build ended outside of its journal, as its row has it."""
        return None if self.build is None else outside_end(self.build)

    @property
    def living_events(self) -> list[Row]:
        """The events that count, in order."""
        return [row for row in self.events if row["superseded"] is not True]


class _AsStored(UserDefinedType[Any]):
    """Reads a column as its own type does, and what that cannot read as :class:`Unreadable`."""

    cache_ok = True

    def __init__(self, kind: TypeEngine[Any]) -> None:
        self.kind = kind

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """What turns the driver's value into Python's."""
        process = self.kind.dialect_impl(dialect).result_processor(dialect, coltype)

        def read(value: Any) -> Any:
            try:
                return value if process is None else process(value)
            except (ValueError, TypeError, AttributeError):
                return Unreadable(str(value))

        return read


def stored_build(session: Session, build_id: str) -> StoredBuild:
    """What is stored of the build with that ID."""
    key = build_key(build_id)
    found = rows_of(session, key)
    found.usurpers = list(_rows(session, BuildWorkflow, BuildWorkflow.build_id == build_id, BuildWorkflow.id != key))
    return found


def rows_of(session: Session, key: UUID) -> StoredBuild:
    """What is stored under that key, whatever build it says it is."""
    build = next(_rows(session, BuildWorkflow, BuildWorkflow.id == key), None)
    events = list(_rows(session, WorkflowEvent, WorkflowEvent.workflow_id == key))
    handoffs = list(_rows(session, WorkflowHandoff, WorkflowHandoff.workflow_id == key))
    return StoredBuild(key, build, sorted(events, key=_order), sorted(handoffs, key=_order))


def orphans(session: Session) -> Sequence[UUID]:
    """The keys under which events or handoffs lie without a build's row."""
    return [key for (key,) in session.execute(union(_without_build(WorkflowEvent), _without_build(WorkflowHandoff)))]


def columns_of(table: type[DeclarativeBase]) -> list[str]:
    """The attributes of a table's rows."""
    return [attribute.key for attribute in table.__mapper__.column_attrs]


def _without_build(table: type[WorkflowEvent | WorkflowHandoff]) -> Select[Any]:
    there = select(BuildWorkflow.id).where(BuildWorkflow.id == table.workflow_id).exists()
    return select(table.workflow_id).where(~there).distinct()


def _rows(session: Session, table: type[DeclarativeBase], *conditions: ColumnElement[bool]) -> Iterator[Row]:
    names = columns_of(table)
    for found in session.execute(_query(table).where(*conditions)):
        yield dict(zip(names, found, strict=True))


@cache
def _query(table: type[DeclarativeBase]) -> Select[Any]:
    columns = {name: getattr(table, name) for name in columns_of(table)}
    return select(*(type_coerce(column, _AsStored(column.type)).label(name) for name, column in columns.items()))


def _order(row: Row) -> tuple[int, bool, str]:
    sequence = row["sequence"]
    return (sequence if isinstance(sequence, int) else 0, row["superseded"] is True, str(row["id"]))
