"""Everything that can come between a build and what it has to undo."""

from datetime import timedelta

import pytest

from baton.domain.attempts import Compensation
from baton.domain.build import Build
from baton.domain.reports import PhaseReport
from baton.domain.steps import Compensate, Ended, Wait
from baton.domain.view import BuildView
from baton.domain.vocabulary import EntryKind, Phase, RefusalCode, Role, State, Status
from tests.unit.domain.driver import START, Driver, make_terms
from tests.unit.domain.undoing import ALL, deployed, effective, pending, undoable


def undoing(*undone: Phase) -> Driver:
    driver = deployed(*undone)
    driver.back("implementation")
    return driver


def test_a_rollback_that_goes_further_takes_over_what_was_to_be_undone() -> None:
    driver = undoing(*ALL)
    driver.undo()
    first = driver.undoing
    (entry,) = driver.back("discovery")
    assert not driver.build.expects_compensation(first)
    assert pending(driver)[:2] == [("verification", 2), ("testing", 1)]
    assert [phase for phase, _ in pending(driver)[2:]] == ["implementation", "planning", "discovery"]
    assert (driver.undoing.number, driver.undoing.run) == (entry.sequence, 1)
    driver.until(State.COMPLETE)


def test_the_phase_that_waited_and_never_began_is_not_undone_by_the_next_rollback() -> None:
    driver = effective(Phase.IMPLEMENTATION, Phase.DEPLOYMENT).until(State.DEPLOYMENT)
    driver.back("implementation")
    assert pending(driver) == [("deployment", 1), ("implementation", 1)]
    driver.undo()
    driver.undo(succeeded=False)
    driver.back("implementation")
    assert pending(driver) == [("implementation", 2)]
    driver.undo()
    assert driver.view.phases[Phase.IMPLEMENTATION].compensated == 2
    assert driver.order.run_in_phase == 3


@pytest.mark.parametrize("target", ["implementation", "planning"])
def test_after_a_failed_undoing_a_rollback_tries_it_under_another_key(target: str) -> None:
    driver = undoable()
    before = driver.view.compensating[0]
    (entry,) = driver.back(target)
    assert driver.view.parked is None
    assert (driver.undoing.number, driver.undoing.run) == (entry.sequence, 1)
    assert entry.sequence > before.key
    driver.undo()
    assert driver.order.phase == target


def test_no_rollback_goes_forward_to_what_is_undone() -> None:
    undoing().refused(
        RefusalCode.SKIPPED_PHASE, "rollback", target_state="deployment", expected_state="implementation", reason="no"
    )


def test_a_pause_lets_the_undoing_end_and_begins_nothing_else() -> None:
    driver = undoing(*ALL)
    order = driver.undoing
    driver.send("pause")
    assert driver.build.next_step() == Wait()
    assert driver.build.expects_compensation(order)
    outcome = Compensation(phase=order.phase, succeeded=True)
    assert len(driver.keep(driver.build.compensated(order, outcome, driver.now))) == 1
    assert (driver.build.next_step(), driver.view.status) == (Wait(), Status.PAUSED)
    driver.send("resume")
    assert driver.undoing.phase is Phase.VERIFICATION


def test_a_phase_that_was_entered_while_paused_has_not_begun() -> None:
    driver = undoing()
    order = driver.undoing
    driver.send("pause")
    driver.keep(driver.build.compensated(order, Compensation(phase=order.phase, succeeded=True), driver.now))
    assert driver.view.phases[Phase.IMPLEMENTATION].started_at is None
    driver.now += timedelta(hours=1)
    driver.send("resume")
    assert driver.view.phases[Phase.IMPLEMENTATION].started_at == driver.now
    driver.send("pause")
    driver.now += timedelta(hours=1)
    driver.send("resume")
    assert driver.view.phases[Phase.IMPLEMENTATION].started_at == driver.now - timedelta(hours=1)


def test_a_phase_that_a_paused_build_has_only_reached_is_not_undone() -> None:
    driver = effective(Phase.PLANNING)
    order = driver.order
    driver.send("pause")
    driver.keep(driver.build.report(order.number, PhaseReport(), driver.now))
    assert (driver.state, driver.view.phases[Phase.PLANNING].started_at) == (State.PLANNING, None)
    driver.back("discovery")
    assert pending(driver) == []


def test_a_run_that_never_began_is_not_undone() -> None:
    driver = effective().until(State.DEPLOYMENT)
    driver.fail()
    driver.back("deployment")
    order = driver.undoing
    driver.send("pause")
    driver.keep(driver.build.compensated(order, Compensation(phase=order.phase, succeeded=True), driver.now))
    driver.back("testing")
    assert pending(driver) == []
    driver.send("resume")
    driver.until(State.COMPLETE)


def test_a_run_that_was_stopped_at_the_door_is_not_undone() -> None:
    driver = Driver(make_terms(undone=[Phase.DEPLOYMENT], limits={"phase_runs": 5}))
    driver.until(State.HANDOFF_TO_RELEASER).step()
    assert driver.parked[0] == "limit_phase_runs"
    assert driver.view.phases[Phase.DEPLOYMENT].started_at is None
    driver.send("extend_limits", limits={"phase_runs": 7})
    driver.back("verification")
    assert pending(driver) == []
    driver.until(State.HANDOFF_TO_RELEASER).step()
    assert driver.parked[0] == "limit_phase_runs"
    driver.send("extend_limits", limits={"phase_runs": None})
    driver.back("implementation")
    assert pending(driver) == []
    driver.until(State.DEPLOYMENT)
    driver.back("implementation")
    assert pending(driver) == [("deployment", 3)]


def test_abandoned_the_build_undoes_nothing_more() -> None:
    driver = undoing()
    order = driver.undoing
    driver.send("abandon", expected_state="implementation", reason="enough")
    assert driver.build.next_step() == Ended()
    assert driver.build.compensated(order, Compensation(phase=order.phase, succeeded=True), driver.now) == []
    assert driver.view.next_expectations.task == "Nothing: the build was given up."


@pytest.mark.parametrize("failed", [False, True])
def test_cancelled_the_build_undoes_nothing_more(failed: bool) -> None:
    driver = undoable() if failed else undoing()
    driver.keep(driver.build.cancel("not needed", driver.now))
    assert driver.build.next_step() == Ended()
    assert driver.view.status is Status.CANCELLED
    assert pending(driver) == [("deployment", 2)], "what is still out there is told"


def test_time_that_is_up_stops_the_undoing_and_an_extension_takes_it_up_again() -> None:
    driver = deployed(limits={"wall_clock": 3600})
    driver.back("implementation")
    step = driver.build.next_step()
    assert isinstance(step, Compensate)
    assert step.deadline == START + timedelta(hours=1)
    first = step.order
    driver.pass_time(hours=1)
    assert driver.parked[0] == "limit_wall_clock"
    assert not driver.build.expects_compensation(first)
    driver.send("extend_limits", limits={"wall_clock": None})
    driver.retry("take your time")
    assert (driver.undoing.number, driver.undoing.run) == (first.number, 2)
    assert driver.build.compensated(first, Compensation(phase=first.phase, succeeded=True), driver.now) == []
    driver.until(State.COMPLETE)


def test_an_extension_while_it_is_undone_only_moves_the_end() -> None:
    driver = deployed(limits={"wall_clock": 3600})
    driver.back("implementation")
    order = driver.undoing
    driver.send("extend_limits", limits={"wall_clock": 7200})
    assert driver.pass_time(hours=1) == []
    assert driver.build.expects_compensation(order)
    driver.pass_time(hours=1)
    assert driver.parked[0] == "limit_wall_clock"


def test_an_undoing_that_hangs_is_tried_afresh() -> None:
    driver = undoing()
    hanging = driver.undoing
    driver.retry("it hangs")
    assert not driver.build.expects_compensation(hanging)
    assert (driver.undoing.number, driver.undoing.run) == (hanging.number, 2)
    driver.undo()
    feedback = driver.order.feedback
    assert feedback is not None
    assert feedback.reason == "wrong way\nit hangs"


def test_a_retry_needs_a_run_that_is_left() -> None:
    driver = deployed(limits={"phase_runs": 9})
    driver.back("implementation")
    driver.undo(succeeded=False)
    message = driver.refused(RefusalCode.LIMIT_REACHED, "request_retry", expected_state="error", reason="again")
    assert "at least 10" in message
    driver.send("waive", finding_id="compensation-deployment", reason="undone by hand")
    driver.refused(RefusalCode.LIMIT_REACHED, "request_retry", expected_state="error", reason="again")


def test_a_build_goes_on_undoing_from_a_view_read_back() -> None:
    driver = undoing(*ALL)
    driver.undo()
    again = Build(BuildView.model_validate_json(driver.view.model_dump_json()))
    assert again.next_step() == driver.build.next_step()
    order = driver.undoing
    assert len(again.compensated(order, Compensation(phase=order.phase, succeeded=True), driver.now)) == 1


def test_nobody_answers_approves_or_reports_meanwhile() -> None:
    driver = deployed(manual=[Role.Q_ASSISTANT])
    driver.back("discovery")
    driver.refused(RefusalCode.NO_SUCH_QUESTION, "answer", question_id="q1", answer="yes")
    driver.refused(RefusalCode.NO_APPROVAL_PENDING, "approve", expected_state="discovery")
    driver.refused(RefusalCode.OUT_OF_TURN, "advance", role="q_assistant", completed_state="discovery", result={})
    assert driver.build.proceed(driver.now) == []
    assert driver.kinds[-1] is EntryKind.ROLLED_BACK
