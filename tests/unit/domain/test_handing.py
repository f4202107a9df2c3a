"""Handoffs that a retry makes, and what each kind of handoff carries."""

from datetime import timedelta

import pytest

from baton.domain.handing import handed_over, makes_handoff
from baton.domain.journal import Entry
from baton.domain.vocabulary import EntryKind, Phase, Role, State
from tests.unit.domain.driver import Driver, make_terms


def refused_at(state: State) -> Driver:
    driver = Driver(make_terms(approvals={state: {"deadline": timedelta(days=1)}}))
    driver.until(state)
    driver.send("refuse", expected_state=state.value, reason="no bell")
    return driver


def last(driver: Driver, kind: EntryKind) -> Entry:
    return [entry for entry in driver.entries if entry.kind is kind][-1]


def test_a_retry_that_passes_the_work_back_is_a_handoff() -> None:
    driver = refused_at(State.HANDOFF_TO_RELEASER)
    before = len(driver.view.handoff_history)
    driver.send("request_retry", expected_state="error", reason="add one")
    record = driver.view.handoff_history[-1]

    assert len(driver.view.handoff_history) == before + 1
    assert (record.from_role, record.to_role) == (Role.VERIFICATION_OVERSEER, Role.CODE_WRITER)
    assert handed_over(last(driver, EntryKind.RETRY_REQUESTED)) == {"reason": "add one"}


def test_forward_the_report_is_handed_over_without_its_bookkeeping() -> None:
    told = {"output": {"steps": ["one"]}, "proofs": {"AC-1": ["test_add"]}, "player": {"model": "m"}}
    kept_back = {"verdict": "passed", "usage": {"requests": 1}, "attempts": [{"number": 1}], "base": "ba5e"}
    driver = Driver().until(State.PLANNING)
    driver.report(**told, **kept_back)
    assert handed_over(last(driver, EntryKind.STATE_ADVANCED)) == told
    assert driver.until(State.IMPLEMENTATION).order.inputs[Phase.PLANNING] == told


def test_for_rework_the_reason_and_all_findings_are_handed_over() -> None:
    driver = Driver().until(State.TESTING)
    driver.report(tests_failed=1, test_coverage=90, findings=["no"])
    data = handed_over(last(driver, EntryKind.STATE_ADVANCED))
    assert data is not None
    assert data["reason"] == "1 of the tests failed; no"
    assert [finding["message"] for finding in data["findings"]] == ["1 of the tests failed", "no"]


def test_a_rollback_hands_over_its_reason_and_its_commit() -> None:
    driver = Driver().until(State.VERIFICATION)
    driver.back("testing")
    assert handed_over(driver.entries[-1]) == {"reason": "wrong way", "commit": "c0de"}


def test_what_passes_no_work_hands_nothing_over() -> None:
    driver = Driver().until(State.PLANNING)
    assert [handed_over(entry) for entry in driver.entries] == [None, None]


def test_a_retry_of_the_same_role_is_no_handoff() -> None:
    driver = refused_at(State.HANDOFF_TO_TESTER)
    before = len(driver.view.handoff_history)
    driver.send("request_retry", expected_state="error", reason="add one")

    assert len(driver.view.handoff_history) == before
    assert handed_over(last(driver, EntryKind.RETRY_REQUESTED)) is None


@pytest.mark.parametrize("limit", ["rework_rounds", "phase_runs"])
def test_a_build_at_its_limit_names_the_command_that_extends_it(limit: str) -> None:
    driver = Driver(make_terms(limits={limit: 1 if limit == "phase_runs" else 0}))
    if limit == "rework_rounds":
        driver.until(State.TESTING)
        driver.report(tests_run=1, tests_failed=1)
    else:
        driver.until(State.ERROR)
    waits = driver.view.waiting_for

    assert waits is not None
    assert waits.command == f"starter.py extend-limits b-1 --limit {limit}=MORE"


def test_entries_that_move_nothing_make_no_handoff() -> None:
    driver = Driver()
    driver.send("pause")

    assert not any(makes_handoff(entry) for entry in driver.entries)
