"""The rows of entries that a reset made untrue."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from baton.domain.fold import fold
from baton.domain.journal import GENESIS, Entry
from baton.store.proof.stored import Row
from baton.store.proof.wanted import wanted_event, wanted_handoffs


@dataclass(frozen=True, slots=True)
class FormerRows:
    """Superseded rows."""

    events: list[Row]
    handoffs: list[Row]


def former_rows(key: UUID, living: Sequence[Entry], former: Sequence[Entry]) -> FormerRows:
    """The rows of ``former``, entries of earlier runs, but for what is ``living`` or hangs on an entry not known."""
    now = {entry.hash for entry in living}
    known = {entry.hash: entry for entry in (*former, *living)}
    parents = {entry.prev_hash for entry in former}
    events: dict[UUID, Row] = {}
    handoffs: dict[UUID, Row] = {}
    for tip in (entry for entry in known.values() if entry.hash not in parents and entry.hash not in now):
        path = _path(tip, known)
        for entry in path:
            if entry.hash not in now:
                row = wanted_event(key, entry, superseded=True)
                events[row["id"]] = row
        gone = {entry.sequence for entry in path if entry.hash not in now}
        for row in wanted_handoffs(key, fold(path), path).values() if path else ():
            if row["sequence"] in gone:
                handoffs[row["id"]] = row | {"superseded": True}
    return FormerRows(list(events.values()), list(handoffs.values()))


def _path(tip: Entry, known: dict[str, Entry]) -> list[Entry]:
    """From the first entry to ``tip``; empty where a link is not known."""
    path = [tip]
    while path[-1].prev_hash != GENESIS:
        before = known.get(path[-1].prev_hash)
        if before is None:
            return []
        path.append(before)
    return path[::-1]
