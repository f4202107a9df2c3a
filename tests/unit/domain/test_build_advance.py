"""What an ``advance`` is refused for: each refusal says what, where and what to do next."""

from typing import Any

import pytest

from baton.domain.vocabulary import Phase, RefusalCode, Role, State
from tests.unit.domain.driver import Driver, make_terms


def by_hand(state: State = State.DISCOVERY) -> Driver:
    return Driver(make_terms(Role)).until(state)


@pytest.mark.parametrize("state", ["complete", "error", "cancelled"])
def test_no_role_completes_a_state_outside_the_way(state: str) -> None:
    message = by_hand().refused(RefusalCode.MOVE_NOT_ALLOWED, "advance", role="q_assistant", completed_state=state)
    assert message == f"no role completes {state!r}; a person decides there"


def test_a_role_reports_only_its_own_states() -> None:
    message = by_hand(State.TESTING).refused(
        RefusalCode.WRONG_ROLE, "advance", role="code_writer", completed_state="testing"
    )
    assert message == "'testing' is completed by 'test_auditor', not by 'code_writer'"


def test_a_state_that_the_build_has_left_is_stale() -> None:
    message = by_hand(State.TESTING).refused(
        RefusalCode.STALE_STATE, "advance", role="code_writer", completed_state="implementation"
    )
    assert message == (
        "build 'b-1' is in 'testing', not in 'implementation'; "
        "look at its status and report for the state that it is in"
    )


@pytest.mark.parametrize("ahead", ["planning", "handoff_to_coder"])
def test_a_state_ahead_cannot_be_reported(ahead: str) -> None:
    role = "q_assistant" if ahead == "planning" else "code_writer"
    message = by_hand().refused(RefusalCode.STALE_STATE, "advance", role=role, completed_state=ahead)
    assert message == (
        f"build 'b-1' is in 'discovery', not in {ahead!r}; no phase can be skipped: Understand the request: "
        "requirements, acceptance criteria, constraints; ask what is unclear. (q_assistant)"
    )


def test_only_the_phase_right_after_a_handoff_is_reported_from_it() -> None:
    by_hand(State.HANDOFF_TO_CODER).refused(
        RefusalCode.STALE_STATE, "advance", role="test_auditor", completed_state="testing"
    )


def test_nobody_reports_for_a_role_that_a_runner_plays() -> None:
    message = Driver().refused(RefusalCode.OUT_OF_TURN, "advance", role="q_assistant", completed_state="discovery")
    assert message == "'q_assistant' is played by the runner 'toolchain' in this build; nobody reports for it"


def test_a_parked_build_says_why_it_takes_no_report() -> None:
    driver = by_hand()
    driver.advance(result={"verdict": "rejected", "summary": "no such shop"})
    message = driver.refused(RefusalCode.PARKED, "advance", role="q_assistant", completed_state="discovery")
    assert message.startswith(
        "build 'b-1' is parked: discovery failed: no such shop. Mend the cause, then request-retry"
    )


@pytest.mark.parametrize("next_state", ["handoff_to_coder", "deployment", "complete", "planning"])
def test_a_sender_that_expects_another_next_state_is_told(next_state: str) -> None:
    message = by_hand(State.TESTING).refused(
        RefusalCode.SKIPPED_PHASE,
        "advance",
        role="test_auditor",
        completed_state="testing",
        next_state=next_state,
    )
    assert message == f"'testing' is followed by 'handoff_to_verifier', not by {next_state!r}"


@pytest.mark.parametrize(
    ("result", "missing"),
    [
        ({}, "discovery, planning"),
        ({"discovery": {}}, "planning"),
        ({"discovery": {}, "planning": "done"}, "planning"),
        ({"summary": "both done"}, "discovery, planning"),
    ],
)
def test_two_phases_at_once_need_two_reports(result: dict[str, Any], missing: str) -> None:
    message = by_hand().refused(
        RefusalCode.SKIPPED_PHASE,
        "advance",
        role="q_assistant",
        completed_state="discovery",
        next_state="handoff_to_coder",
        result=result,
    )
    assert message.endswith(f"the result must hold the reports of both phases under their names; missing: {missing}")


def test_a_bad_second_report_takes_back_the_first() -> None:
    by_hand().refused(
        RefusalCode.MALFORMED,
        "advance",
        role="q_assistant",
        completed_state="discovery",
        next_state="handoff_to_coder",
        result={"discovery": {}, "planning": {"tests_failed": -1}},
    )


@pytest.mark.parametrize("state", [State.DISCOVERY, State.HANDOFF_TO_CODER])
def test_a_result_over_the_limit_is_refused_in_phases_and_handoffs(state: State) -> None:
    driver = by_hand(state)
    role = driver.view.current_role
    assert role is not None
    message = driver.refused(
        RefusalCode.REPORT_TOO_LARGE,
        "advance",
        role=role.value,
        completed_state=state.value,
        result={"log": "x" * 3_000_000},
    )
    assert message == (
        "the report has 3,000,010 bytes; at most 262,144 are taken. "
        "Put large results into the workspace and report their path and commit"
    )


def test_a_malformed_report_is_refused_and_says_where() -> None:
    message = by_hand().refused(
        RefusalCode.MALFORMED,
        "advance",
        role="q_assistant",
        completed_state="discovery",
        result={"findings": [{"line": 3}]},
    )
    assert message == "report: findings.0.message: Field required"


def test_what_only_baton_can_know_is_not_taken_from_outside() -> None:
    driver = Driver(make_terms(manual=Role))
    driver.advance(result={"base": "c0ffee", "attempts": [{"number": 3}], "summary": "done"})
    assert driver.state is State.PLANNING
    assert (driver.view.base_commit, driver.view.phases[Phase.DISCOVERY].report) == (None, {"summary": "done"})
