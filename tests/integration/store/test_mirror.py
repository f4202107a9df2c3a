"""Journals in, rows out: once, in order, on both databases."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event, func, select, update

from baton.domain.commands import Pause, Resume
from baton.domain.fold import fold
from baton.domain.journal import verify
from baton.domain.vocabulary import EntryKind, Phase, Role, State, Status
from baton.store.compare import differences
from baton.store.errors import BatchBroken, MirrorGap
from baton.store.mirror import Mirror
from baton.store.reading import counts, events, get_build, handoffs, journal
from baton.store.records import Counts
from baton.store.tables import BuildWorkflow, WorkflowEvent
from baton.store.transactions import reading
from tests.journals import ANNA, STORIES, Story, happy, refused, reworked, rolled_back


@pytest.mark.parametrize("name", STORIES)
def test_a_journal_reads_back_from_sql_exactly_and_its_chain_verifies(engine: Engine, name: str) -> None:
    story = STORIES[name]()

    Mirror(engine).write(story.batch())

    stored = journal(engine, "b-1")
    assert stored == story.entries
    assert verify(stored) == story.build.view.head
    assert differences(engine, story.entries) == []


@pytest.mark.parametrize("name", STORIES)
def test_one_entry_at_a_time_gives_the_same_rows_as_all_at_once(engine: Engine, name: str) -> None:
    story, whole = STORIES[name]("b-1"), STORIES[name]("b-2")
    mirror = Mirror(engine)

    mirror.write(whole.batch())
    for number in range(1, len(story.entries) + 1):
        mirror.write(story.batch(number, number))

    assert differences(engine, story.entries) == differences(engine, whole.entries) == []
    assert counts(engine, "b-1") == counts(engine, "b-2")


def test_a_happy_build_has_five_handoffs_and_twelve_events(engine: Engine) -> None:
    Mirror(engine).write(happy().batch())

    assert counts(engine, "b-1") == Counts(handoffs=5, events=12)
    assert [(row.from_role, row.to_role) for row in handoffs(engine, "b-1")] == [
        (Role.Q_ASSISTANT, Role.CODE_WRITER),
        (Role.CODE_WRITER, Role.TEST_AUDITOR),
        (Role.TEST_AUDITOR, Role.VERIFICATION_OVERSEER),
        (Role.VERIFICATION_OVERSEER, Role.RELEASE_MANAGER),
        (Role.RELEASE_MANAGER, None),
    ]
    rows = events(engine, "b-1")
    assert [row.sequence for row in rows] == list(range(1, 13))
    assert (rows[0].event_type, rows[0].triggered_by) == (EntryKind.WORKFLOW_STARTED, "system")
    assert rows[0].event_data["reason"] == "anna asked for 'Round half to even'"
    assert (rows[2].event_type, rows[2].triggered_by) == (EntryKind.STATE_ADVANCED, "q_assistant")
    assert {name: rows[2].event_data[name] for name in ("from_state", "to_state", "from_role", "to_role")} == {
        "from_state": "planning",
        "to_state": "handoff_to_coder",
        "from_role": "q_assistant",
        "to_role": "code_writer",
    }


def test_the_build_row_is_its_journal_folded(engine: Engine) -> None:
    story = happy()

    Mirror(engine).write(story.batch())

    build = get_build(engine, "b-1")
    assert build is not None
    assert build.view == fold(story.entries)
    assert build.head == story.entries[-1].head
    assert build.metadata == {"ticket": "PAY-7", "weight": 1}
    assert build.phases[Phase.TESTING]["report"]["test_coverage"] == 91.5
    summary = build.summary
    assert (summary.current_state, summary.status, summary.progress) == (State.COMPLETE, Status.COMPLETE, 100.0)
    assert (summary.project_id, summary.user_id, summary.title) == ("payments", "anna", "Round half to even")
    assert summary.created_at == story.entries[0].at
    assert summary.completed_at == story.entries[-1].at
    assert summary.created_at.utcoffset() == timedelta(0)


def test_a_handoff_carries_what_the_next_role_got(engine: Engine) -> None:
    Mirror(engine).write(happy().batch())

    coder_to_tester = handoffs(engine, "b-1")[1]
    assert coder_to_tester.commit == "c0ffee"
    assert coder_to_tester.data_transferred == {
        "summary": "implementation is done",
        "output": {"phase": "implementation"},
        "commit": "c0ffee",
    }


def test_rework_hands_back_the_reason_and_all_findings_once(engine: Engine) -> None:
    Mirror(engine).write(reworked().batch())

    back = handoffs(engine, "b-1")[2]
    assert (back.from_role, back.to_role) == (Role.TEST_AUDITOR, Role.CODE_WRITER)
    assert (back.from_state, back.to_state) == (State.TESTING, State.IMPLEMENTATION)
    assert back.data_transferred["reason"] == "1 of the tests failed; half went up"
    assert [finding["id"] for finding in back.data_transferred["findings"]] == ["gate-tests_failed", "t1"]
    assert counts(engine, "b-1").handoffs == 7


def test_a_rollback_hands_back_the_reason_and_the_commit(engine: Engine) -> None:
    Mirror(engine).write(rolled_back().batch())

    back = handoffs(engine, "b-1")[3]
    assert (back.from_state, back.to_state) == (State.VERIFICATION, State.TESTING)
    assert back.data_transferred == {"reason": "look again", "commit": "c0ffee"}
    assert back.commit == "c0ffee"


def test_a_refusal_is_told_by_the_persons_own_id(engine: Engine) -> None:
    Mirror(engine).write(refused().batch())

    assert events(engine, "b-1")[-1].triggered_by == "anna"
    build = get_build(engine, "b-1")
    assert build is not None
    assert build.summary.current_role is None
    assert build.summary.status is Status.ERROR


def test_batches_again_and_overlapping_and_late_change_nothing(engine: Engine) -> None:
    story = reworked()
    batches = [story.batch(1, 4), story.batch(3, 6), story.batch(5, None)]
    mirror = Mirror(engine)
    for batch in batches:
        mirror.write(batch)
    before = get_build(engine, "b-1")

    chance = random.Random(7)
    for batch in chance.choices(batches, k=9):
        mirror.write(batch)

    assert get_build(engine, "b-1") == before
    assert differences(engine, story.entries) == []
    assert _all_rows(engine) == len(story.entries)


def test_a_gap_is_told_with_the_entry_to_go_on_from_and_closes(engine: Engine) -> None:
    story = happy()
    mirror = Mirror(engine)

    with pytest.raises(MirrorGap, match="goes on with entry 1, but the batch starts with entry 4"):
        mirror.write(story.batch(4, 6))
    assert get_build(engine, "b-1") is None

    mirror.write(story.batch(1, 3))
    with pytest.raises(MirrorGap) as gap:
        mirror.write(story.batch(7, None))
    assert (gap.value.build_id, gap.value.expected, gap.value.received) == ("b-1", 4, 7)

    mirror.write(story.batch(gap.value.expected, None))
    assert differences(engine, story.entries) == []


def test_a_batch_that_was_edited_is_refused_whole(engine: Engine) -> None:
    batch = happy().batch()
    edited = batch.entries[4].model_copy(update={"data": batch.entries[4].data | {"to_state": "complete"}})
    entries = (*batch.entries[:4], edited, *batch.entries[5:])

    with pytest.raises(BatchBroken, match="entry 5 was changed"):
        Mirror(engine).write(batch.model_copy(update={"entries": entries}))

    assert get_build(engine, "b-1") is None


def test_the_journal_of_another_build_is_refused(engine: Engine) -> None:
    batch = happy("b-2").batch().model_copy(update={"build_id": "b-1"})

    with pytest.raises(BatchBroken, match="batch of build 'b-1' holds the journal of 'b-2'"):
        Mirror(engine).write(batch)

    assert _all_rows(engine) == 0


def test_text_that_no_ascii_holds_survives(engine: Engine) -> None:
    story = happy(title="Größe → 日本 🚀", metadata={"ключ": "значение \ufffd \u2028 ' \" \\ %s :x", "": [None]})

    Mirror(engine).write(story.batch())

    assert journal(engine, "b-1") == story.entries
    assert differences(engine, story.entries) == []


def test_the_commands_that_a_view_remembers_are_forgotten_oldest_first(engine: Engine) -> None:
    story = Story.begin()
    mirror = Mirror(engine)
    mirror.write(story.batch())
    keys = [f"{'k' * (9 - number % 7)}{number}" for number in range(210)]
    for key in keys:
        command = Resume if story.build.view.paused else Pause
        story.tell(command(actor=ANNA, command_id=key))
    for first in range(2, len(story.entries) + 1, 50):
        mirror.write(story.batch(first, first + 49))

    build = get_build(engine, "b-1")
    assert build is not None
    assert list(build.view.commands) == keys[-200:]


def test_a_batch_is_one_question_and_one_statement_for_each_table(engine: Engine) -> None:
    story = happy()
    mirror = Mirror(engine)
    mirror.write(story.batch(1, 2))
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    mirror.write(story.batch(3, 12))

    framing = ("BEGIN", "SELECT pg_advisory_xact_lock")
    words = [statement.split()[0] for statement in asked if not statement.startswith(framing)]
    assert words == ["SELECT", "UPDATE", "INSERT", "INSERT"]


def test_what_does_not_change_is_not_written_and_what_is_wrong_is_set_right_by_the_next_entry(engine: Engine) -> None:
    story = happy()
    mirror = Mirror(engine)
    mirror.write(story.batch(1, 6))
    with engine.begin() as connection:
        connection.execute(update(BuildWorkflow).values(tokens=0, testing_phase={}))  # as an older worker would
    written: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: written.append(args[2]))

    mirror.write(story.batch(7, 7))

    (change,) = (statement for statement in written if statement.startswith("UPDATE"))
    assert "tokens" in change
    assert "testing_phase" in change
    assert "discovery_phase" not in change
    assert "metadata" not in change
    mirror.write(story.batch(8, 12))
    assert differences(engine, story.entries) == []


def _all_rows(engine: Engine) -> int:
    with reading(engine) as session:
        return session.scalar(select(func.count()).select_from(WorkflowEvent)) or 0
