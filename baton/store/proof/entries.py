"""Entries out of rows that may have been tampered with."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from baton.domain.fold import fold
from baton.domain.journal import GENESIS, Entry, digest
from baton.store.ids import build_key, event_key
from baton.store.proof.stored import Row, StoredBuild
from baton.store.rows import entry_of
from baton.store.tables import WorkflowEvent


def read_entry(row: Row) -> Entry | None:
    """The entry in an event's row; ``None`` when it holds none."""
    try:
        return entry_of(WorkflowEvent(**row))
    except (ValueError, TypeError, AttributeError):
        return None


def real_hash(entry: Entry) -> str:
    """The hash that the entry's content has."""
    return digest(entry.sequence, entry.kind, entry.actor, entry.at, entry.data, entry.command_id, entry.prev_hash)


def is_genuine(key: UUID, row: Row) -> bool:
    """Whether a row holds an entry of its hash under the ID that is derived from it: of whatever run."""
    entry = read_entry(row)
    return entry is not None and real_hash(entry) == entry.hash and row["id"] == event_key(key, entry.hash)


def chain_to(hash_: str, rows: Iterable[Row]) -> Sequence[Entry] | None:
    """The entries from the first one to that with this hash, out of ``rows``, proven by it; ``None`` if they break."""
    by_hash = {row["hash"]: row for row in rows}
    path: list[Entry] = []
    while hash_ != GENESIS:
        row = by_hash.pop(hash_, None)
        entry = None if row is None else read_entry(row)
        if entry is None or real_hash(entry) != hash_ or (path and path[-1].sequence != entry.sequence + 1):
            return None
        path.append(entry)
        hash_ = entry.prev_hash
    return path[::-1] if not path or path[-1].sequence == 1 else None


def own_journal(stored: StoredBuild) -> Sequence[Entry] | None:
    """The journal that SQL's own living entries prove; ``None`` when they do not, or hold that of another build."""
    living = stored.living_events
    entries = chain_to(living[-1]["hash"], living) if living else None
    if not entries or len(entries) != len(living):
        return None
    try:
        return entries if build_key(fold(entries).build_id) == stored.key else None
    except ValueError:
        return None
