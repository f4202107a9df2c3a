"""Pause, retry, abandon and cancel."""

from datetime import timedelta

import pytest

from baton.domain.refusals import Refusal
from baton.domain.steps import Ended, Perform, Wait
from baton.domain.vocabulary import CommandName, EntryKind, RefusalCode, Role, State, Status
from tests.unit.domain.driver import PERSON, Driver, make_terms


def failed(state: State = State.TESTING) -> Driver:
    driver = Driver().until(state)
    driver.keep(driver.build.fail(driver.order.number, "runner_failed", "crash", driver.now))
    return driver


def test_a_paused_build_starts_no_phase_until_it_is_resumed() -> None:
    driver = Driver()
    (entry,) = driver.send("pause", reason="a holiday")
    assert (entry.kind, entry.data, driver.view.status) == ("paused", {"reason": "a holiday"}, Status.PAUSED)
    assert driver.build.next_step() == Wait()
    assert driver.view.waiting_for is not None
    assert driver.view.waiting_for.command == "starter.py resume b-1"
    (entry,) = driver.send("resume")
    assert (entry.kind, driver.view.status) == ("resumed", Status.IN_PROGRESS)
    assert isinstance(driver.build.next_step(), Perform)


def test_pausing_twice_and_resuming_what_runs_are_refused() -> None:
    driver = Driver()
    assert driver.refused(RefusalCode.NOT_PAUSED, "resume") == "the build is not paused"
    driver.send("pause")
    assert driver.refused(RefusalCode.PAUSED, "pause") == "the build is paused already"


def test_a_parked_build_cannot_be_paused() -> None:
    assert "parked in 'error'" in failed().refused(RefusalCode.PARKED, "pause")


def test_a_build_that_parks_while_it_is_paused_is_in_error_and_stays_paused_after_its_retry() -> None:
    driver = Driver(make_terms(limits={"wall_clock": 60}))
    driver.send("pause")
    driver.pass_time(minutes=1)
    assert driver.state is State.ERROR
    driver.send("extend_limits", limits={"wall_clock": None})
    driver.send("request_retry", expected_state="error", reason="time again")
    assert driver.view.status is Status.PAUSED
    driver.send("resume")
    driver.until(State.COMPLETE)


def test_nobody_reports_to_a_paused_build() -> None:
    driver = Driver(make_terms(Role))
    driver.send("pause")
    message = driver.refused(RefusalCode.PAUSED, "advance", role="q_assistant", completed_state="discovery", result={})
    assert message == "build 'b-1' is paused; resume it first"


def test_a_parked_phase_is_performed_again_with_the_reason() -> None:
    driver = failed()
    (entry,) = driver.send("request_retry", expected_state="error", reason="pytest is installed now")
    assert (entry.kind, entry.data["from_state"], entry.data["to_state"]) == ("retry_requested", "error", "testing")
    order = driver.order
    assert (order.phase, order.run_in_phase) == ("testing", 2)
    assert order.feedback is not None
    assert order.feedback.reason == "pytest is installed now"
    driver.until(State.COMPLETE)


def test_a_running_phase_is_performed_afresh_under_a_new_number() -> None:
    driver = Driver().until(State.TESTING)
    before = driver.order.number
    driver.send("request_retry", expected_state="testing", reason="it hangs")
    assert (driver.state, driver.order.number) == (State.TESTING, before + 1)


@pytest.mark.parametrize("manual", [(), tuple(Role)])
def test_there_is_nothing_to_retry_where_a_build_waits_or_hands_over(manual: tuple[Role, ...]) -> None:
    state = State.DISCOVERY if manual else State.HANDOFF_TO_CODER
    message = (
        Driver(make_terms(manual))
        .until(state)
        .refused(RefusalCode.NOT_PARKED, "request_retry", expected_state=state.value, reason="go")
    )
    assert message == (
        f"nothing has failed in {state.value!r}, so there is nothing to retry; rollback returns to an earlier phase"
    )


def test_a_retry_keeps_the_findings_of_the_rework() -> None:
    driver = Driver().until(State.TESTING)
    driver.report(all_tests_passed=True, test_coverage=90, findings=[{"message": "0.1 + 0.2", "evidence": "test_add"}])
    driver.fail()
    driver.send("request_retry", expected_state="error", reason="again")
    assert driver.order.feedback is not None
    assert [finding.message for finding in driver.order.feedback.findings] == ["0.1 + 0.2"]


@pytest.mark.parametrize("state", [State.PLANNING, State.HANDOFF_TO_TESTER])
def test_an_abandoned_build_has_failed(state: State) -> None:
    driver = Driver().until(state)
    driver.send("abandon", expected_state=state.value, reason="not wanted any more")
    view = driver.view
    assert (view.current_state, view.status, view.completed_at) == (State.ERROR, Status.FAILED, driver.now)
    assert view.next_expectations.task == "Nothing: the build was given up."
    assert view.waiting_for is None
    assert driver.build.next_step() == Ended()


def test_a_parked_build_may_be_abandoned() -> None:
    driver = failed()
    driver.send("abandon", expected_state="error", reason="hopeless")
    assert (driver.view.status, driver.view.parked) == (Status.FAILED, None)


@pytest.mark.parametrize("state", [State.DISCOVERY, State.HANDOFF_TO_RELEASER, State.ERROR])
def test_a_build_is_cancelled_from_anywhere(state: State) -> None:
    driver = failed() if state is State.ERROR else Driver().until(state)
    (entry,) = driver.keep(driver.build.cancel("not needed", driver.now))
    assert (entry.kind, entry.data) == (
        EntryKind.BUILD_CANCELLED,
        {"from_state": state.value, "reason": "not needed"},
    )
    view = driver.view
    assert (view.current_state, view.status, view.waiting_for) == (State.CANCELLED, Status.CANCELLED, None)
    assert driver.build.cancel("again", driver.now) == []


def test_a_build_that_has_ended_takes_no_command() -> None:
    driver = Driver().until(State.COMPLETE)
    for name, message in {
        "pause": {},
        "abandon": {"expected_state": "complete", "reason": "too late"},
        "advance": {"role": "release_manager", "completed_state": "deployment"},
    }.items():
        told = driver.refused(RefusalCode.ALREADY_ENDED, name, **message)
        assert told == "build 'b-1' has ended (complete); nothing more can be done with it"


def test_a_refused_signal_is_recorded_and_changes_nothing_else() -> None:
    driver = Driver()
    before = driver.view.model_copy(deep=True)
    refusal = Refusal(RefusalCode.NOT_PAUSED, "the build is not paused")
    actor = driver.entries[0].actor.model_validate(PERSON)
    (entry,) = driver.keep(driver.build.note_refusal(CommandName.RESUME, refusal, actor, driver.now))
    assert entry.data == {"command": "resume", "code": "not_paused", "message": "the build is not paused"}
    assert driver.view.model_copy(update={"head": before.head}) == before


def test_a_signal_refused_after_the_end_does_not_make_the_build_longer() -> None:
    driver = Driver().until(State.COMPLETE)
    refusal = Refusal(RefusalCode.ALREADY_ENDED, "it has ended")
    later = driver.now + timedelta(hours=1)
    driver.build.note_refusal(CommandName.PAUSE, refusal, driver.entries[0].actor, later)
    assert driver.view.elapsed_time == 0.0
