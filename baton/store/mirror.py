"""Writing journals into SQL: once, in order, however often and in whatever order batches arrive.

A build's entries form a tree, tied by their hashes. Without accidents it is one line. A server-side reset makes the
workflow tell its story again from some entry on: a branch. So does a workflow that starts anew under the same build
ID after the old one was forgotten: a branch at the root. One path is living, the rest is superseded but kept. Runs of
one workflow follow one another in time, so the path whose last entry is the youngest is the living one; a batch of a
run that was reset, arriving late, therefore changes nothing that is seen.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, Engine, insert, select

from baton.contracts.messages import MirrorBatch, NoticeQueue
from baton.domain.fold import evolve
from baton.domain.journal import GENESIS, ChainBroken, Entry, Head, verify
from baton.domain.view import BuildView
from baton.store.buildrow import find_build, put_build
from baton.store.errors import BatchBroken, MirrorGap
from baton.store.ids import build_key, event_key
from baton.store.lineage import make_living
from baton.store.notices.outbox import NoticeOutbox, interests
from baton.store.rows import event_values, handoff_values, head_of, view_of
from baton.store.tables import WorkflowEvent, WorkflowHandoff
from baton.store.transactions import alone

_INSERT_EVENTS, _INSERT_HANDOFFS = insert(WorkflowEvent), insert(WorkflowHandoff)


class Mirror:
    """The SQL mirror in one database. Safe to share between threads and processes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def write(self, batch: MirrorBatch) -> list[NoticeQueue]:
        """Write ``batch`` in one transaction, whatever of it is not written yet, and what subscribers are told of it.

        Returns the build's queues of notices that have something to be sent, also by an earlier write.
        Raises :class:`BatchBroken` when it cannot be true, :class:`MirrorGap` when entries before it are missing, and
        :class:`~baton.store.errors.DatabaseUnavailable` or :class:`~baton.store.errors.SchemaOutdated`.
        """
        _check(batch)
        key = build_key(batch.build_id)
        with alone(self._engine, lock=key) as connection:
            return _Writer(connection, key, batch).write()


def _check(batch: MirrorBatch) -> None:
    first = batch.entries[0]
    try:
        verify(batch.entries, after=Head(sequence=first.sequence - 1, hash=first.prev_hash))
    except ChainBroken as error:
        raise BatchBroken(f"a batch of build {batch.build_id!r} is not a piece of its journal: {error}") from error


class _Writer:
    """One write of one batch, with the build's lock held."""

    def __init__(self, connection: Connection, key: UUID, batch: MirrorBatch) -> None:
        self._connection = connection
        self._key = key
        self._batch = batch
        self._entries = {event_key(key, entry.hash): entry for entry in batch.entries}
        self._found = find_build(connection, key, self._entries)
        self._row = self._found.row
        self._head = head_of(self._row)
        told = interests(connection) if self._found.has_subscribers else ()
        self._notices = NoticeOutbox(connection, key, batch.build_id, told)

    def write(self) -> list[NoticeQueue]:
        new = self._new_entries()
        if new:
            self._check_parent(new[0])
            if new[0].prev_hash == self._head.hash:
                self._go_on(new)
            else:
                self._branch_off(new)
        return self._notices.queues()

    def _go_on(self, new: Sequence[Entry]) -> None:
        view = self._fold(new, None if self._row is None else view_of(self._row))
        self._take(view)
        self._insert(new, superseded=False)
        if handoffs := list(handoff_values(self._key, view, new)):
            self._connection.execute(_INSERT_HANDOFFS, handoffs)
        self._notices.put()

    def _branch_off(self, new: Sequence[Entry]) -> None:
        self._insert(new, superseded=True)
        if self._row is not None and new[-1].at >= self._row.updated_at:
            living = make_living(self._connection, self._key, new[-1])
            self._take(self._fold(living, None))
            self._notices.keep_only(living)
            self._notices.put()

    def _fold(self, entries: Sequence[Entry], view: BuildView | None) -> BuildView:
        """The view after ``entries``, on top of ``view``, which is ours; what is told of each is taken down."""
        for entry in entries:
            view = evolve(view, entry)
            self._notices.take(view, entry)
        assert view is not None
        return view

    def _new_entries(self) -> Sequence[Entry]:
        new = dict(self._entries)
        if self._found.knows_events:
            for key in self._connection.scalars(select(WorkflowEvent.id).where(WorkflowEvent.id.in_(new))):
                del new[key]
        return list(new.values())

    def _check_parent(self, entry: Entry) -> None:
        parent = self._parent(entry.prev_hash)
        if parent is None:
            expected = min(self._head.sequence + 1, entry.sequence - 1)
            raise MirrorGap(self._batch.build_id, expected, entry.sequence)
        if parent + 1 != entry.sequence:
            raise BatchBroken(
                f"a batch of build {self._batch.build_id!r} is not a piece of its journal: "
                f"entry {entry.sequence} is chained to entry {parent}"
            )

    def _parent(self, parent_hash: str) -> int | None:
        """The sequence of the entry with this hash; 0 is what the first entry follows."""
        if parent_hash in (GENESIS, self._head.hash):
            return 0 if parent_hash == GENESIS else self._head.sequence
        its_key = event_key(self._key, parent_hash)
        return self._connection.scalar(select(WorkflowEvent.sequence).where(WorkflowEvent.id == its_key))

    def _take(self, view: BuildView) -> None:
        if view.build_id != self._batch.build_id:
            raise BatchBroken(f"a batch of build {self._batch.build_id!r} holds the journal of {view.build_id!r}")
        put_build(self._connection, self._key, self._row, view)

    def _insert(self, entries: Sequence[Entry], *, superseded: bool) -> None:
        rows = [event_values(self._key, entry, superseded=superseded) for entry in entries]
        self._connection.execute(_INSERT_EVENTS, rows)
