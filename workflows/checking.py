"""The workflow that a schedule starts: SQL is compared with Temporal's histories, once."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from baton.contracts.activities import check_mirror
    from baton.contracts.messages import CheckMirror, MirrorChecked
    from baton.contracts.names import MIRROR_CHECK_WORKFLOW

_LONGEST = timedelta(hours=12)
_HEARTBEAT = timedelta(seconds=30)
_TRIES = RetryPolicy(initial_interval=timedelta(seconds=5), maximum_interval=timedelta(minutes=5))


@workflow.defn(name=MIRROR_CHECK_WORKFLOW)
class MirrorCheckWorkflow:
    """One check of the mirror."""

    @workflow.run
    async def run(self, order: CheckMirror) -> MirrorChecked:
        """Have it checked. It is complete also when SQL drifts; its result says so."""
        checked = await workflow.execute_activity(
            check_mirror,
            order,
            schedule_to_close_timeout=_LONGEST,
            start_to_close_timeout=_LONGEST,
            heartbeat_timeout=_HEARTBEAT,
            retry_policy=_TRIES,
            summary="compare SQL with Temporal's histories",
        )
        workflow.set_current_details(checked.message)
        return checked
