"""Answers to the queries that come in pages."""

from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from baton.contracts.messages import Handoff, HistoryPage, JournalPage, PageRequest
    from baton.domain.handing import handed_over
    from baton.domain.journal import Entry
    from baton.domain.jsonvalue import canonical
    from baton.domain.view import BuildView

_PAGE_BYTES = 1_000_000


def journal_page(entries: list[Entry], page: PageRequest, first: int, earlier_run_id: str | None) -> JournalPage:
    """The entries after ``page.after``; fewer than asked for when they are large."""
    wanted = entries[max(0, page.after - first + 1) :]
    taken = wanted[: _fitting([entry.data for entry in wanted[: page.limit]])]
    return JournalPage(
        entries=tuple(taken), more=len(taken) < len(wanted), first_sequence=first, earlier_run_id=earlier_run_id
    )


def history_page(view: BuildView, entries: list[Entry], page: PageRequest) -> HistoryPage:
    """The handoffs whose entry comes after ``page.after``."""
    by_sequence = {entry.sequence: entry for entry in entries}
    wanted = [record for record in view.handoff_history if record.sequence > page.after]
    data = [_data(by_sequence.get(record.sequence)) for record in wanted[: page.limit]]
    count = _fitting(data)
    handoffs = tuple(
        Handoff(record=record, data=transferred)
        for record, transferred in zip(wanted[:count], data[:count], strict=True)
    )
    return HistoryPage(handoffs=handoffs, more=count < len(wanted))


def _data(entry: Entry | None) -> dict[str, Any] | None:
    return None if entry is None else handed_over(entry)


def _fitting(values: list[Any]) -> int:
    """How many of ``values`` fit on a page: at least one, if there is one."""
    room = _PAGE_BYTES
    for count, value in enumerate(values):
        room -= len(canonical(value))
        if room < 0:
            return max(1, count)
    return len(values)
