"""Quick phases, done in passing: by the worker that carries the build, without a round trip to a task queue.

That takes a worker which plays the role itself, and a phase of which the profile or its runner says that it takes
moments. Several of them in a row are one workflow task. It is a try: what does not succeed at once is done as any other
phase, by whoever serves the role.
"""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.workflow import ActivityCancellationType

with workflow.unsafe.imports_passed_through():
    from baton.contracts.activities import perform_phase
    from baton.domain.build import Build
    from baton.domain.steps import Perform, PhaseOrder
    from baton.domain.terms import Terms
    from workflows.outbox import Outbox
    from workflows.performing import Record, ended

_MOMENTS = timedelta(seconds=5)


async def perform_in_passing(step: Perform, build: Build, record: Record, outbox: Outbox) -> bool:
    """Carry out ``step.order`` here, if it is quick, and record its report.

    Whether that is done, or no longer wanted.
    """
    order = step.order
    if not _is_quick(order, build.view.terms):
        return False
    outbox.held = True
    try:
        running = workflow.start_local_activity(
            perform_phase,
            order,
            schedule_to_close_timeout=_MOMENTS,
            retry_policy=RetryPolicy(maximum_attempts=1),
            cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        )
        await ended(running, lambda: build.expects(order.number), None, build, record)
    finally:
        outbox.held = False
    if running.cancelled():
        return True
    try:
        answer = running.result()
    except (ActivityError, ApplicationError) as error:  # a local activity's own error may come bare or wrapped
        workflow.logger.info("%s goes to its role's own queue: %s", order.phase.value, error.cause or error)
        return not build.expects(order.number)
    record(build.report(order.number, answer.report, workflow.now()))
    return True


def _is_quick(order: PhaseOrder, terms: Terms) -> bool:
    """Whether it is to be tried here. A repository that is still to be cloned takes its time."""
    role = terms.role(order.role)
    there = order.commit is not None or order.request.repo is None
    return role.beside and there and order.phase in role.quick
