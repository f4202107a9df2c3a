"""What Temporal's timeline says beside activities and timers."""

from datetime import timedelta

import pytest

from baton.domain.vocabulary import Phase, State
from tests.journals import STORIES
from tests.unit.domain.driver import Driver, make_terms
from workflows import summaries

FAILED = {"all_tests_passed": False, "tests_failed": 1}


def test_a_phase_is_told_with_its_role_and_why_it_runs_again() -> None:
    driver = Driver().until("testing")
    assert summaries.of_phase(driver.order) == "testing by test_auditor"
    driver.report(**FAILED)
    assert summaries.of_phase(driver.order) == "implementation by code_writer, run 2, back from testing"
    driver.fail()
    driver.retry()
    assert summaries.of_phase(driver.order) == "implementation by code_writer, run 3, again after it was parked"
    driver.until("testing")
    assert summaries.of_phase(driver.order) == "testing by test_auditor, run 2"


def test_what_is_undone_is_told_with_its_role() -> None:
    driver = Driver(make_terms(undone=[Phase.DEPLOYMENT])).until("deployment")
    driver.back("testing")
    assert summaries.of_undoing(driver.undoing) == "undo deployment by release_manager"


def test_entries_on_their_way_to_sql_are_told_with_what_they_say() -> None:
    entries = STORIES["reworked"]().entries
    assert summaries.of_journal(entries[:1]) == "journal 1: workflow started"
    assert summaries.of_journal(entries[4:6]) == "journal 5 to 6: testing begins"
    assert summaries.of_journal(entries[6:7]) == "journal 7: testing sent it back to implementation"
    assert summaries.of_journal(entries[-2:]) == "journal 14 to 15: deployment passed"
    assert summaries.of_journal(entries[-1:]) == "journal 15"
    assert summaries.of_journal(entries) == (
        "journal 1 to 15: workflow started, discovery passed, implementation begins, testing begins, and 5 more"
    )


@pytest.mark.parametrize("name", STORIES)
def test_a_summary_is_short_and_in_words_of_baton_alone(name: str) -> None:
    entries = STORIES[name]().entries
    for first in range(len(entries)):
        said = summaries.of_journal(entries[first:])
        assert len(said) <= 200
        assert "anna" not in said
        assert "wrong release" not in said


def test_the_timer_of_a_wait_is_told_with_what_passes_first() -> None:
    rule = {State.HANDOFF_TO_CODER: {"deadline": timedelta(hours=2)}}
    driver = Driver(make_terms(approvals=rule)).until("handoff_to_coder")
    assert summaries.of_deadline(driver.view) == "deadline of the approval"
    short = Driver(make_terms(approvals=rule, limits={"wall_clock": timedelta(hours=1)})).until("handoff_to_coder")
    assert summaries.of_deadline(short.view) == summaries.WALL_CLOCK
