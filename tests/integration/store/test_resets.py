"""Two stories of one build: after a server-side reset, or when its ID is used anew. The later run counts."""

from datetime import timedelta
from itertools import count
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from baton.domain.journal import Head, chained, verify
from baton.domain.vocabulary import State
from baton.store.compare import differences
from baton.store.errors import BatchBroken, MirrorGap
from baton.store.mirror import Mirror
from baton.store.reading import counts, events, get_build, handoffs, journal
from baton.store.tables import WorkflowHandoff
from baton.store.transactions import reading
from tests.journals import BAD_TESTS, Story, happy, reworked

NUMBERS = count()


@pytest.fixture
def mirror(engine: Engine) -> Mirror:
    return Mirror(engine)


def _told_again(first: Story, sequence: int) -> Story:
    """``first`` reset to entry ``sequence``, and this time with a failing test."""
    return first.branch(sequence).until(State.TESTING).step(BAD_TESTS).until(State.COMPLETE)


def test_a_reset_supersedes_what_it_made_untrue_and_keeps_it(engine: Engine, mirror: Mirror) -> None:
    first = happy()
    second = _told_again(first, 6)
    mirror.write(first.batch())

    mirror.write(second.batch(7))

    assert journal(engine, "b-1") == second.entries
    assert differences(engine, second.entries) == []
    rows = events(engine, "b-1", include_superseded=True)
    assert len(rows) == 6 + 6 + len(second.entries[6:])
    assert [row.sequence for row in rows if row.superseded] == list(range(7, 13))
    assert len(handoffs(engine, "b-1")) == 7


def test_superseded_handoffs_are_kept_too(engine: Engine, mirror: Mirror) -> None:
    first = happy()
    mirror.write(first.batch())
    mirror.write(_told_again(first, 6).batch(7))

    with reading(engine) as session:
        found = session.scalars(select(WorkflowHandoff.sequence).where(WorkflowHandoff.superseded)).all()

    assert sorted(found) == [7, 9, 11]


def test_a_reset_told_one_entry_at_a_time_ends_the_same(engine: Engine, mirror: Mirror) -> None:
    first = happy()
    second = _told_again(first, 6)
    mirror.write(first.batch())

    for number in range(7, len(second.entries) + 1):
        mirror.write(second.batch(number, number))

    assert differences(engine, second.entries) == []


def test_a_reset_batch_that_overlaps_what_both_stories_share_is_taken(engine: Engine, mirror: Mirror) -> None:
    first = happy()
    second = _told_again(first, 6)
    mirror.write(first.batch())

    mirror.write(second.batch(3))

    assert differences(engine, second.entries) == []


def test_a_late_batch_of_the_run_that_was_reset_changes_nothing_seen(engine: Engine, mirror: Mirror) -> None:
    first = happy()
    second = _told_again(first, 6)
    mirror.write(first.batch(1, 8))
    mirror.write(second.batch(7))

    mirror.write(first.batch(7))

    assert differences(engine, second.entries) == []
    assert verify(journal(engine, "b-1")) == second.build.view.head


def test_a_reset_back_into_the_superseded_story_revives_it(engine: Engine, mirror: Mirror) -> None:
    first = happy()
    second = _told_again(first, 6)
    third = first.branch(9, later=timedelta(hours=9)).until(State.COMPLETE)
    mirror.write(first.batch())
    mirror.write(second.batch(7))

    mirror.write(third.batch(10))

    assert journal(engine, "b-1") == third.entries
    assert differences(engine, third.entries) == []
    assert counts(engine, "b-1").handoffs == 5


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chance=st.randoms(use_true_random=False), size=st.integers(1, 5))
def test_in_whatever_order_three_runs_arrive_the_last_one_counts(engine: Engine, chance: Random, size: int) -> None:
    build_id = f"b-{next(NUMBERS)}"
    first = happy(build_id)
    second = _told_again(first, 6)
    third = first.branch(9, later=timedelta(hours=9)).until(State.COMPLETE)
    runs = [(first, 1), (second, 7), (third, 10)]
    batches = [
        story.batch(number, number + size)
        for story, begin in runs
        for number in range(begin, len(story.entries) + 1, size)
    ]
    chance.shuffle(batches)
    while batches:
        batch = batches.pop(0)
        try:
            Mirror(engine).write(batch)
        except MirrorGap:
            batches.append(batch)

    assert differences(engine, third.entries) == []


def test_a_workflow_that_starts_anew_under_the_build_id_takes_the_row_over(engine: Engine, mirror: Mirror) -> None:
    old = reworked()
    new = Story.begin(run="run-2", at=old.at + timedelta(days=90)).until(State.PLANNING)
    mirror.write(old.batch())

    mirror.write(new.batch())

    build = get_build(engine, "b-1")
    assert build is not None
    assert build.first_run_id == "run-2"
    assert build.summary.current_state is State.PLANNING
    assert build.summary.completed_at is None
    assert differences(engine, new.entries) == []
    assert len(events(engine, "b-1", include_superseded=True)) == len(old.entries) + len(new.entries)

    mirror.write(old.batch())
    assert differences(engine, new.entries) == []


def test_a_reset_whose_first_entries_are_not_there_yet_is_a_gap(engine: Engine, mirror: Mirror) -> None:
    first = happy()
    second = _told_again(first, 6)
    mirror.write(first.batch())

    with pytest.raises(MirrorGap) as gap:
        mirror.write(second.batch(9))

    assert gap.value.expected == 8
    assert differences(engine, first.entries) == []


def test_an_entry_chained_to_the_right_hash_under_the_wrong_number_is_refused(engine: Engine, mirror: Mirror) -> None:
    story = happy()
    mirror.write(story.batch(1, 11))
    last = story.entries[-1]
    skipping = chained(Head(sequence=20, hash=last.prev_hash), last.kind, last.actor, last.at, last.data)

    with pytest.raises(BatchBroken, match="entry 21 is chained to entry 11"):
        mirror.write(story.batch().model_copy(update={"entries": (skipping,)}))
