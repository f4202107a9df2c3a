"""What the doors ask."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from baton.domain.vocabulary import State, Status
from baton.store.mirror import Mirror
from baton.store.reading import build_of_entry, counts, events, get_build, handoffs, journal, list_builds
from baton.store.records import Counts
from tests.journals import START, Story, refused, request


@pytest.fixture
def five_builds(engine: Engine) -> Engine:
    """b-0 to b-4, each an hour younger than the one before but the last two of the same moment."""
    for number in range(5):
        wanted = request(
            f"b-{number}",
            project_id="payments" if number % 2 else "ledger",
            user_id="bo" if number == 3 else "anna",
        )
        story = Story.begin(wanted, at=START + timedelta(hours=min(number, 3)))
        Mirror(engine).write(story.batch())
    return engine


def test_builds_are_listed_newest_first(five_builds: Engine) -> None:
    assert [build.build_id for build in list_builds(five_builds)] == ["b-4", "b-3", "b-2", "b-1", "b-0"]


@pytest.mark.parametrize("limit", [1, 2, 3, 5])
def test_pages_leave_nothing_out_and_repeat_nothing(five_builds: Engine, limit: int) -> None:
    seen: list[str] = []
    while page := list_builds(five_builds, limit=limit, after=seen[-1] if seen else None):
        assert len(page) <= limit
        seen += [build.build_id for build in page]

    assert seen == ["b-4", "b-3", "b-2", "b-1", "b-0"]


def test_lists_are_narrowed_by_project_and_user_and_state_and_status(five_builds: Engine) -> None:
    Mirror(five_builds).write(refused("b-9").batch())

    assert [build.build_id for build in list_builds(five_builds, project="payments", user="anna")] == ["b-1", "b-9"]
    assert [build.build_id for build in list_builds(five_builds, user="bo")] == ["b-3"]
    assert [build.build_id for build in list_builds(five_builds, state=State.ERROR)] == ["b-9"]
    assert [build.build_id for build in list_builds(five_builds, status=Status.ERROR)] == ["b-9"]
    assert len(list_builds(five_builds, status=Status.IN_PROGRESS)) == 5
    assert list_builds(five_builds, project="' OR 1=1 --") == []


def test_a_page_after_an_unknown_build_is_an_error(five_builds: Engine) -> None:
    with pytest.raises(LookupError, match="no build 'b-77' to go on after"):
        list_builds(five_builds, after="b-77")


def test_an_unknown_build_has_nothing(engine: Engine) -> None:
    assert get_build(engine, "nobody") is None
    assert handoffs(engine, "nobody") == []
    assert events(engine, "nobody") == []
    assert journal(engine, "nobody") == []
    assert counts(engine, "nobody") == Counts(handoffs=0, events=0)


def test_a_build_is_found_by_the_hash_of_any_of_its_entries(engine: Engine) -> None:
    story, other = refused("b-1"), refused("b-2")
    for told in (story, other):
        Mirror(engine).write(told.batch())
    assert {build_of_entry(engine, entry.hash) for entry in story.entries} == {"b-1"}
    assert build_of_entry(engine, other.entries[3].hash) == "b-2"
    assert build_of_entry(engine, "00" * 32) is None
