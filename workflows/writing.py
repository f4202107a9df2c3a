"""Having the mirror written."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import Priority, RetryPolicy

with workflow.unsafe.imports_passed_through():
    from baton.contracts.activities import mirror_journal
    from baton.contracts.errors import MIRROR_GAP
    from baton.contracts.messages import MirrorBatch
    from baton.contracts.names import BUILDS_QUEUE, fairness_key
    from baton.domain.requests import BuildRequest
    from workflows.summaries import of_journal


async def write(batch: MirrorBatch, request: BuildRequest) -> None:
    """Have ``batch`` written to SQL, for as long as it takes. Raises ActivityError where trying again is no use."""
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
        priority=Priority(fairness_key=fairness_key(request.project_id)),
    )
