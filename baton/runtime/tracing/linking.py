"""What ties the traces of a build together: its own, and those of the commands that it was given.

Temporal's own interceptor carries a trace from whoever starts a workflow through its runs and its activities. What is
sent to it later comes with the trace of its sender, and belongs to that one: it is linked to the build's, both ways.
"""

from typing import Any

from opentelemetry import trace
from temporalio.contrib.opentelemetry import OpenTelemetryPlugin
from temporalio.plugin import SimplePlugin
from temporalio.worker import (
    ExecuteWorkflowInput,
    HandleSignalInput,
    HandleUpdateInput,
    Interceptor,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

TO_THE_BUILD = {"baton.link": "build"}
TO_A_COMMAND = {"baton.link": "command"}


def plugins() -> tuple[SimplePlugin, ...]:
    """The plugins of a client of Temporal's, in order: what is linked are the spans that the first one makes."""
    return OpenTelemetryPlugin(add_temporal_spans=True), SimplePlugin("baton-links", interceptors=[Linking()])


class Linking(Interceptor):
    """Links the spans of what a workflow is sent to the one of its run."""

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:  # noqa: A002
        """What does it, for one run."""
        return _LinkedWorkflow


class _LinkedWorkflow(WorkflowInboundInterceptor):
    def __init__(self, next: WorkflowInboundInterceptor) -> None:  # noqa: A002 - the SDK's name
        super().__init__(next)
        self._run: trace.Span | None = None
        self._before: list[trace.Span] = []

    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:  # noqa: A002
        self._run = trace.get_current_span()
        for early in self._before:
            self._link(early)
        self._before.clear()
        return await super().execute_workflow(input)

    async def handle_signal(self, input: HandleSignalInput) -> None:  # noqa: A002
        self._link(trace.get_current_span())
        await super().handle_signal(input)

    def handle_update_validator(self, input: HandleUpdateInput) -> None:  # noqa: A002
        if self._run is not None:
            _link(trace.get_current_span(), self._run, TO_THE_BUILD)
        super().handle_update_validator(input)

    async def handle_update_handler(self, input: HandleUpdateInput) -> Any:  # noqa: A002
        self._link(trace.get_current_span())
        return await super().handle_update_handler(input)

    def _link(self, command: trace.Span) -> None:
        if self._run is None:  # a message can come before the run has begun
            self._before.append(command)
            return
        _link(command, self._run, TO_THE_BUILD)
        _link(self._run, command, TO_A_COMMAND)


def _link(span: trace.Span, to: trace.Span, what: dict[str, str]) -> None:
    here, there = span.get_span_context(), to.get_span_context()
    if here.is_valid and there.is_valid and here.trace_id != there.trace_id:
        span.add_link(there, what)
