"""Making a build's rows those of its journal again, by writing what differs and nothing else.

It takes the lock that every write of the mirror takes, so builds go on meanwhile. Nobody is told: the notices of
entries are queued by the write that brought them, once, and what is written here has happened long ago.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, Table, Text, delete, insert, type_coerce, update
from sqlalchemy.orm import DeclarativeBase, Session

from baton.domain.journal import Entry
from baton.store.ids import build_key, handoff_key
from baton.store.proof.comparing import BUILDS, EVENTS, HANDOFFS, compare
from baton.store.proof.differing import DifferenceKind, RowDifference
from baton.store.proof.entries import is_genuine
from baton.store.proof.former import FormerRows, former_rows
from baton.store.proof.stored import Row, StoredBuild, Unreadable, stored_build
from baton.store.proof.wanted import WantedRows, wanted_rows
from baton.store.summaries.summarizing import unsummarize
from baton.store.tables import BuildWorkflow, WorkflowEvent, WorkflowHandoff
from baton.store.transactions import writing

Choice = Callable[[StoredBuild], Sequence[Entry] | None]
"""Given what is stored, the journal that it shall be made to say; ``None`` leaves everything as it is."""

_TABLES: dict[str, type[DeclarativeBase]] = {BUILDS: BuildWorkflow, EVENTS: WorkflowEvent, HANDOFFS: WorkflowHandoff}


@dataclass(frozen=True, slots=True)
class Mended:
    """What was found and has been mended, and how many rows of runs that were reset away were written besides."""

    differences: list[RowDifference] = field(default_factory=list)
    former: int = 0


def mend(engine: Engine, build_id: str, choose: Choice, *, former: Sequence[Entry] = ()) -> Mended:
    """Make the rows of a build those of the journal that ``choose`` answers with, in one transaction.

    ``former`` are entries that a reset made untrue: those that are not there are written, as superseded ones.
    Raises what ``choose`` raises (nothing is changed then), and as :meth:`~baton.store.mirror.Mirror.write`.
    """
    key = build_key(build_id)
    with writing(engine, lock=key) as session:
        stored = stored_build(session, build_id)
        entries = choose(stored)
        if not entries:
            return Mended()
        differences = compare(stored, entries)
        unsummarize(session, key)
        _Mender(session, stored, wanted_rows(entries, stored.outside_end)).mend(differences)
        return Mended(differences, _add(session, former_rows(key, entries, former), stored))


def _add(session: Session, rows: FormerRows, stored: StoredBuild) -> int:
    there = {row["id"] for row in (*stored.events, *stored.handoffs)}
    written = 0
    for table, new in ((EVENTS, rows.events), (HANDOFFS, rows.handoffs)):
        missing = [_values(table, row) for row in new if row["id"] not in there]
        if missing:
            session.execute(insert(_table(table)), missing)
        written += len(missing)
    return written


class _Mender:
    """One mending of one build, with its lock held."""

    def __init__(self, session: Session, stored: StoredBuild, wanted: WantedRows) -> None:
        self._session = session
        self._stored = stored
        self._wanted = wanted

    def mend(self, differences: Sequence[RowDifference]) -> None:
        # A row that is in the way of another goes first, the build's row comes before what hangs on it.
        for difference in sorted(differences, key=lambda one: one.kind is not DifferenceKind.EXTRA):
            if difference.kind is DifferenceKind.EXTRA:
                self._put_aside(difference)
        self._write(BUILDS, differences, {self._wanted.key: self._wanted.build})
        self._write(EVENTS, differences, self._wanted.events)
        self._write(HANDOFFS, differences, self._wanted.handoffs)

    def _put_aside(self, difference: RowDifference) -> None:
        """What another run has told stays, as superseded; what nothing of Baton wrote goes."""
        table = _table(difference.table)
        row = self._row(difference)
        if row is not None and self._is_of_another_run(difference.table, row):
            self._session.execute(update(table).where(_is(table, row["id"])).values(superseded=True))
        else:
            self._session.execute(delete(table).where(_is(table, difference.row)))

    def _is_of_another_run(self, table: str, row: Row) -> bool:
        if table == EVENTS:
            return is_genuine(self._stored.key, row)
        genuine = (one for one in self._stored.events if is_genuine(self._stored.key, one))
        return table == HANDOFFS and row["id"] in {handoff_key(self._stored.key, one["hash"]) for one in genuine}

    def _write(self, table: str, differences: Sequence[RowDifference], wanted: dict[UUID, Row]) -> None:
        changed: dict[Any, Row] = {}
        missing: list[Row] = []
        for difference in differences:
            if difference.table != table or difference.kind is DifferenceKind.EXTRA:
                continue
            if difference.kind is DifferenceKind.MISSING:
                missing.append(wanted[_id(difference.row)])
            else:
                row = self._made_of(table, difference, wanted)
                changed.setdefault(difference.row, {})[_attribute(difference)] = row[_attribute(difference)]
        self._change(table, changed)
        self._insert(table, missing)

    def _made_of(self, table: str, difference: RowDifference, wanted: dict[UUID, Row]) -> Row:
        """The row that the changed one shall be."""
        if table == BUILDS:
            return self._wanted.build
        if difference.row in wanted:
            return wanted[_id(difference.row)]
        return next(row for row in wanted.values() if row["sequence"] == difference.sequence)

    def _change(self, table: str, changed: dict[Any, Row]) -> None:
        """Set columns. Rows that change places would be in each other's way: none is living while they do."""
        kind = _table(table)
        if table != BUILDS and changed:
            self._session.execute(update(kind).where(kind.c.id.in_(changed)).values(superseded=True))
        for key, values in changed.items():
            named = {_column(table, name): value for name, value in values.items()}
            if table != BUILDS:
                named["superseded"] = False
            self._session.execute(update(kind).where(_is(kind, key)).values(named))

    def _insert(self, table: str, rows: Sequence[Row]) -> None:
        if not rows:
            return
        kind = _table(table)
        # The ID is this build's alone: a row that has it lies under another build.
        self._session.execute(delete(kind).where(kind.c.id.in_([row["id"] for row in rows])))
        self._session.execute(insert(kind), [_values(table, row) for row in rows])

    def _row(self, difference: RowDifference) -> Row | None:
        rows = self._stored.events if difference.table == EVENTS else self._stored.handoffs
        return next((row for row in rows if row["id"] == difference.row), None)


def _table(name: str) -> Table:
    table = _TABLES[name].__table__
    assert isinstance(table, Table)
    return table


def _is(table: Table, key: object) -> ColumnElement[bool]:
    """That a row has this ID, also where somebody has written one that is none."""
    return type_coerce(table.c.id, Text) == key.text if isinstance(key, Unreadable) else table.c.id == key


def _values(table: str, row: Row) -> dict[str, Any]:
    """A row by the names of its columns."""
    return {_column(table, name): value for name, value in row.items()}


def _column(table: str, attribute: str) -> str:
    return _TABLES[table].__mapper__.get_property(attribute).columns[0].name  # type: ignore[no-any-return]


def _attribute(difference: RowDifference) -> str:
    return "metadata_" if difference.column == "metadata" else str(difference.column)


def _id(key: UUID | None) -> UUID:
    assert key is not None
    return key
