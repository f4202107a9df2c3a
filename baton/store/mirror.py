"""Writing journals into SQL: once, in order, however often and in whatever order batches arrive.

A build's entries form a tree, tied by their hashes. Without accidents it is one line. A server-side reset makes the
workflow tell its story again from some entry on: a branch. So does a workflow that starts anew under the same build
ID after the old one was forgotten: a branch at the root. One path is living, the rest is superseded but kept. Runs of
one workflow follow one another in time, so the path whose last entry is the youngest is the living one; a batch of a
run that was reset, arriving late, therefore changes nothing that is seen.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from baton.contracts.messages import MirrorBatch, NoticeQueue
from baton.domain.fold import fold
from baton.domain.journal import GENESIS, ChainBroken, Entry, Head, verify
from baton.domain.view import BuildView
from baton.store.errors import BatchBroken, MirrorGap
from baton.store.ids import build_key, event_key
from baton.store.lineage import make_living
from baton.store.notices.outbox import NoticeOutbox
from baton.store.rows import event_row, handoff_rows, head_of, set_build, view_of
from baton.store.tables import BuildWorkflow, WorkflowEvent
from baton.store.transactions import writing


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
        with writing(self._engine, lock=key) as session:
            return _Writer(session, key, batch).write()


def _check(batch: MirrorBatch) -> None:
    first = batch.entries[0]
    try:
        verify(batch.entries, after=Head(sequence=first.sequence - 1, hash=first.prev_hash))
    except ChainBroken as error:
        raise BatchBroken(f"a batch of build {batch.build_id!r} is not a piece of its journal: {error}") from error


class _Writer:
    """One write of one batch, with the build's lock held."""

    def __init__(self, session: Session, key: UUID, batch: MirrorBatch) -> None:
        self._session = session
        self._key = key
        self._batch = batch
        self._row = session.get(BuildWorkflow, key)
        self._head = head_of(self._row)
        self._notices = NoticeOutbox(session, key, batch.build_id)

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
        before = None if self._row is None else view_of(self._row)
        view = fold(new, before)
        self._take(view)
        self._insert(new, superseded=False)
        self._session.add_all(handoff_rows(self._key, view, new))
        self._notices.put(before, new)

    def _branch_off(self, new: Sequence[Entry]) -> None:
        self._insert(new, superseded=True)
        if self._row is not None and new[-1].at >= self._row.updated_at:
            living, view = make_living(self._session, self._key, new[-1])
            self._take(view)
            self._notices.keep_only(living)
            self._notices.put(None, living)

    def _new_entries(self) -> Sequence[Entry]:
        keys = {event_key(self._key, entry.hash): entry for entry in self._batch.entries}
        found = self._session.scalars(select(WorkflowEvent.id).where(WorkflowEvent.id.in_(keys)))
        for key in found:
            del keys[key]
        return list(keys.values())

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
        row = self._session.get(WorkflowEvent, event_key(self._key, parent_hash))
        return None if row is None else row.sequence

    def _take(self, view: BuildView) -> None:
        if view.build_id != self._batch.build_id:
            raise BatchBroken(f"a batch of build {self._batch.build_id!r} holds the journal of {view.build_id!r}")
        if self._row is None:
            self._row = BuildWorkflow(id=self._key)
            self._session.add(self._row)
        set_build(self._row, view)
        self._session.flush()

    def _insert(self, entries: Sequence[Entry], *, superseded: bool) -> None:
        self._session.add_all(event_row(self._key, entry, superseded=superseded) for entry in entries)
        self._session.flush()
