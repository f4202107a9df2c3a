"""What SQL alone proves of a build: its hash chain, and that its other rows say what its journal says.

Every change of a row that does not touch all hashes after it shows. What does not show is said in the docs: a chain
that was written anew as a whole, and a journal whose end was cut off together with its build's row.
"""

from collections.abc import Iterator, Sequence
from uuid import UUID

from baton.domain.fold import fold
from baton.domain.journal import GENESIS, Entry
from baton.store.proof.comparing import (
    BUILDS,
    EVENTS,
    HANDOFFS,
    compare_build,
    compare_columns,
    compare_handoffs,
)
from baton.store.proof.differing import DifferenceKind, RowDifference
from baton.store.proof.entries import chain_to, read_entry, real_hash
from baton.store.proof.stored import Row, StoredBuild
from baton.store.proof.wanted import wanted_event, wanted_handoffs, wanted_rows


def audit(stored: StoredBuild) -> list[RowDifference]:
    """What of ``stored`` contradicts itself; empty when its journal holds and everything else follows from it."""
    living = [row for row in stored.living_events if isinstance(row["sequence"], int)]
    found = [
        *(difference for row in stored.events for difference in _of_entry(stored, row)),
        *_of_chain(living),
        *_of_superseded(stored),
    ]
    if not living:
        what = "the build" if stored.build is None else f"build {stored.build['build_id']!r}"
        return [*found, RowDifference(DifferenceKind.MISSING, EVENTS, None, what, note="has no journal")]
    entries = [entry for row in living if (entry := read_entry(row)) is not None]
    if found:
        return [*found, *_of_head(stored, living[-1])]
    return [*_of_rows(stored, entries), *_of_superseded_handoffs(stored)]


def name_of(row: Row) -> str:
    """An entry in messages."""
    superseded = "superseded " if row["superseded"] is True else ""
    return f"{superseded}entry {row['sequence']} ({row['event_type']})"


def _of_entry(stored: StoredBuild, row: Row) -> Iterator[RowDifference]:
    """Whether a row holds an entry that has its hash, and its other columns say what the entry says."""
    entry = read_entry(row)
    if entry is None:
        yield _changed(row, "holds what is no journal entry")
        return
    if (real := real_hash(entry)) != entry.hash:
        note = f"was changed: its content has the hash {real[:12]}, not {entry.hash[:12]}"
        yield _changed(row, note, expected=entry.hash, found=real)
        return
    wanted = wanted_event(stored.key, entry, superseded=row["superseded"] is True)
    yield from compare_columns(EVENTS, name_of(row), entry.sequence, wanted, row)


def _changed(row: Row, note: str, *, expected: str | None = None, found: str | None = None) -> RowDifference:
    return RowDifference(
        DifferenceKind.CHANGED,
        EVENTS,
        row["id"],
        name_of(row),
        sequence=row["sequence"],
        column="hash" if expected else None,
        expected=expected,
        found=found,
        note=note,
    )


def _of_chain(living: Sequence[Row]) -> Iterator[RowDifference]:
    """Whether the living entries are numbered from 1 without a gap, and each is chained to the one before."""
    number, hash_ = 0, GENESIS
    for row in living:
        sequence = row["sequence"]
        if sequence == number:
            yield RowDifference(DifferenceKind.EXTRA, EVENTS, row["id"], name_of(row), sequence, note="is there twice")
            continue
        if sequence != number + 1:
            yield _gap(number + 1, sequence - 1)
        elif row["prev_hash"] != hash_:
            yield _unchained(row, f"entry {number}" if number else "the beginning", hash_)
        number, hash_ = sequence, row["hash"]


def _gap(first: int, last: int) -> RowDifference:
    what = f"entry {first}" if first == last else f"entries {first} to {last}"
    note = "is missing" if first == last else "are missing"
    return RowDifference(DifferenceKind.MISSING, EVENTS, None, what, sequence=first, note=note)


def _unchained(row: Row, before: str, expected: str | None) -> RowDifference:
    return RowDifference(
        DifferenceKind.UNCHAINED,
        EVENTS,
        row["id"],
        name_of(row),
        sequence=row["sequence"],
        column="prev_hash",
        expected=expected,
        found=row["prev_hash"],
        note=f"is not chained to {before}",
    )


def _of_superseded(stored: StoredBuild) -> Iterator[RowDifference]:
    """Whether what a reset made untrue still hangs on an entry that is there."""
    sequences = {row["hash"]: row["sequence"] for row in stored.events} | {GENESIS: 0}
    for row in stored.events:
        if row["superseded"] is not True or not isinstance(row["sequence"], int):
            continue
        if sequences.get(row["prev_hash"]) != row["sequence"] - 1:
            yield _unchained(row, "an entry that is there", None)


def _of_head(stored: StoredBuild, last: Row) -> Iterator[RowDifference]:
    """With a broken chain nothing can be folded; where the journal ends can still be compared."""
    if stored.build is None:
        yield RowDifference(DifferenceKind.MISSING, BUILDS, stored.key, "the build's row")
        return
    wanted = {"head_sequence": last["sequence"], "head_hash": last["hash"]}
    yield from compare_columns(BUILDS, "the build", None, wanted, stored.build)


def _of_rows(stored: StoredBuild, entries: Sequence[Entry]) -> Iterator[RowDifference]:
    try:
        wanted = wanted_rows(entries, stored.outside_end)
    except Exception as error:  # entries that are chained well and make no sense: nothing of Baton wrote them
        note = f"hold no journal of a build: {type(error).__name__}: {str(error).splitlines()[0]}"
        yield RowDifference(DifferenceKind.CHANGED, EVENTS, None, "the entries", note=note)
        return
    yield from compare_handoffs(stored, wanted)
    if wanted.key == stored.key:
        yield from compare_build(stored, wanted)
        return
    note = f"hold the journal of build {wanted.build['build_id']!r}"
    yield RowDifference(DifferenceKind.EXTRA, EVENTS, None, "the entries", note=note)


def _of_superseded_handoffs(stored: StoredBuild) -> Iterator[RowDifference]:
    """Whether each handoff that a reset made untrue is one that its entry made. Not all of them need to be there."""
    rows = [row for row in stored.handoffs if row["superseded"] is True]
    if not rows:
        return
    parents = {row["prev_hash"] for row in stored.events}
    wanted: dict[UUID, Row] = {}
    for tip in (row["hash"] for row in stored.events if row["hash"] not in parents):
        if path := chain_to(tip, stored.events):
            wanted |= wanted_handoffs(stored.key, fold(path), path)
    for row in rows:
        name = f"the superseded handoff of entry {row['sequence']}"
        if (made := wanted.get(row["id"])) is None:
            yield RowDifference(DifferenceKind.EXTRA, HANDOFFS, row["id"], name, row["sequence"])
        else:
            yield from compare_columns(HANDOFFS, name, row["sequence"], made | {"superseded": True}, row)
