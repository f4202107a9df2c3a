"""A build's rows prove themselves: every single change shows, and what a hash chain cannot show is known."""

import copy
from random import Random

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from baton.domain.journal import Entry, Head, chained
from baton.store.proof.auditing import audit
from baton.store.proof.comparing import compare
from baton.store.proof.stored import StoredBuild, Unreadable
from baton.store.proof.wanted import wanted_event, wanted_rows
from tests.journals import STORIES, happy, reworked
from tests.unit.store.proof.mutations import MUTATIONS


def stored(entries: list[Entry]) -> StoredBuild:
    """The rows of a journal, as a database has them."""
    wanted = wanted_rows(entries)
    return copy.deepcopy(
        StoredBuild(wanted.key, wanted.build, list(wanted.events.values()), list(wanted.handoffs.values()))
    )


JOURNALS = {name: story().entries for name, story in STORIES.items()}
BUILDS = {name: stored(entries) for name, entries in JOURNALS.items()}


def told(build: StoredBuild) -> list[str]:
    return [str(difference) for difference in audit(build)]


@pytest.mark.parametrize("name", BUILDS)
def test_a_build_that_nobody_touched_holds(name: str) -> None:
    assert told(BUILDS[name]) == []


@pytest.mark.parametrize("mutate", MUTATIONS, ids=lambda mutate: mutate.__name__)
@seed(20260301)
@settings(max_examples=15, deadline=None, database=None)
@given(name=st.sampled_from(sorted(BUILDS)), chance=st.randoms(use_true_random=False))
def test_every_single_change_shows(mutate: object, name: str, chance: Random) -> None:
    build = copy.deepcopy(BUILDS[name])
    assert callable(mutate)
    done = mutate(build, chance)

    found = audit(build)

    assert found, f"{done.told} went unnoticed in {name}"
    if done.sequence is not None:
        assert any(str(done.sequence) in str(difference) or "head" in str(difference) for difference in found), done
    assert compare(build, JOURNALS[name]), f"the history does not show {done.told} of {name}"


def test_what_was_done_is_named() -> None:
    edited, deleted, swapped = (copy.deepcopy(BUILDS["happy"]) for _ in range(3))
    edited.events[4]["event_data"]["to_state"] = "complete"
    del deleted.events[6]
    swapped.events[2]["sequence"], swapped.events[3]["sequence"] = 4, 3
    swapped.events.sort(key=lambda row: row["sequence"])

    assert told(edited)[0].startswith("entry 5 (state_advanced) was changed: its content has the hash ")
    assert told(deleted) == ["entry 7 is missing"]
    assert [line.partition(":")[0] for line in told(swapped)[:2]] == [
        "entry 3 (state_advanced) was changed",
        "entry 4 (state_advanced) was changed",
    ]


def test_a_time_that_differs_is_told_as_people_write_it() -> None:
    moved = copy.deepcopy(BUILDS["happy"])
    was = moved.events[4]["timestamp"]
    moved.events[4]["timestamp"] = was.replace(year=2020)

    (difference,) = compare(moved, JOURNALS["happy"])

    assert str(difference).endswith(f"timestamp is {was.replace(year=2020).isoformat()}, not {was.isoformat()}")


def test_values_that_are_none_of_their_column_are_told_not_stumbled_over() -> None:
    build = copy.deepcopy(BUILDS["happy"])
    build.events[1]["event_data"] = Unreadable("{broken")
    build.events[2]["timestamp"] = Unreadable("yesterday")
    build.events[3]["sequence"] = "four"

    found = told(build)

    assert found[:3] == [
        "entry 2 (state_advanced) holds what is no journal entry",
        "entry 3 (state_advanced) holds what is no journal entry",
        "entry four (state_advanced) holds what is no journal entry",
    ]
    assert "entry 4 is missing" in found


def test_what_a_reset_left_behind_is_proven_too() -> None:
    first = happy()
    second = first.branch(6).until(first.build.view.current_state)
    build = stored(second.entries)
    left = [wanted_event(build.key, entry, superseded=True) for entry in first.entries[6:]]
    build.events += copy.deepcopy(left)
    assert told(build) == []

    build.events[-1]["event_data"] = {"reason": "forged"}
    assert told(build)[0].startswith("superseded entry 12 (build_completed) was changed")

    del build.events[-1]
    del build.events[-2]
    assert told(build) == ["superseded entry 11 (state_advanced) is not chained to an entry that is there"]


def test_entries_of_another_build_are_told() -> None:
    foreign = stored(happy("b-2").entries)
    build = StoredBuild(BUILDS["happy"].key, BUILDS["happy"].build, foreign.events, foreign.handoffs)

    assert any("hold the journal of build 'b-2'" in line or ": id is " in line for line in told(build))


def test_a_build_without_a_journal_is_told() -> None:
    assert told(StoredBuild(BUILDS["happy"].key, BUILDS["happy"].build)) == ["build 'b-1' has no journal"]


def test_a_chain_written_anew_as_a_whole_needs_an_anchor_outside() -> None:
    """What a hash chain alone cannot show: documented, and shown by the comparison with Temporal's history."""
    story = reworked()
    forged: list[Entry] = []
    for entry in story.entries:
        head = forged[-1].head if forged else Head()
        data = entry.data | ({"reason": "forged"} if entry.sequence == 3 else {})
        forged.append(chained(head, entry.kind, entry.actor, entry.at, data, entry.command_id))
    build = stored(forged)

    assert told(build) == []
    assert compare(build, story.entries)


def test_an_end_cut_off_together_with_its_row_needs_an_anchor_outside() -> None:
    story = reworked()
    build = stored(story.entries[:-3])

    assert told(build) == []
    assert next(str(difference) for difference in compare(build, story.entries)).endswith("is missing")
