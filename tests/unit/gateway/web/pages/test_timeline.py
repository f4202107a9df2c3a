"""The way of a build, and its drawing."""

from datetime import UTC, datetime, timedelta

import pytest

from baton.domain.vocabulary import Phase, State
from gateway.web.pages.build.course import course_of
from gateway.web.pages.build.timeline import timeline
from tests.busy.scene import scene
from tests.busy.tales import Tale, reworked
from tests.journals import STORIES, Story, rolled_back

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ALL: list[Story] = [*(tell() for tell in STORIES.values()), *scene(NOW)]


def test_a_rework_round_is_a_stay_that_ended_by_it_and_a_loop() -> None:
    told = reworked("b-1", NOW - timedelta(hours=2)).phases(Phase.DEPLOYMENT)
    stays = course_of(told.entries).stays
    testing = [stay for stay in stays if stay.state is State.TESTING]
    assert [stay.ended_by for stay in testing] == ["rework", "forward"]
    assert "2 of the tests failed" in testing[0].told
    assert [stay.run for stay in stays if stay.state is State.IMPLEMENTATION] == [1, 2]
    loops = [link for link in timeline(stays, NOW).links if link.back]
    assert [(loop.back, loop.look) for loop in loops] == [(1, "back")]
    assert loops[0].ends < loops[0].begins, "it leads up, to an earlier phase"


def test_a_rollback_by_a_person_is_a_loop_of_another_look() -> None:
    entries = rolled_back().entries
    loops = [link for link in timeline(course_of(entries).stays, NOW).links if link.back]
    assert [loop.look for loop in loops] == ["back person"]


def test_time_in_which_people_are_waited_for_is_told_apart() -> None:
    waiting = next(told for told in scene(NOW) if told.build.view.build_id == "money-1-4")
    last = course_of(waiting.entries).stays[-1]
    assert [(piece.waits, piece.ends) for piece in last.pieces] == [("approval", None)]
    assert last.waited(NOW) == last.seconds(NOW) > 3600


@pytest.mark.parametrize("told", ALL, ids=lambda told: told.build.view.build_id)
def test_every_drawing_stays_within_its_frame_and_in_order(told: Story) -> None:
    drawn = timeline(course_of(told.entries).stays, NOW + timedelta(days=400))
    places = [(bar.x, bar.x + bar.width) for bar in drawn.bars]
    assert places == sorted(places)
    assert all(0 <= left < right <= 94.01 for left, right in places)
    assert all(0 < bar.y < drawn.height for bar in drawn.bars)
    marks = [tick.x for tick in drawn.ticks]
    assert marks == sorted(set(marks))
    assert drawn.ticks[0].label == "0"


def test_a_phase_of_a_second_is_seen_beside_one_of_a_day() -> None:
    told = Tale.begin(at=NOW)
    told.step()
    drawn = timeline(course_of(told.entries).stays, NOW + timedelta(days=1))
    first, second = drawn.bars
    assert first.width >= 1.4
    assert drawn.widened
    assert second.width > 80
