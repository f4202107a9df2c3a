"""The rows that a journal makes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from baton.domain.fold import fold
from baton.domain.journal import Entry
from baton.domain.outside import OutsideEnd
from baton.domain.view import BuildView
from baton.store.ids import build_key
from baton.store.proof.stored import Row
from baton.store.rows import build_values, event_values, handoff_values


@dataclass(frozen=True, slots=True)
class WantedRows:
    """A build's row, and the rows of its living entries and handoffs by their IDs, in order."""

    key: UUID
    build: Row
    events: dict[UUID, Row]
    handoffs: dict[UUID, Row]


def wanted_rows(entries: Sequence[Entry], end: OutsideEnd | None = None) -> WantedRows:
    """The rows of the whole journal ``entries``. Raises ``ValueError`` when nothing can be folded from them.

    ``end`` is how the build ended outside of its journal, which no journal tells.
    """
    view = fold(entries)
    key = build_key(view.build_id)
    return WantedRows(
        key=key,
        build={"id": key} | build_values(view, end),
        events=_by_id(wanted_event(key, entry) for entry in entries),
        handoffs=wanted_handoffs(key, view, entries),
    )


def wanted_event(key: UUID, entry: Entry, *, superseded: bool = False) -> Row:
    """The row of one entry."""
    return event_values(key, entry, superseded=superseded)


def wanted_handoffs(key: UUID, view: BuildView, entries: Sequence[Entry]) -> dict[UUID, Row]:
    """The rows of the handoffs in a journal, which folded is ``view``."""
    return _by_id(handoff_values(key, view, entries))


def _by_id(rows: Iterable[Row]) -> dict[UUID, Row]:
    return {row["id"]: row for row in rows}
