"""The rows that other systems write beside Baton, and what a build weighs."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from baton.contracts.activities import mirror_journal
from baton.store.engine import open_engine
from baton.store.mirror import Mirror
from baton.store.tables import BuildWorkflow, WorkflowEvent, WorkflowHandoff
from bench.bodies import PHASES, report
from bench.guests.rows import Rows
from bench.measuring.history import weigh
from bench.measuring.journals import batches
from bench.measuring.written import Written
from bench.systems.postgresql import make_tables
from bench.systems.template import take_template
from bench.systems.turn import Lost


@pytest.fixture
def database(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'rows.db'}"
    make_tables(url)
    return url


def _carry(database: str, build: str) -> None:
    engine = open_engine(database)
    for batch in batches(build):
        Mirror(engine).write(batch)
    engine.dispose()


def _told(engine: Engine, build: str) -> list[object]:
    with engine.connect() as connection:
        mine = select(BuildWorkflow.id).where(BuildWorkflow.build_id == build).scalar_subquery()
        events = select(WorkflowEvent.sequence, WorkflowEvent.event_type, WorkflowEvent.event_data, WorkflowEvent.hash)
        handoffs = select(WorkflowHandoff.sequence, WorkflowHandoff.from_role, WorkflowHandoff.data_transferred)
        return [
            *connection.execute(events.where(WorkflowEvent.workflow_id == mine).order_by("sequence")),
            *connection.execute(handoffs.where(WorkflowHandoff.workflow_id == mine).order_by("sequence")),
        ]


def test_another_system_writes_the_rows_of_a_build_in_seven_transactions(database: str, tmp_path: Path) -> None:
    _carry(database, "own-1")
    template = take_template(tmp_path / "rows.db", "own-1", tmp_path / "template.json")
    rows = Rows(database, template)
    assert rows.transitions == 1 + len(PHASES)
    for number in (*range(rows.transitions), rows.transitions - 1):  # the last one twice: nothing is doubled
        rows.write("other-1", number)
    engine = open_engine(database)
    assert _told(engine, "other-1") == _told(engine, "own-1")
    engine.dispose()


def test_missing_rows_are_noticed(database: str, tmp_path: Path) -> None:
    _carry(database, "own-1")
    template = take_template(tmp_path / "rows.db", "own-1", tmp_path / "template.json")
    Written.of(template).check(database, "own", 1)
    rows = Rows(database, template)
    for number in range(rows.transitions - 1):
        rows.write("other-1", number)
    with pytest.raises(Lost, match=r"\[1, 10, 4\], and not \[1, 12, 5\]"):
        Written.of(template).check(database, "other", 1)


def test_a_report_has_about_a_kilobyte() -> None:
    assert {phase: 950 < len(str(report(phase))) < 1_050 for phase in PHASES} == dict.fromkeys(PHASES, True)


def test_actions_are_counted_once_for_the_markers_of_a_task_and_for_each_attempt() -> None:
    events = [HistoryEvent(event_type=EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED)]
    for task in (4, 4, 9):
        marker = HistoryEvent(event_type=EventType.EVENT_TYPE_MARKER_RECORDED)
        marker.marker_recorded_event_attributes.workflow_task_completed_event_id = task
        events.append(marker)
    started = HistoryEvent(event_type=EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED)
    started.activity_task_started_event_attributes.attempt = 3
    assert weigh([*events, started]).actions == 1 + 2 + 3


def test_what_the_mirror_is_given_is_left_out_of_the_bytes_that_count_the_journal_once() -> None:
    scheduled = HistoryEvent(event_type=EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)
    told = scheduled.activity_task_scheduled_event_attributes
    told.activity_type.name = mirror_journal.__name__
    told.input.payloads.add().data = b"x" * 5_000
    weight = weigh([scheduled])
    assert weight.bytes > 5_000 > 200 > weight.bytes_once
