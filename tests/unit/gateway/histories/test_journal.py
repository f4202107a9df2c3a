"""Journals read from recorded histories, without a server or a worker."""

from collections.abc import AsyncIterator, Sequence

import pytest
from temporalio.api.common.v1 import Payloads
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.contrib.pydantic import pydantic_data_converter

from baton.contracts.activities import mirror_journal
from baton.contracts.messages import MirrorBatch
from baton.domain.fold import fold
from baton.domain.journal import Entry
from baton.domain.vocabulary import State, Status
from gateway.errors import HistoryBroken, HistoryUnreadable
from gateway.histories.journal import RecordedJournal, journal_of
from gateway.histories.run import MIRROR_ACTIVITY, Run, RunReader
from gateway.histories.standing import Standing
from tests.replay import recordings

_SCHEDULED = EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
_ENDED = {
    "abandoned": (Standing.FAILED, Status.FAILED),
    "cancelled_at_work": (Standing.CANCELLED, Status.CANCELLED),
    "happy_path": (Standing.COMPLETED, Status.COMPLETE),
    "two_reworks": (Standing.COMPLETED, Status.COMPLETE),
}


def _history(name: str) -> list[HistoryEvent]:
    return list(recordings.read(recordings.FOLDER / f"{name}.json").events)


async def _one_by_one(events: Sequence[HistoryEvent]) -> AsyncIterator[HistoryEvent]:
    for event in events:
        yield event


async def _run(name: str, events: Sequence[HistoryEvent] | None = None) -> Run:
    reader = RunReader(pydantic_data_converter, "default", f"build-{name}", name)
    return await reader.read(_one_by_one(_history(name) if events is None else events))


async def _journal(*names: str) -> RecordedJournal:
    return journal_of("build-x", [await _run(name) for name in names])


def _mirrored(events: Sequence[HistoryEvent]) -> list[HistoryEvent]:
    """The events that schedule the mirror's activity."""
    scheduled = [event for event in events if event.event_type == _SCHEDULED]
    return [
        event
        for event in scheduled
        if event.activity_task_scheduled_event_attributes.activity_type.name == MIRROR_ACTIVITY
    ]


async def _set_entries(event: HistoryEvent, change: dict[int, Entry]) -> None:
    """Have a scheduled batch carry other entries under some sequences."""
    given = event.activity_task_scheduled_event_attributes.input
    batch: MirrorBatch = (await pydantic_data_converter.decode(given.payloads, [MirrorBatch]))[0]
    entries = tuple(change.get(entry.sequence, entry) for entry in batch.entries)
    changed = await pydantic_data_converter.encode([batch.model_copy(update={"entries": entries})])
    given.CopyFrom(Payloads(payloads=changed))


def test_the_activity_is_the_one_that_workflows_call() -> None:
    assert mirror_journal.__temporal_activity_definition.name == MIRROR_ACTIVITY  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", _ENDED)
async def test_a_closed_build_is_read_whole(name: str) -> None:
    found = await _journal(name)

    standing, status = _ENDED[name]
    assert (found.standing, found.whole, found.cut) == (standing, True, False)
    assert fold(found.entries).status is status
    assert found.acknowledged == len(found.entries) == found.entries[-1].sequence
    assert found.closed_at is not None
    assert found.closed_at >= found.entries[-1].at
    assert found.reason == ("build_abandoned: build 'abandoned' was abandoned" if name == "abandoned" else "")


async def test_runs_that_continue_one_another_tell_one_journal() -> None:
    names = [f"continued_as_new.{number}" for number in (1, 2, 3)]
    first, second, last = [await _run(name) for name in names]

    assert (first.continued_from, last.continued_to) == (None, None)
    assert second.continued_from is not None
    assert first.continued_to is not None
    whole = journal_of("build-x", [first, second, last])
    assert (whole.whole, whole.run_ids) == (True, tuple(names))
    assert fold(whole.entries).current_state is State.COMPLETE


async def test_a_journal_whose_first_run_is_gone_says_so() -> None:
    found = await _journal("continued_as_new.2", "continued_as_new.3")

    assert (found.cut, found.whole, found.standing) == (True, False, Standing.COMPLETED)
    assert found.entries[0].sequence > 1


async def test_a_running_build_is_not_whole_and_tells_what_the_mirror_has_answered_for() -> None:
    events = _history("happy_path")
    last = _mirrored(events)[-1]
    sent = await _run("happy_path", events[: events.index(last) + 1])
    before = await _run("happy_path", events[: events.index(last)])

    found = journal_of("build-x", [sent])
    assert (found.standing, found.whole, found.closed_at) == (Standing.RUNNING, False, None)
    assert found.acknowledged == len(before.entries) < len(found.entries)


async def test_batches_that_are_sent_again_count_once() -> None:
    events = _history("happy_path")
    again = [*events[:-1], *_mirrored(events), events[-1]]

    assert (await _run("happy_path", again)).entries == (await _run("happy_path")).entries


def test_a_workflow_without_runs_is_missing() -> None:
    assert journal_of("build-x", []) == RecordedJournal("build-x", Standing.MISSING)


async def test_payloads_that_cannot_be_decoded_are_told_with_their_event() -> None:
    events = _history("happy_path")
    damaged = _mirrored(events)[1]
    damaged.activity_task_scheduled_event_attributes.input.payloads[0].metadata["encoding"] = b"binary/encrypted"

    with pytest.raises(HistoryUnreadable, match=rf"Event {damaged.event_id} in the history of 'build-happy_path'"):
        await _run("happy_path", events)


async def test_entries_that_were_changed_in_the_history_prove_nothing() -> None:
    events = _history("happy_path")
    third = list((await _run("happy_path")).entries.values())[2]
    for event in _mirrored(events):
        await _set_entries(event, {3: third.model_copy(update={"data": third.data | {"reason": "because"}})})

    with pytest.raises(HistoryBroken, match="entry 3 was changed"):
        journal_of("build-x", [await _run("happy_path", events)])
