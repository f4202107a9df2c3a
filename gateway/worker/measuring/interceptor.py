"""What a worker counts and marks, seen from outside of its activities and workflows: they know nothing of it."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from temporalio import activity, workflow
from temporalio.exceptions import ApplicationError
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    HandleUpdateInput,
    Interceptor,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

from baton.contracts.messages import NoticeReceipt
from baton.domain.reports import PhaseReport
from baton.domain.steps import PhaseOrder
from baton.domain.vocabulary import CommandName, RefusalCode
from baton.runtime.metrics import catalogue, meter
from baton.runtime.tracing import spans
from gateway.worker.measuring.journal import UNWRITTEN

_COMMANDS = frozenset(CommandName)
_CODES = frozenset(RefusalCode)


def measuring() -> list[Interceptor]:
    """The interceptors of a worker: none where nobody looks."""
    if not meter.metering() and not spans.tracing():
        return []
    meter.follow(catalogue.MIRROR_WAITING, UNWRITTEN.entries)
    meter.follow(catalogue.MIRROR_WAITING_SECONDS, UNWRITTEN.seconds)
    return [Measuring()]


class Measuring(Interceptor):
    """Counts phases, journal entries, notices and refusals, and marks the spans of phases and of the mirror."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002
        """What counts activities."""
        return _MeasuredActivities(next)

    def workflow_interceptor_class(
        self,
        input: WorkflowInterceptorClassInput,  # noqa: A002
    ) -> type[WorkflowInboundInterceptor]:
        """What counts the commands that a workflow refuses."""
        return _MeasuredWorkflow


class _MeasuredActivities(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002
        spans.remember()
        given = input.args[0] if input.args else None
        match activity.info().activity_type, given:
            case "perform_phase", PhaseOrder():
                async with _phase(given):
                    return _marked(await self.next.execute_activity(input))
            case "deliver_notice", _:
                return await _notice(self.next.execute_activity(input))
            case "park_notice", _:
                answer = await self.next.execute_activity(input)
                meter.add(catalogue.WEBHOOKS_PARKED)
                return answer
        return await self.next.execute_activity(input)


@asynccontextmanager
async def _phase(order: PhaseOrder) -> AsyncIterator[None]:
    phase = order.phase.value
    spans.mark(
        baton__build_id=order.build_id, baton__phase=phase, baton__role=order.role.value, baton__run=order.run_in_phase
    )
    began, outcome = time.monotonic(), "failed"
    meter.add(catalogue.PHASES_RUNNING, phase=phase)
    try:
        yield
        outcome = "done"
    except asyncio.CancelledError:
        outcome = "cancelled"
        raise
    except ApplicationError as error:
        meter.add(catalogue.PHASE_FAILURES, phase=phase, code=error.type or "unknown")
        raise
    finally:
        meter.add(catalogue.PHASES_RUNNING, -1, phase=phase)
        meter.observe(catalogue.PHASE_SECONDS, time.monotonic() - began, phase=phase, outcome=outcome)
        spans.mark(baton__outcome=outcome)


def _marked(report: Any) -> Any:
    if isinstance(report, PhaseReport):
        spans.mark(
            baton__verdict=None if report.verdict is None else report.verdict.value,
            baton__runner=None if report.player is None else report.player.runner,
        )
    return report


async def _notice(sending: Any) -> Any:
    began, outcome = time.monotonic(), "failed"
    try:
        receipt = await sending
        if isinstance(receipt, NoticeReceipt):
            outcome = receipt.outcome.value
        return receipt
    finally:
        meter.observe(catalogue.WEBHOOK_SECONDS, time.monotonic() - began, outcome=outcome)
        spans.mark(baton__outcome=outcome)


class _MeasuredWorkflow(WorkflowInboundInterceptor):
    def handle_update_validator(self, input: HandleUpdateInput) -> None:  # noqa: A002
        try:
            super().handle_update_validator(input)
        except ApplicationError as error:
            _refused(input.update, error)
            raise

    async def handle_update_handler(self, input: HandleUpdateInput) -> Any:  # noqa: A002
        try:
            return await super().handle_update_handler(input)
        except ApplicationError as error:
            if not workflow.unsafe.is_replaying():
                _refused(input.update, error)
            raise


def _refused(command: str, error: ApplicationError) -> None:
    """Count it, when it is a command and its refusal, and not a start that failed."""
    if command in _COMMANDS and error.type in _CODES:
        meter.add(catalogue.REFUSALS, command=command, code=error.type)
