"""What a journal has to say for a release to be proven by it."""

from typing import Any

import pytest

from baton.domain.reports import parse_report
from baton.domain.vocabulary import Phase, State
from baton.workshop.manifest import Manifest
from gateway.release_check.journal_link import check_journal
from gateway.release_check.links import Broken
from tests.journals import COMMITS, Story, good_report, happy, refused

_SHA = "5a" * 32
_COMMIT = COMMITS[Phase.TESTING]


def _released(**deployment: Any) -> Story:
    """A build whose deployment reported a release of the tested commit, or what ``deployment`` says instead."""
    story = Story.begin().until(State.DEPLOYMENT)
    told = {"deployment_successful": True, "commit": _COMMIT, "output": {"sha256": _SHA}}
    return story.step(parse_report(told | deployment)).until(State.COMPLETE)


def _manifest(story: Story, **changes: str) -> Manifest:
    ordered = next(entry for entry in story.entries if entry.data.get("to_state") == State.DEPLOYMENT)
    facts = {"name": "n", "version": "1", "commit": _COMMIT, "tree": "t", "journal_head": ordered.hash}
    return Manifest(format_version=1, files={}, **facts | changes)


def test_a_journal_that_tells_of_the_release_holds() -> None:
    story = _released()
    facts = check_journal(story.entries, _manifest(story), _SHA)
    assert facts.build_id == "b-1"
    assert f"{len(story.entries)} entries of build b-1, unbroken and complete" in facts.found
    assert "the tests passed on this commit" in facts.found


def test_a_deployment_by_hand_that_names_no_archive_proves_none() -> None:
    story = happy()
    with pytest.raises(Broken, match="released no archive, not this one"):
        check_journal(story.entries, _manifest(story), _SHA)


def test_another_archive_is_not_the_one_that_was_released() -> None:
    story = _released()
    with pytest.raises(Broken, match=f"released an archive with the SHA-256 {_SHA}, not this one"):
        check_journal(story.entries, _manifest(story), "00" * 32)


def test_another_commit_is_not_the_one_that_was_released() -> None:
    story = _released()
    with pytest.raises(Broken, match=f"released commit {_COMMIT}; the manifest says 0ff"):
        check_journal(story.entries, _manifest(story, commit="0ff"), _SHA)


def test_tests_on_another_commit_prove_nothing_about_the_released_one() -> None:
    story = _released(commit="decade")
    with pytest.raises(Broken, match=f"passed on commit {_COMMIT}, and decade was released"):
        check_journal(story.entries, _manifest(story, commit="decade"), _SHA)


def test_a_commit_that_verification_made_was_not_tested() -> None:
    story = Story.begin().until(State.VERIFICATION)
    story.step(good_report(Phase.VERIFICATION).model_copy(update={"commit": "decade"})).until(State.DEPLOYMENT)
    told = {"deployment_successful": True, "commit": "decade", "output": {"sha256": _SHA}}
    story.step(parse_report(told)).until(State.COMPLETE)
    with pytest.raises(Broken, match="and decade was released"):
        check_journal(story.entries, _manifest(story, commit="decade"), _SHA)


@pytest.mark.parametrize("head", ["00" * 32, "last"])
def test_the_manifest_names_an_entry_from_before_the_release(head: str) -> None:
    story = _released()
    named = story.entries[-1].hash if head == "last" else head
    with pytest.raises(Broken, match="does not have before its release"):
        check_journal(story.entries, _manifest(story, journal_head=named), _SHA)


def test_a_build_that_stands_has_released_nothing() -> None:
    story = refused()
    with pytest.raises(Broken, match="is not complete: it is in 'error'"):
        check_journal(story.entries, _manifest(_released()), _SHA)


def test_entries_that_make_no_sense_are_no_journal() -> None:
    with pytest.raises(Broken, match="no journal of a build"):
        check_journal([], _manifest(_released()), _SHA)


def test_a_fork_s_release_rests_on_the_tests_that_it_took_over() -> None:
    told = {"deployment_successful": True, "commit": _COMMIT, "output": {"sha256": _SHA}}
    story = happy().fork(Phase.DEPLOYMENT, "b-2").step(parse_report(told)).until(State.COMPLETE)
    ordered = _manifest(happy(), journal_head=story.entries[0].hash)
    facts = check_journal(story.entries, ordered, _SHA)
    assert facts.found.endswith("passed on this commit (entry 1, taken over from build b-1)")
    with pytest.raises(Broken, match=f"the tests of build 'b-2' passed on commit {_COMMIT}, and decade was released"):
        check_journal(
            happy().fork(Phase.DEPLOYMENT, "b-2").step(parse_report(told | {"commit": "decade"})).entries,
            _manifest(happy(), journal_head=story.entries[0].hash, commit="decade"),
            _SHA,
        )
