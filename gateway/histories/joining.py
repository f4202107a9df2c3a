"""The journal from its first entry on, where Temporal no longer keeps its begin."""

from collections.abc import Sequence

from baton.domain.journal import Entry
from baton.store.proof.entries import chain_to
from baton.store.proof.stored import StoredBuild
from gateway.histories.journal import RecordedJournal


def whole(recorded: RecordedJournal, stored: StoredBuild) -> Sequence[Entry] | None:
    """The whole journal. Where its begin is cut off, SQL's entries stand in for it: the hash that Temporal's first
    entry names proves them. ``None`` when they do not lead there.
    """
    if not recorded.cut:
        return recorded.entries
    before = chain_to(recorded.entries[0].prev_hash, stored.events)
    return None if before is None else (*before, *recorded.entries)
