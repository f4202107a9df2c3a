"""The rows of a build against those that its journal makes. Rows that a reset made untrue are left aside."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ValidationError

from baton.domain.journal import Entry
from baton.domain.view import BuildView, PhaseRecord
from baton.domain.vocabulary import Phase
from baton.store.ids import handoff_key
from baton.store.proof.differing import DifferenceKind, RowDifference, Unlike, unlike
from baton.store.proof.entries import is_genuine
from baton.store.proof.stored import Row, StoredBuild
from baton.store.proof.wanted import WantedRows, wanted_rows
from baton.store.tables import BuildWorkflow, WorkflowEvent, WorkflowHandoff

EVENTS, HANDOFFS, BUILDS = WorkflowEvent.__tablename__, WorkflowHandoff.__tablename__, BuildWorkflow.__tablename__

_FOLDED: dict[str, type[BaseModel]] = {f"{phase.value}_phase": PhaseRecord for phase in Phase} | {"view": BuildView}
"""Columns whose JSON an older version of Baton wrote with fewer fields than this one knows."""

_EXACT = ("event_data", "data_transferred")


def compare(stored: StoredBuild, entries: Sequence[Entry]) -> list[RowDifference]:
    """In what ``stored`` differs from the journal ``entries``; empty when they say the same.

    Raises ``ValueError`` when nothing can be folded from ``entries``.
    """
    wanted = wanted_rows(entries, stored.outside_end)
    return [*compare_events(stored, wanted), *compare_handoffs(stored, wanted), *compare_build(stored, wanted)]


def compare_events(stored: StoredBuild, wanted: WantedRows) -> Iterator[RowDifference]:
    """The events."""
    yield from _compare(
        EVENTS,
        wanted.events,
        stored.events,
        named=lambda row: f"entry {row['sequence']} ({row['event_type']})",
        genuine=lambda row: is_genuine(stored.key, row),
    )


def compare_handoffs(stored: StoredBuild, wanted: WantedRows) -> Iterator[RowDifference]:
    """The handoffs."""
    known = {handoff_key(stored.key, str(row["hash"])) for row in stored.events}
    yield from _compare(
        HANDOFFS,
        wanted.handoffs,
        stored.handoffs,
        named=lambda row: f"the handoff of entry {row['sequence']}",
        genuine=lambda row: row["id"] in known,
    )


def compare_build(stored: StoredBuild, wanted: WantedRows) -> Iterator[RowDifference]:
    """The build's own row."""
    name = f"build {wanted.build['build_id']!r}"
    for row in stored.usurpers:
        yield RowDifference(DifferenceKind.EXTRA, BUILDS, row["id"], name, note="has a row under another ID")
    if stored.build is None:
        yield RowDifference(DifferenceKind.MISSING, BUILDS, wanted.key, name)
    else:
        yield from compare_columns(BUILDS, "the build", None, wanted.build, stored.build)


def compare_columns(table: str, what: str, sequence: int | None, wanted: Row, found: Row) -> Iterator[RowDifference]:
    """The columns of ``wanted`` in which the row ``found`` differs."""
    for column, expected in wanted.items():
        if (other := _unlike(column, expected, found[column])) is not None:
            yield RowDifference(
                kind=DifferenceKind.CHANGED,
                table=table,
                row=found["id"],
                what=what,
                sequence=sequence,
                column=column.rstrip("_"),
                path=other.path,
                expected=other.expected,
                found=other.found,
            )


def _compare(
    table: str,
    wanted: dict[UUID, Row],
    found: Sequence[Row],
    *,
    named: Callable[[Row], str],
    genuine: Callable[[Row], bool],
) -> Iterator[RowDifference]:
    """Rows are the same by their ID; else by their sequence, where the one that is there is no row of another run."""

    def replaces(other: Row, row: Row) -> bool:
        return other["sequence"] == row["sequence"] and isinstance(other["id"], UUID) and not genuine(other)

    there = {row["id"]: row for row in found}
    others = [row for row in found if row["id"] not in wanted and row["superseded"] is not True]
    for key, row in wanted.items():
        held = there.get(key) or next((one for one in others if replaces(one, row)), None)
        if held in others:
            others.remove(held)
        if held is None:
            yield RowDifference(DifferenceKind.MISSING, table, key, named(row), row["sequence"])
        else:
            yield from compare_columns(table, named(row), row["sequence"], row, held)
    for row in others:
        yield RowDifference(DifferenceKind.EXTRA, table, row["id"], named(row), row["sequence"])


def _unlike(column: str, expected: Any, found: Any) -> Unlike | None:
    if not isinstance(expected, dict):
        return None if type(expected) in (type(found), float) and expected == found else Unlike("", expected, found)
    if column not in _FOLDED:
        return unlike(expected, found, exact=column in _EXACT)
    whole = _completed(_FOLDED[column], found)
    return unlike(expected, whole, exact=False) or unlike(expected, found, exact=False, within=True)


def _completed(model: type[BaseModel], found: Any) -> Any:
    """``found`` with the fields that it lacks and their defaults; as it is, when it is none of ``model``."""
    try:
        return model.model_validate(found).model_dump(mode="json")
    except ValidationError:
        return found
