"""The outbox: entries on their way to the SQL mirror, off the path of the build.

There are two ways. Entries ride with the order of a phase that begins (:meth:`Outbox.aboard`): the role's worker,
where it has the database, writes them meanwhile, and its report says so. What nobody takes along, or nobody has written
within moments, goes by an activity of its own. Either way they are in Temporal's history before they are in SQL.
"""

import asyncio
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from baton.contracts.errors import MIRROR_GAP
    from baton.contracts.messages import MirrorBatch
    from baton.domain.journal import Entry
    from baton.domain.jsonvalue import canonical
    from baton.domain.requests import BuildRequest
    from workflows.writing import write

_BATCH_ENTRIES = 100
_BATCH_BYTES = 1_000_000
_ABOARD_BYTES = 100_000
_RIDE = timedelta(seconds=2)
"""How long entries ride before they are written by an activity of their own all the same: the phase may be waiting for
a worker, or be done by one without the database.
"""
_AFTER_A_FAILURE_FOR_GOOD = timedelta(minutes=1)


class Outbox:
    """The entries of a run, and how many of them are written. Batches form by themselves: what arrives during a
    write goes with the next one.
    """

    def __init__(self, request: BuildRequest) -> None:
        self._request = request
        self._entries: list[Entry] = []
        self._written = 0
        self._riding: int | None = None  # so many are written when those that ride are
        self._rides = 0
        self._stranded = False  # something rode, and was not written
        self._writing = False
        self.held = False
        """Whether more is about to come: nothing is sent until it has."""

    @property
    def entries(self) -> list[Entry]:
        """All entries of this run, written or not."""
        return self._entries

    @property
    def empty(self) -> bool:
        """Whether everything put in has been written."""
        return self._written == len(self._entries)

    def put(self, entries: list[Entry]) -> None:
        """Add entries, in order."""
        self._entries.extend(entries)

    def aboard(self) -> MirrorBatch | None:
        """What rides with the order of the phase that begins now: all that is not written, if that is not much and
        nobody is at it.
        """
        if self.empty or self._writing or self._stranded or self._riding is not None:
            return None
        entries = self._batch(_ABOARD_BYTES)
        if self._written + len(entries) < len(self._entries) or _weight(entries[0]) > _ABOARD_BYTES:
            return None
        self._riding = len(self._entries)
        self._rides += 1
        return self._as_message(entries)

    def landed(self, sequence: int | None) -> None:
        """The phase has ended: what rode with its order is in SQL up to ``sequence``. What is not is written now."""
        if self._riding is None:
            return
        if sequence is not None:
            done = sequence - self._entries[0].sequence + 1
            if self._written < done <= self._riding:
                self._written = done
        self._unload()

    async def watch(self) -> None:
        """See to it, for ever, that nothing rides for longer than moments."""
        while True:
            await workflow.wait_condition(lambda: self._riding is not None)
            ride = self._rides
            await workflow.sleep(_RIDE, summary="then the mirror is written, whoever has it aboard")
            if self._rides == ride:
                self._unload()

    async def drain(self) -> None:
        """Write what is put in, for ever. A database that is away costs lag and nothing else."""
        while True:
            await workflow.wait_condition(self._is_due)
            await asyncio.sleep(0)  # the phases come first: a phase that is overtaken in this turn is stopped before
            if not self._is_due():  # it has gone aboard meanwhile
                continue
            batch = self._as_message(self._batch(_BATCH_BYTES))
            up_to = self._written + len(batch.entries)
            self._writing = True
            try:
                await write(batch, self._request)
            except ActivityError as error:
                if not self._rewound(error):
                    workflow.logger.error("the mirror refuses entries of %s: %s", batch.build_id, error.cause or error)
                    await workflow.sleep(_AFTER_A_FAILURE_FOR_GOOD)
            else:
                self._written = max(self._written, up_to)
                self._stranded = False
            finally:
                self._writing = False

    def _unload(self) -> None:
        self._stranded = self._riding is not None and self._written < self._riding
        self._riding = None

    def _is_due(self) -> bool:
        carried = self._written if self._riding is None else self._riding
        return len(self._entries) > carried and not self.held

    def _as_message(self, entries: tuple[Entry, ...]) -> MirrorBatch:
        info = workflow.info()
        return MirrorBatch(
            build_id=self._request.build_id,
            workflow_id=info.workflow_id,
            first_run_id=info.first_execution_run_id,
            entries=entries,
        )

    def _batch(self, room: int) -> tuple[Entry, ...]:
        entries: list[Entry] = []
        for entry in self._entries[self._written : self._written + _BATCH_ENTRIES]:
            room -= _weight(entry)
            if entries and room < 0:
                break
            entries.append(entry)
        return tuple(entries)

    def _rewound(self, error: ActivityError) -> bool:
        """Whether the mirror lacks entries that this run has: then they are written again (a database restored from a
        backup in the middle of a build).
        """
        cause = error.cause
        if not (isinstance(cause, ApplicationError) and cause.type == MIRROR_GAP and cause.details):
            return False
        behind = int(cause.details[0]) - self._entries[0].sequence
        if not 0 <= behind < self._written:
            return False
        self._written = behind
        return True


def _weight(entry: Entry) -> int:
    return len(canonical(entry.data))
