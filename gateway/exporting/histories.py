"""The histories in an export: whether they tell the journal that stands beside them."""

from collections.abc import AsyncIterator, Sequence

from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter

from gateway.errors import ExportUnusable
from gateway.exporting.document import Export
from gateway.histories.journal import journal_of
from gateway.histories.run import RunReader


async def check_histories(export: Export, converter: DataConverter) -> None:
    """Raises ExportUnusable where they tell another journal, HistoryUnreadable where they cannot be decoded."""
    runs = []
    for run in export.runs:
        if not run.living:
            continue
        try:
            history = WorkflowHistory.from_json(export.workflow_id, run.history)
        except Exception as error:
            reason = (str(error).splitlines() or [""])[0][:200]
            raise ExportUnusable(f"The history of run {run.run_id!r} in the export is none: {reason}") from error
        reader = RunReader(converter, export.namespace or "", export.workflow_id, run.run_id)
        runs.append(await reader.read(_one_by_one(history.events)))
    recorded = journal_of(export.workflow_id, runs)
    if runs and list(recorded.entries) != export.journal[len(export.journal) - len(recorded.entries) :]:
        raise ExportUnusable("The histories in the export tell another journal than the one that stands beside them")


async def _one_by_one(events: Sequence[HistoryEvent]) -> AsyncIterator[HistoryEvent]:
    for event in events:
        yield event
