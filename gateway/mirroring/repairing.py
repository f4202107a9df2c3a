"""``mirror repair`` and ``mirror rebuild``: SQL is made to say again what is true, while builds go on.

Each build is mended in one transaction, under the lock that every write of the mirror takes. Entries that a running
build is about to write are left to it, so that what subscribers are told of is queued by the write that brings them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import Engine
from temporalio.client import Client

from baton.contracts.names import workflow_id
from baton.domain.journal import Entry
from baton.store.beside import beside
from baton.store.ids import event_key
from baton.store.proof.differing import RowDifference
from baton.store.proof.entries import own_journal
from baton.store.proof.mending import Mended, mend
from baton.store.proof.removing import remove_nameless, remove_without_journal
from baton.store.proof.stored import StoredBuild
from gateway.errors import HistoryBroken, HistoryUnreadable
from gateway.histories.former import former_entries
from gateway.histories.joining import whole
from gateway.histories.journal import RecordedJournal, recorded_journal
from gateway.mirroring.judging import Outcome, due_entries
from gateway.mirroring.scope import Scope, builds_in
from gateway.mirroring.verifying import Done, check_build, side_by_side

_TRIES = 8


class Deed(StrEnum):
    """What was done to one build."""

    NOTHING = "nothing"  # nothing differed
    MENDED = "mended"  # what differed was written
    REMOVED = "removed"  # rows without any journal were removed
    LEFT = "left"  # it differs still: nothing proves what is true


@dataclass(frozen=True, slots=True)
class Repair:
    """What came of one build: ``differences`` are those that were mended, or are left; ``former`` rows were added."""

    build_id: str
    deed: Deed
    differences: tuple[RowDifference, ...] = ()
    former: int = 0
    message: str = ""


@dataclass(slots=True)
class Repairs:
    """What came of all of them; ``builds`` are those with something to tell."""

    checked: int = 0
    mended: int = 0
    removed: int = 0
    left: int = 0
    rows: int = 0
    builds: list[Repair] = field(default_factory=list)

    def add(self, repair: Repair) -> None:
        """Count ``repair``."""
        self.checked += 1
        self.mended += repair.deed is Deed.MENDED
        self.removed += repair.deed is Deed.REMOVED
        self.left += repair.deed is Deed.LEFT
        self.rows += len({(one.table, one.row) for one in repair.differences}) + repair.former
        if repair.deed is not Deed.NOTHING:
            self.builds.append(repair)


class _Moved(Exception):
    """SQL has entries that were not in the history when it was read: it has to be read again."""

    def __init__(self, rows: frozenset[object]) -> None:
        super().__init__()
        self.rows = rows


class Repairing:
    """Mends the builds of one Temporal and one database.

    ``rebuild`` also writes what runs have told that were reset away, as superseded rows, as far as Temporal still has
    them. ``remove`` removes rows of builds that have no journal at all, neither in Temporal nor in SQL.
    """

    def __init__(self, client: Client, engine: Engine, *, rebuild: bool = False, remove: bool = False) -> None:
        self._client = client
        self._engine = engine
        self._rebuild = rebuild
        self._remove = remove

    async def run(self, scope: Scope, *, done: Done | None = None) -> Repairs:
        """All builds of ``scope``. Raises RPCError and StoreError."""
        found = await builds_in(self._client, self._engine, scope)
        repairs = Repairs()

        def take(repair: Repair) -> None:
            repairs.add(repair)
            if done is not None:
                done(repairs.checked, len(found.builds))

        await side_by_side(found.builds, self.repair, take)
        for rows in found.nameless:
            if self._remove and await beside(remove_nameless, self._engine, rows.key):
                repairs.add(Repair(f"(rows under {rows.key})", Deed.REMOVED))
            else:
                repairs.add(Repair(f"(rows under {rows.key})", Deed.LEFT, message="rows that belong to no build"))
        repairs.builds.sort(key=lambda repair: repair.build_id)
        return repairs

    async def repair(self, build_id: str) -> Repair:
        """One build. Raises RPCError and StoreError."""
        if not self._rebuild and (await check_build(self._client, self._engine, build_id)).outcome is not Outcome.DRIFT:
            return Repair(build_id, Deed.NOTHING)
        try:
            mended = await self._mend(build_id)
        except (HistoryBroken, HistoryUnreadable) as error:
            return Repair(build_id, Deed.LEFT, message=error.message)
        after = await check_build(self._client, self._engine, build_id)
        if after.outcome is Outcome.DRIFT:
            return await self._give_up(build_id, after.differences)
        found = mended.differences or mended.former
        return Repair(build_id, Deed.MENDED if found else Deed.NOTHING, tuple(mended.differences), mended.former)

    async def _mend(self, build_id: str) -> Mended:
        recorded = await recorded_journal(self._client, workflow_id(build_id))
        former = await former_entries(self._client, recorded) if self._rebuild else ()
        seen: frozenset[object] = frozenset()
        for _ in range(_TRIES):
            choice = _Choice(recorded, seen)
            try:
                return await beside(mend, self._engine, build_id, choice, former=former)
            except _Moved as moved:
                seen |= moved.rows
                recorded = await recorded_journal(self._client, workflow_id(build_id))
        return Mended()

    async def _give_up(self, build_id: str, differences: tuple[RowDifference, ...]) -> Repair:
        if self._remove and await beside(remove_without_journal, self._engine, build_id):
            return Repair(build_id, Deed.REMOVED, differences)
        return Repair(
            build_id,
            Deed.LEFT,
            differences,
            message="neither Temporal's history nor SQL's own hash chain proves what is true: restore the rows from "
            "a backup or an export",
        )


@dataclass(frozen=True, slots=True)
class _Choice:
    """The journal that a build's rows shall say. ``seen`` are rows that were there before the history was read."""

    recorded: RecordedJournal
    seen: frozenset[object]

    def __call__(self, stored: StoredBuild) -> Sequence[Entry] | None:
        """Raises _Moved where the history that was read is older than what is stored."""
        if not self.recorded.entries:
            return own_journal(stored)
        entries = whole(self.recorded, stored)
        if entries is None:
            return None
        known = {event_key(stored.key, entry.hash) for entry in entries}
        newer = frozenset(row["id"] for row in stored.living_events if row["id"] not in known) - self.seen
        if newer:
            raise _Moved(newer)
        return due_entries(self.recorded, entries, stored)
