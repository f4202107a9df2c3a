"""Which spans are kept until they are sent."""

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from temporalio import workflow

_OF_WORKFLOWS = ("RunWorkflow:", "HandleSignal:", "HandleUpdate:")


class Keeping(BatchSpanProcessor):
    """Keeps spans that have ended, but for those of a workflow that a worker has dropped from its memory.

    What is dropped goes on elsewhere, or here when it is taken up again, and its span ends there: with the same ID.
    """

    def on_end(self, span: ReadableSpan) -> None:
        """Keep ``span``."""
        if not span.name.startswith(_OF_WORKFLOWS) or _ends_in_its_run(span):
            super().on_end(span)


def _ends_in_its_run(span: ReadableSpan) -> bool:
    # What is dropped is cleared away anywhere, in the middle of another workflow, too.
    return workflow.in_workflow() and workflow.info().run_id == (span.attributes or {}).get("temporalRunID")
