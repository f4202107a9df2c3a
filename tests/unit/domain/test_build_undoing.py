"""What cannot be undone parks a build; what was undone by hand is waived; what is overtaken counts for nothing."""

from baton.domain.attempts import Compensation
from baton.domain.reports import PhaseReport
from baton.domain.steps import Compensate, Wait
from baton.domain.vocabulary import Phase, RefusalCode, Role, State, Status
from tests.unit.domain.undoing import ALL, deployed, pending, undoable


def test_what_cannot_be_undone_parks_the_build() -> None:
    driver = undoable()
    code, message, what_next = driver.parked
    assert (code, message) == ("compensation_failed", "what deployment did could not be undone: 403")
    assert what_next == (
        "Mend the cause, then request-retry to undo it and go on with implementation; or waive "
        "compensation-deployment when it was undone by hand, then request-retry; or cancel, or abandon."
    )
    assert driver.view.waiting_for is not None
    assert driver.view.waiting_for.command == "starter.py request-retry b-1 --reason WHY"
    assert driver.build.next_step() == Wait()


def test_one_that_gives_no_reason_says_so() -> None:
    driver = deployed()
    driver.back("implementation")
    driver.undo(succeeded=False)
    assert driver.parked[1] == "what deployment did could not be undone: it gave no reason"


def test_a_retry_undoes_it_again_and_the_role_is_told_why_the_build_went_back() -> None:
    driver = undoable()
    first = driver.view.compensating[0].key
    driver.retry("the token is renewed")
    order = driver.undoing
    assert (order.number, order.run, order.phase, order.reason) == (first, 2, Phase.DEPLOYMENT, "wrong way")
    driver.undo(succeeded=False, message="still 403")
    driver.retry("now")
    assert driver.undoing.run == 3
    driver.undo()
    feedback = driver.order.feedback
    assert feedback is not None
    assert feedback.reason.splitlines() == ["wrong way", "the token is renewed", "now"]
    assert feedback.from_state is State.DEPLOYMENT
    driver.until(State.COMPLETE)


def test_those_that_were_undone_before_the_failure_are_not_undone_again() -> None:
    driver = deployed(*ALL)
    driver.back("implementation")
    driver.undo()
    driver.undo(succeeded=False)
    driver.retry()
    assert pending(driver) == [("verification", 2), ("testing", 1), ("implementation", 1)]
    assert (driver.undoing.phase, driver.undoing.run) == (Phase.VERIFICATION, 2)
    driver.undo()
    assert (driver.undoing.phase, driver.undoing.run) == (Phase.TESTING, 1)


def test_what_was_undone_by_hand_is_waived() -> None:
    driver = undoable(Phase.DEPLOYMENT, Phase.TESTING)
    (entry,) = driver.send("waive", finding_id="compensation-deployment", reason="undone by hand")
    assert entry.data["message"] == "403"
    assert (driver.state, pending(driver), driver.view.waivers) == (State.ERROR, [("testing", 1)], [])
    driver.refused(RefusalCode.NO_SUCH_FINDING, "waive", finding_id="compensation-deployment", reason="again")
    driver.refused(RefusalCode.NO_SUCH_FINDING, "waive", finding_id="compensation-testing", reason="not tried yet")
    driver.retry("undone by hand")
    assert (driver.undoing.phase, driver.undoing.run) == (Phase.TESTING, 1)
    driver.undo()
    feedback = driver.order.feedback
    assert feedback is not None
    assert feedback.reason == "wrong way\nundone by hand"


def test_what_was_undone_by_hand_is_not_undone_once_more_later() -> None:
    driver = undoable()
    driver.send("waive", finding_id="compensation-deployment", reason="undone by hand")
    driver.retry()
    assert driver.order.phase is Phase.IMPLEMENTATION
    driver.back("planning")
    assert pending(driver) == []


def test_only_who_may_waives_a_compensation() -> None:
    driver = deployed(waivers=("grace",))
    driver.back("implementation")
    driver.undo(succeeded=False)
    finding = {"finding_id": "compensation-deployment", "reason": "done"}
    driver.refused(RefusalCode.NOT_AN_APPROVER, "waive", **finding)
    driver.send("waive", **finding, actor={"kind": "person", "id": "grace"})


def test_a_waiver_overtakes_the_try_that_is_under_way() -> None:
    driver = undoable()
    driver.retry()
    order = driver.undoing
    driver.send("waive", finding_id="compensation-deployment", reason="undone by hand")
    assert not driver.build.expects_compensation(order)
    assert driver.order.phase is Phase.IMPLEMENTATION
    assert driver.view.phases[Phase.IMPLEMENTATION].started_at is not None


def test_the_report_of_a_compensation_that_was_overtaken_changes_nothing() -> None:
    driver = deployed(*ALL)
    driver.back("verification")
    order = driver.undoing
    outcome = Compensation(phase=order.phase, succeeded=True)
    overtaken = [
        order.model_copy(update={"number": order.number + 1}),
        order.model_copy(update={"run": 2}),
        order.model_copy(update={"phase": Phase.VERIFICATION}),
    ]
    before = driver.view.model_dump_json()
    for other in overtaken:
        assert driver.build.compensated(other, outcome, driver.now) == []
    assert driver.view.model_dump_json() == before
    driver.undo()
    assert driver.build.compensated(order, outcome, driver.now) == []
    assert driver.undoing.phase is Phase.VERIFICATION


def test_a_failure_of_the_phase_that_waits_is_not_believed() -> None:
    driver = deployed()
    driver.back("implementation")
    number = driver.view.ledger.phase_runs
    assert driver.build.report(number, PhaseReport(), driver.now) == []
    assert driver.build.fail(number, "runner_failed", "crash", driver.now) == []
    assert isinstance(driver.build.next_step(), Compensate)


def test_a_build_that_undoes_says_who_does_what() -> None:
    driver = deployed()
    driver.back("implementation")
    view = driver.view
    assert (view.status, view.waiting_for) == (Status.IN_PROGRESS, None)
    assert view.next_expectations.role is Role.RELEASE_MANAGER
    assert view.next_expectations.task == "Undo what deployment did outside the workspace."
    driver.undo(succeeded=False)
    assert driver.view.next_expectations.task.startswith("A person decides")


def test_a_role_played_by_hand_waits_until_it_is_undone() -> None:
    driver = deployed(manual=[Role.CODE_WRITER])
    driver.back("implementation")
    assert driver.view.model_dump()["waiting_for"] is None
    assert driver.undoing.phase is Phase.DEPLOYMENT
    message = driver.refused(
        RefusalCode.OUT_OF_TURN, "advance", role="code_writer", completed_state="implementation", result={}
    )
    assert message == "what deployment did outside the workspace is being undone; report when that is done"
    driver.undo()
    assert driver.view.waiting_for is not None
    assert driver.view.waiting_for.kind == "report"
    driver.advance()
    assert driver.state is State.HANDOFF_TO_TESTER
