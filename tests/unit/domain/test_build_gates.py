"""Each gate lets good work through and sends the rest back, with the findings, to where it is mended."""

from typing import Any

import pytest

from baton.domain.moves import MoveKind
from baton.domain.vocabulary import Phase, Role, State
from tests.unit.domain.driver import GOOD, Driver, make_terms

PASSED = {"all_tests_passed": True, "test_coverage": 90}
FOUND = {"message": "it does not add", "criterion": "AC-1"}

SENT_BACK = [
    ("implementation", {"verdict": "rejected", "summary": "no such API"}, "planning", "no such API"),
    ("implementation", {"verdict": "rejected"}, "planning", "implementation was rejected"),
    ("testing", PASSED | {"tests_failed": 2}, "implementation", "2 of the tests failed"),
    ("testing", PASSED | {"all_tests_passed": False}, "implementation", "not all tests passed"),
    ("testing", PASSED | {"tests_run": 0}, "implementation", "no test was run"),
    ("testing", {"test_coverage": 90}, "implementation", "does not say that the tests passed"),
    ("testing", {"tests_failed": 0, "test_coverage": 90}, "implementation", "does not say that the tests passed"),
    ("testing", PASSED | {"test_coverage": 79.96}, "implementation", "test coverage is 79.96 %; at least 80 %"),
    ("testing", PASSED | {"test_coverage": 0.79}, "implementation", "test coverage is 79 %"),
    ("testing", PASSED | {"test_coverage": "79%"}, "implementation", "test coverage is 79 %"),
    ("testing", PASSED | {"test_coverage": "0.9%"}, "implementation", "test coverage is 0.9 %"),
    ("testing", {"all_tests_passed": True}, "implementation", "the report has no test_coverage"),
    ("testing", PASSED | {"findings": [FOUND]}, "implementation", "it does not add"),
    ("testing", PASSED | {"verdict": "rejected", "findings": [FOUND]}, "implementation", "testing was rejected"),
    (
        "testing",
        PASSED | {"evidence": [{"name": "pytest", "commit": "0ld"}]},
        "implementation",
        "the evidence 'pytest' is for commit 0ld, not for c0de",
    ),
    ("verification", {}, "implementation", "the report does not say approved_for_deployment"),
    (
        "verification",
        {"approved_for_deployment": False, "findings": [FOUND]},
        "implementation",
        "says approved_for_deployment: false",
    ),
    (
        "verification",
        {
            "approved_for_deployment": True,
            "findings": [{"message": "eval()", "severity": "high", "evidence": "bandit:B307"}],
        },
        "implementation",
        "eval()",
    ),
    ("deployment", {}, "verification", "the report does not say deployment_successful"),
    ("deployment", {"deployment_successful": False}, "verification", "the report says deployment_successful: false"),
]


@pytest.mark.parametrize("manual", [(), tuple(Role)], ids=["runner", "by hand"])
@pytest.mark.parametrize(("phase", "report", "goes_to", "reason"), SENT_BACK)
def test_work_that_the_gate_rejects_goes_back_with_its_findings(
    phase: str, report: dict[str, Any], goes_to: str, reason: str, manual: tuple[Role, ...]
) -> None:
    driver = Driver(make_terms(manual)).until(phase)
    handoffs = len(driver.view.handoff_history)
    entries = driver.advance(result=report) if manual else driver.report(**report)
    (entry,) = entries
    assert entry.data["move"] == MoveKind.REWORK
    assert (driver.state, driver.view.ledger.rework_rounds) == (goes_to, 1)
    assert len(driver.view.handoff_history) == handoffs + 1
    feedback = driver.view.feedback
    assert feedback is not None
    assert reason in feedback.reason
    assert any(reason in finding.message for finding in feedback.findings)
    assert Phase(goes_to) not in driver.view.completed_phases
    driver.until(State.COMPLETE)


OPINIONS = [
    ("testing", PASSED | {"findings": ["it does not add"]}),
    ("testing", PASSED | {"verdict": "rejected"}),
    ("verification", {"approved_for_deployment": False}),
    ("verification", {"approved_for_deployment": True, "findings": [{"message": "eval()", "severity": "high"}]}),
    ("deployment", {"deployment_successful": True, "verdict": "rejected", "findings": ["ugly"]}),
]
"""What holds nothing today, and held the builds that opened under the rules before."""


@pytest.mark.parametrize(("phase", "report"), OPINIONS)
def test_an_opinion_of_a_runner_is_noted_and_holds_nothing(phase: str, report: dict[str, Any]) -> None:
    driver = Driver().until(phase)
    entry = driver.report(**report)[0]
    assert (entry.data["move"], driver.view.ledger.rework_rounds) == (MoveKind.FORWARD, 0)
    assert all(noted["severity"] == "warning" for noted in entry.data.get("findings", []))
    assert driver.view.feedback is None


@pytest.mark.parametrize(("phase", "report"), OPINIONS)
def test_builds_that_opened_under_the_rules_before_are_held_by_opinions(phase: str, report: dict[str, Any]) -> None:
    driver = Driver(make_terms(rules=1)).until(phase)
    (entry,) = driver.report(**report)
    assert (entry.data["move"], driver.view.ledger.rework_rounds) == (MoveKind.REWORK, 1)
    driver.until(State.COMPLETE)


@pytest.mark.parametrize("rules", [1, 2])
@pytest.mark.parametrize(
    ("phase", "report"),
    [("testing", PASSED | {"verdict": "rejected"}), ("verification", {"approved_for_deployment": False})],
)
def test_a_person_answers_for_a_rejection_without_grounds(phase: str, report: dict[str, Any], rules: int) -> None:
    driver = Driver(make_terms(Role, rules=rules)).until(phase)
    driver.advance(result=report)
    assert driver.state is State.IMPLEMENTATION


OPENED = [
    PASSED,
    PASSED | {"findings": [{"message": "slow", "criterion": "AC-9", "evidence": " "}]},
    {"tests_run": 3, "tests_failed": 0, "test_coverage": 80},
    PASSED | {"test_coverage": 0.8},
    PASSED | {"test_coverage": "80%"},
    PASSED | {"test_coverage": "0.8"},
    PASSED | {"findings": [{"message": "long line", "severity": "style"}]},
    PASSED | {"evidence": [{"name": "pytest", "commit": "c0de"}, {"name": "ruff"}]},
    PASSED | {"commit": "te57", "evidence": [{"name": "pytest", "commit": "te57"}]},
]


@pytest.mark.parametrize("report", OPENED)
def test_good_work_goes_through_the_gate(report: dict[str, Any]) -> None:
    driver = Driver()
    driver.report(output={"acceptance_criteria": [{"id": "AC-1"}]})
    driver.until(State.TESTING).report(**report)
    assert driver.state is State.HANDOFF_TO_VERIFIER


def test_a_minimum_of_nothing_asks_for_no_coverage() -> None:
    driver = Driver(make_terms(minimum_coverage=0)).until(State.TESTING)
    driver.report(all_tests_passed=True)
    assert driver.state is State.HANDOFF_TO_VERIFIER


def test_findings_of_the_code_writer_do_not_hold_its_own_work() -> None:
    driver = Driver().until(State.IMPLEMENTATION)
    driver.report(findings=["the plan forgets rounding"])
    assert driver.state is State.HANDOFF_TO_TESTER


@pytest.mark.parametrize("phase", ["discovery", "planning"])
def test_a_rejection_with_nobody_before_it_parks_and_the_retry_has_the_findings(phase: str) -> None:
    driver = Driver().until(phase)
    driver.report(verdict="rejected", summary="contradictory", findings=["AC-1 against AC-2"])
    code, message, what_next = driver.parked
    assert (code, message) == ("rejected", f"{phase} failed: contradictory; AC-1 against AC-2")
    assert "request-retry" in what_next
    driver.send("request_retry", expected_state="error", reason="the request is mended")
    feedback = driver.order.feedback
    assert feedback is not None
    assert [finding.message for finding in feedback.findings] == ["AC-1 against AC-2"]


def test_an_advance_cannot_smuggle_failed_tests_forward() -> None:
    driver = Driver(make_terms(Role)).until(State.TESTING)
    driver.advance(next_state="handoff_to_verifier", result=PASSED | {"tests_failed": 1, "verdict": "passed"})
    assert driver.state is State.IMPLEMENTATION


def test_the_mending_role_is_told_and_the_next_one_is_not() -> None:
    driver = Driver().until(State.TESTING)
    driver.report(**PASSED, findings=[{"message": "0.1 + 0.2", "criterion": "AC-1"}])
    order = driver.order
    assert (order.phase, order.run_in_phase, order.commit) == (Phase.IMPLEMENTATION, 2, "c0de")
    assert order.feedback is not None
    assert order.feedback.findings[0].criterion == "AC-1"
    assert driver.until(State.TESTING).order.feedback is None


def test_a_deployment_that_failed_is_verified_again_and_then_deployed() -> None:
    driver = Driver().until(State.DEPLOYMENT)
    driver.report(deployment_successful=False)
    assert driver.order.phase is Phase.VERIFICATION
    driver.report(**GOOD[Phase.VERIFICATION])
    assert driver.until(State.COMPLETE).view.ledger.phase_runs == 8


def test_a_long_list_of_findings_told_as_text_is_folded_as_it_was_taken() -> None:
    driver = Driver(make_terms(rules=1)).until(State.TESTING)
    driver.report(findings=["x"] * 60_000)
    assert driver.state is State.IMPLEMENTATION
    assert driver.view.feedback is not None
    assert len(driver.view.feedback.findings) > 60_000
