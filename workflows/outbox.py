"""The outbox: entries on their way to the SQL mirror, off the path of the build."""

import asyncio
from datetime import timedelta

from temporalio import workflow
from temporalio.common import Priority, RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from baton.contracts.activities import mirror_journal
    from baton.contracts.errors import MIRROR_GAP
    from baton.contracts.messages import MirrorBatch
    from baton.contracts.names import BUILDS_QUEUE, fairness_key
    from baton.domain.journal import Entry
    from baton.domain.jsonvalue import canonical
    from baton.domain.requests import BuildRequest
    from workflows.summaries import of_journal

_BATCH_ENTRIES = 100
_BATCH_BYTES = 1_000_000
_AFTER_A_FAILURE_FOR_GOOD = timedelta(minutes=1)


class Outbox:
    """The entries of a run, and how many of them are written. Batches form by themselves: what arrives during a
    write goes with the next one.
    """

    def __init__(self, request: BuildRequest) -> None:
        self._request = request
        self._entries: list[Entry] = []
        self._written = 0

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

    async def drain(self) -> None:
        """Write what is put in, for ever. A database that is away costs lag and nothing else."""
        info = workflow.info()
        while True:
            await workflow.wait_condition(lambda: not self.empty)
            await asyncio.sleep(0)  # the phases come first: a phase that is overtaken in this turn is stopped before
            entries = self._batch()
            batch = MirrorBatch(
                build_id=self._request.build_id,
                workflow_id=info.workflow_id,
                first_run_id=info.first_execution_run_id,
                entries=entries,
            )
            try:
                await self._write(batch)
            except ActivityError as error:
                if not self._rewound(error):
                    workflow.logger.error("the mirror refuses entries of %s: %s", batch.build_id, error.cause or error)
                    await workflow.sleep(_AFTER_A_FAILURE_FOR_GOOD)
            else:
                self._written += len(entries)

    def _batch(self) -> tuple[Entry, ...]:
        entries: list[Entry] = []
        room = _BATCH_BYTES
        for entry in self._entries[self._written : self._written + _BATCH_ENTRIES]:
            room -= len(canonical(entry.data))
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

    async def _write(self, batch: MirrorBatch) -> None:
        await workflow.execute_activity(
            mirror_journal,
            batch,
            task_queue=BUILDS_QUEUE,
            start_to_close_timeout=timedelta(seconds=60),
            heartbeat_timeout=timedelta(seconds=5),
            retry_policy=RetryPolicy(
                initial_interval=timedelta(milliseconds=200),
                maximum_interval=timedelta(seconds=10),
                non_retryable_error_types=[MIRROR_GAP],
            ),
            summary=of_journal(batch.entries),
            priority=Priority(fairness_key=fairness_key(self._request.project_id)),
        )
