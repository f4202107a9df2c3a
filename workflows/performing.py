"""Having a role perform its phase, on whatever machine serves the role."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import Priority, RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, TimeoutType
from temporalio.exceptions import TimeoutError as ActivityTimedOut
from temporalio.workflow import ActivityCancellationType, ActivityHandle

with workflow.unsafe.imports_passed_through():
    from pydantic import ValidationError

    from baton.contracts import errors
    from baton.contracts.activities import compensate_phase, perform_phase
    from baton.contracts.messages import LadenOrder, PhaseAnswer
    from baton.contracts.names import fairness_key, role_queue
    from baton.domain.attempts import Attempt, Compensation, Expenses
    from baton.domain.build import Build
    from baton.domain.deadlines import wall_clock_ends
    from baton.domain.evidence import Usage
    from baton.domain.journal import Entry
    from baton.domain.requests import BuildRequest
    from baton.domain.steps import Compensate, CompensationOrder, Perform, PhaseOrder
    from baton.domain.terms import RoleTerms, Terms
    from workflows import summaries
    from workflows.outbox import Outbox
    from workflows.waiting import wait_until

_LONGEST_BACKOFF = timedelta(minutes=5)

Record = Callable[[list[Entry]], None]
"""Keeps new entries of the build's journal."""


async def perform(step: Perform, build: Build, record: Record, outbox: Outbox) -> None:
    """Carry out ``step.order`` and record what comes of it.

    An order that is overtaken meanwhile (rollback, retry, abandon, the wall clock) is cancelled, and its report, if
    one comes, counts for nothing. Entries ride along where the worker that opened the build plays the role.
    """
    order, terms = step.order, build.view.terms
    riding = outbox.aboard() if terms.role(order.role).beside else None
    running = _start(order if riding is None else LadenOrder(**dict(order), journal=riding), terms)
    written: int | None = None
    try:
        await ended(running, lambda: build.expects(order.number), step.deadline, build, record)
        if running.cancelled():  # stopped before it had begun
            return
        try:
            answer = running.result()
        except ActivityError as error:
            code, message = explain(error)
            usage, attempts = spent(error)
            record(build.fail(order.number, code, message, workflow.now(), usage=usage, attempts=attempts))
        else:
            written = answer.journal_written
            record(build.report(order.number, answer.report, workflow.now()))
    finally:
        outbox.landed(written)


async def compensate(step: Compensate, build: Build, record: Record) -> None:
    """Carry out ``step.order`` and record what comes of it, as :func:`perform` does."""
    order = step.order
    running = _start_undoing(order, build.view.terms)
    await ended(running, lambda: build.expects_compensation(order), step.deadline, build, record)
    if running.cancelled():
        return
    try:
        outcome = running.result()
    except ActivityError as error:
        code, message = explain(error)
        outcome = Compensation(phase=order.phase, succeeded=False, message=f"{code}: {message}")
    record(build.compensated(order, outcome, workflow.now()))


async def ended(
    running: ActivityHandle[Any],
    expected: Callable[[], bool],
    deadline: datetime | None,
    build: Build,
    record: Record,
) -> None:
    """Wait until ``running`` has ended; stop it when it is no longer ``expected``, or with the build."""
    try:
        while not await wait_until(lambda: running.done() or not expected(), deadline, summaries.WALL_CLOCK):
            record(build.expire(workflow.now()))
            # Still expected: the wall clock was extended meanwhile. Builds of before waited for the end alone.
            if not expected() or not workflow.patched("wall-clock-extended"):
                break
            deadline = wall_clock_ends(build.view)
        if not expected():
            running.cancel()
        # Awaiting the handle itself would hand a cancellation of the build to the activity, where it would be lost.
        await workflow.wait_condition(running.done)
    except asyncio.CancelledError:
        running.cancel()
        await workflow.wait_condition(running.done)
        with suppress(ActivityError, ApplicationError, asyncio.CancelledError):
            running.result()
        raise


def _start(order: PhaseOrder, terms: Terms) -> ActivityHandle[PhaseAnswer]:
    role = terms.role(order.role)
    return workflow.start_activity(
        perform_phase,
        order,
        task_queue=role_queue(order.role),
        start_to_close_timeout=role.timeout,
        heartbeat_timeout=role.heartbeat,
        retry_policy=retries(role),
        cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        summary=summaries.of_phase(order),
        priority=priority(terms, order.request),
    )


def _start_undoing(order: CompensationOrder, terms: Terms) -> ActivityHandle[Compensation]:
    role = terms.role(order.role)
    return workflow.start_activity(
        compensate_phase,
        order,
        task_queue=role_queue(order.role),
        start_to_close_timeout=role.timeout,
        heartbeat_timeout=role.heartbeat,
        retry_policy=retries(role),
        cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        summary=summaries.of_undoing(order),
        priority=priority(terms, order.request),
    )


def retries(role: RoleTerms) -> RetryPolicy:
    """How often what a role does is tried, and after how long."""
    return RetryPolicy(initial_interval=role.backoff, maximum_interval=_LONGEST_BACKOFF, maximum_attempts=role.attempts)


def priority(terms: Terms, request: BuildRequest) -> Priority:
    """Where a build stands in the queue of a role."""
    return Priority(priority_key=terms.priority, fairness_key=fairness_key(request.project_id))


def explain(error: ActivityError) -> tuple[str, str]:
    """What sort of failure it was and what happened, for the journal."""
    cause = error.cause
    if isinstance(cause, ApplicationError):
        return cause.type or errors.RUNNER_FAILED, cause.message
    if isinstance(cause, ActivityTimedOut):
        if cause.type is TimeoutType.HEARTBEAT:
            return errors.WORKER_LOST, "the worker stopped answering, on every attempt"
        return errors.RUNNER_TIMED_OUT, "the phase took longer than the profile's timeout, on every attempt"
    return errors.RUNNER_FAILED, str(cause or error)


def spent(error: ActivityError) -> tuple[Usage | None, tuple[Attempt, ...]]:
    """What the attempts used that came to nothing, as far as the last of them could say it."""
    cause = error.cause
    details: Sequence[Any] = ()
    if isinstance(cause, ApplicationError):
        details = cause.details
    elif isinstance(cause, ActivityTimedOut):
        details = cause.last_heartbeat_details
    for detail in details:
        try:
            told = Expenses.model_validate(detail)
        except ValidationError:
            continue
        return told.usage, told.attempts
    return None, ()
