"""The outbox: entries on their way to the SQL mirror, off the path of the build."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import Priority, RetryPolicy
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from baton.contracts.activities import mirror_journal
    from baton.contracts.messages import MirrorBatch
    from baton.contracts.names import BUILDS_QUEUE, fairness_key
    from baton.domain.journal import Entry
    from baton.domain.jsonvalue import canonical
    from baton.domain.requests import BuildRequest

_BATCH_ENTRIES = 100
_BATCH_BYTES = 1_000_000
_AFTER_A_BROKEN_BATCH = timedelta(minutes=1)


class Outbox:
    """A queue with one drain. Batches form by themselves: what arrives during a write goes with the next one."""

    def __init__(self, request: BuildRequest) -> None:
        self._request = request
        self._waiting: list[tuple[Entry, int]] = []

    @property
    def empty(self) -> bool:
        """Whether everything put in has been written."""
        return not self._waiting

    def put(self, entries: list[Entry]) -> None:
        """Add entries, in order."""
        self._waiting.extend((entry, len(canonical(entry.data))) for entry in entries)

    async def drain(self) -> None:
        """Write what is put in, for ever. A database that is away costs lag and nothing else."""
        info = workflow.info()
        while True:
            await workflow.wait_condition(lambda: not self.empty)
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
                workflow.logger.error("the mirror refuses entries of %s: %s", batch.build_id, error.cause or error)
                await workflow.sleep(_AFTER_A_BROKEN_BATCH)
            else:
                del self._waiting[: len(entries)]

    def _batch(self) -> tuple[Entry, ...]:
        entries: list[Entry] = []
        room = _BATCH_BYTES
        for entry, size in self._waiting[:_BATCH_ENTRIES]:
            room -= size
            if entries and room < 0:
                break
            entries.append(entry)
        return tuple(entries)

    async def _write(self, batch: MirrorBatch) -> None:
        first, last = batch.entries[0].sequence, batch.entries[-1].sequence
        await workflow.execute_activity(
            mirror_journal,
            batch,
            task_queue=BUILDS_QUEUE,
            start_to_close_timeout=timedelta(seconds=60),
            heartbeat_timeout=timedelta(seconds=5),
            retry_policy=RetryPolicy(
                initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=10)
            ),
            summary=f"journal {first} to {last}",
            priority=Priority(fairness_key=fairness_key(self._request.project_id)),
        )
