"""A handoff that waits for an approval goes on by an approval and by nothing else."""

from datetime import timedelta
from typing import Any

import pytest

from baton.domain.steps import Perform, Proceed, Wait
from baton.domain.terms import Terms
from baton.domain.vocabulary import EntryKind, LimitName, RefusalCode, Role, State, Status
from tests.unit.domain.driver import AGENT, START, Driver, make_terms

STRANGER = {"kind": "person", "id": "stranger"}


def gated(state: State = State.HANDOFF_TO_RELEASER, **changes: Any) -> Terms:
    rule = {name: changes.pop(name) for name in ("approvers", "deadline", "on_deadline") if name in changes}
    return make_terms(approvals={state: rule}, **changes)


def waiting(state: State = State.HANDOFF_TO_RELEASER, **changes: Any) -> Driver:
    return Driver(gated(state, **changes)).until(state)


def test_the_handoff_asks_and_waits() -> None:
    driver = waiting(approvers=["lead", "owner"], deadline=timedelta(hours=1))
    assert driver.kinds[-1] is EntryKind.APPROVAL_REQUESTED
    assert driver.build.next_step() == Wait(deadline=START + timedelta(hours=1))
    view = driver.view
    assert view.waiting_for is not None
    assert (view.status, view.waiting_for.kind, view.waiting_for.who) == (
        Status.WAITING,
        "approval",
        ["lead", "owner"],
    )
    assert view.waiting_for.what == "handoff_to_releaser needs an approval by lead or owner."


def test_a_listed_approver_lets_it_go_on() -> None:
    driver = waiting(approvers=["lead"])
    (entry,) = driver.send("approve", expected_state="handoff_to_releaser", reason="looks right")
    assert (entry.kind, entry.actor.id, entry.data["reason"]) == ("approval_granted", "lead", "looks right")
    assert isinstance(driver.build.next_step(), Proceed)
    driver.until(State.COMPLETE)
    assert driver.kinds.count(EntryKind.APPROVAL_REQUESTED) == 1


def test_any_person_may_approve_where_no_approver_is_listed() -> None:
    waiting().send("approve", actor=STRANGER, expected_state="handoff_to_releaser")


@pytest.mark.parametrize("name", ["approve", "refuse"])
def test_a_stranger_decides_nothing(name: str) -> None:
    message = waiting(approvers=["lead", "owner"]).refused(
        RefusalCode.NOT_AN_APPROVER, name, actor=STRANGER, expected_state="handoff_to_releaser", reason="because"
    )
    assert message == "'stranger' may not decide on 'handoff_to_releaser'; lead or owner may"


@pytest.mark.parametrize("kind", ["agent", "role", "system"])
def test_only_a_person_approves_even_under_a_listed_name(kind: str) -> None:
    message = waiting(approvers=["lead"]).refused(
        RefusalCode.NOT_AN_APPROVER,
        "approve",
        actor={"kind": kind, "id": "lead"},
        expected_state="handoff_to_releaser",
    )
    assert message == f"an approval is given by a person, not by {kind}"


def test_a_refusal_parks_and_its_retry_goes_to_the_coder_with_the_reason() -> None:
    driver = waiting()
    driver.send("refuse", expected_state="handoff_to_releaser", reason="the till has no bell")
    code, message, what_next = driver.parked
    assert (code, message) == ("approval_refused", "lead refused handoff_to_releaser: the till has no bell")
    assert what_next.startswith("Request-retry sends the work back to implementation with this reason")
    driver.send("request_retry", expected_state="error", reason="add one")
    order = driver.order
    assert (driver.state, order.role) == (State.IMPLEMENTATION, Role.CODE_WRITER)
    assert order.feedback is not None
    assert order.feedback.reason == "add one"
    assert [finding.message for finding in order.feedback.findings] == ["the till has no bell"]
    driver.until(State.COMPLETE)
    assert driver.kinds.count(EntryKind.APPROVAL_REQUESTED) == 2


@pytest.mark.parametrize(
    ("state", "mended_by"),
    [
        (State.HANDOFF_TO_CODER, "planning"),
        (State.HANDOFF_TO_TESTER, "implementation"),
        (State.HANDOFF_TO_VERIFIER, "implementation"),
        (State.HANDOFF_TO_RELEASER, "implementation"),
    ],
)
def test_refused_work_is_mended_by_who_can_mend_it(state: State, mended_by: str) -> None:
    driver = waiting(state)
    driver.send("refuse", expected_state=state.value, reason="no")
    driver.send("request_retry", expected_state="error", reason="again")
    assert driver.state == mended_by


def test_a_deadline_that_passes_refuses_by_default() -> None:
    driver = waiting(deadline=timedelta(hours=1))
    assert driver.pass_time(minutes=59) == []
    (entry,) = driver.pass_time(minutes=1)
    assert (entry.kind, entry.data["outcome"]) == ("approval_expired", "refuse")
    code, message, what_next = driver.parked
    assert (code, message) == ("approval_expired", "nobody approved handoff_to_releaser before its deadline")
    assert what_next.startswith("Request-retry performs verification again and asks for the approval anew")
    driver.send("request_retry", expected_state="error", reason="somebody is here now")
    assert driver.state is State.VERIFICATION
    assert driver.until(State.HANDOFF_TO_RELEASER).view.pending_approval is not None


def test_a_deadline_that_passes_approves_where_the_profile_says_so() -> None:
    driver = waiting(deadline=timedelta(hours=1), on_deadline="approve")
    (entry,) = driver.pass_time(hours=1)
    assert (entry.kind, entry.data["outcome"]) == ("approval_expired", "approve")
    assert isinstance(driver.build.next_step(), Proceed)
    driver.until(State.COMPLETE)


class TestNoWayRound:
    def test_by_advance_of_the_handoff_or_of_the_phase_after_it(self) -> None:
        driver = Driver(gated(manual=Role)).until(State.HANDOFF_TO_RELEASER)
        for completed in ("handoff_to_releaser", "deployment"):
            message = driver.refused(
                RefusalCode.APPROVAL_PENDING,
                "advance",
                actor=AGENT,
                role="release_manager",
                completed_state=completed,
                result={"deployment_successful": True},
            )
            assert message == "'handoff_to_releaser' waits for its approval first"

    def test_by_a_late_proceed(self) -> None:
        driver = waiting()
        assert driver.build.proceed(driver.now) == []
        assert driver.state is State.HANDOFF_TO_RELEASER

    def test_by_retry(self) -> None:
        message = waiting().refused(
            RefusalCode.NOT_PARKED, "request_retry", expected_state="handoff_to_releaser", reason="go"
        )
        assert message.startswith("nothing has failed in 'handoff_to_releaser'")

    def test_by_rollback_forward(self) -> None:
        waiting().refused(
            RefusalCode.SKIPPED_PHASE,
            "rollback",
            target_state="deployment",
            expected_state="handoff_to_releaser",
            reason="go",
        )

    def test_by_rollback_and_back(self) -> None:
        driver = waiting()
        driver.send("rollback", target_state="testing", expected_state="handoff_to_releaser", reason="once more")
        assert driver.view.pending_approval is None
        assert driver.until(State.HANDOFF_TO_RELEASER).view.pending_approval is not None

    @pytest.mark.parametrize("how", ["refused", "expired"])
    def test_by_rollback_out_of_error(self, how: str) -> None:
        driver = waiting(deadline=timedelta(hours=1))
        if how == "refused":
            driver.send("refuse", expected_state="handoff_to_releaser", reason="no")
        else:
            driver.pass_time(hours=2)
        driver.refused(
            RefusalCode.SKIPPED_PHASE, "rollback", target_state="deployment", expected_state="error", reason="go"
        )

    def test_by_pause_and_resume(self) -> None:
        driver = waiting()
        driver.send("pause")
        driver.send("resume")
        assert driver.view.pending_approval is not None
        assert isinstance(driver.build.next_step(), Wait)

    def test_by_the_wall_clock(self) -> None:
        driver = waiting(limits={"wall_clock": 3600})
        driver.pass_time(hours=1)
        assert driver.parked[0] == "limit_wall_clock"
        driver.send("extend_limits", limits={"wall_clock": None})
        driver.send("request_retry", expected_state="error", reason="time again")
        assert driver.view.limits.maximum(LimitName.WALL_CLOCK) is None
        assert driver.state is State.VERIFICATION
        assert driver.until(State.HANDOFF_TO_RELEASER).view.pending_approval is not None

    def test_by_an_approval_given_before_a_rework(self) -> None:
        driver = waiting()
        driver.send("approve", expected_state="handoff_to_releaser")
        driver.until(State.DEPLOYMENT).report(deployment_successful=False)
        assert driver.until(State.HANDOFF_TO_RELEASER).view.pending_approval is not None


def test_a_pause_outlasts_the_approval() -> None:
    driver = waiting()
    driver.send("pause")
    driver.send("approve", expected_state="handoff_to_releaser")
    assert isinstance(driver.build.next_step(), Wait)
    driver.send("resume")
    driver.step()
    assert isinstance(driver.build.next_step(), Perform)
