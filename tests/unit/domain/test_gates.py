"""``judge`` by itself; what a build does with a judgement is in ``test_build_gates``."""

import pytest
from hypothesis import given

from baton.domain.gates import judge
from baton.domain.grounds import Grounds
from baton.domain.refusals import Refusal
from baton.domain.reports import Evidence, Finding, PhaseReport, Severity, parse_report
from baton.domain.terms import Terms
from baton.domain.vocabulary import Phase, Role, Verdict
from tests.unit.domain import messages
from tests.unit.domain.driver import GOOD, make_terms

TERMS = make_terms()
BEFORE = make_terms(rules=1)
BY_HAND = make_terms(Role)
JUDGED = [Phase.TESTING, Phase.VERIFICATION, Phase.DEPLOYMENT]


@pytest.mark.parametrize("phase", list(Phase))
def test_a_good_report_opens_the_gate_and_finds_nothing(phase: Phase) -> None:
    judgement = judge(phase, parse_report(GOOD[phase]), TERMS, "c0de")
    assert (judgement.passed, judgement.findings, judgement.reason) == (True, (), "")


def assert_rejected(phase: Phase, terms: Terms, **more: object) -> None:
    report = parse_report(GOOD[phase] | {"verdict": "rejected", "summary": "no"} | more)
    judgement = judge(phase, report, terms, None)
    assert not judgement.passed
    (finding,) = judgement.findings
    assert (finding.id, finding.evidence, finding.message) == ("gate-verdict", "gate:verdict", "no")


@pytest.mark.parametrize("terms", [BEFORE, BY_HAND], ids=["rules before", "by hand"])
@pytest.mark.parametrize("phase", list(Phase))
def test_a_rejection_shuts_every_gate_whatever_else_is_said(phase: Phase, terms: Terms) -> None:
    assert_rejected(phase, terms)


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase not in JUDGED])
def test_a_runner_may_reject_what_it_is_given_to_work_with(phase: Phase) -> None:
    assert_rejected(phase, TERMS)


@pytest.mark.parametrize("phase", JUDGED)
def test_a_runner_that_rejects_what_it_judges_has_to_name_its_grounds(phase: Phase) -> None:
    assert_rejected(phase, TERMS, findings=[{"message": "0.1 + 0.2", "evidence": "test_add"}])
    report = parse_report(GOOD[phase] | {"verdict": "rejected", "summary": "no", "findings": ["I do not like it"]})
    judgement = judge(phase, report, TERMS, None)
    (noted,) = judgement.findings
    assert (judgement.passed, noted.id, noted.severity) == (True, "opinion-verdict", Severity.WARNING)
    assert noted.message == "no (no finding names a criterion or executed evidence, so it counts as an opinion)"


def test_a_verifier_has_to_say_its_word_and_to_have_grounds_for_a_no() -> None:
    (missing,) = judge(Phase.VERIFICATION, PhaseReport(), TERMS, None).findings
    assert (missing.id, missing.severity) == ("gate-approved_for_deployment", Severity.ERROR)
    (said,) = judge(Phase.VERIFICATION, PhaseReport(approved_for_deployment=False), TERMS, None).findings
    assert (said.id, said.severity) == ("opinion-approved_for_deployment", Severity.WARNING)


def test_a_deployment_that_failed_needs_no_grounds() -> None:
    assert not judge(Phase.DEPLOYMENT, PhaseReport(deployment_successful=False), TERMS, None).passed


@pytest.mark.parametrize("phase", JUDGED)
def test_a_verdict_of_passed_is_not_evidence(phase: Phase) -> None:
    assert not judge(phase, PhaseReport(verdict=Verdict.PASSED), TERMS, None).passed


def test_a_contradiction_is_judged_by_its_worse_half() -> None:
    report = PhaseReport(all_tests_passed=True, tests_run=5, tests_failed=2, test_coverage=90)
    assert judge(Phase.TESTING, report, TERMS, None).reason == "2 of the tests failed"
    report = PhaseReport(all_tests_passed=False, tests_run=5, tests_failed=0, test_coverage=90)
    assert judge(Phase.TESTING, report, TERMS, None).reason == "not all tests passed"


@pytest.mark.parametrize("flaw", [{"tests_failed": 1}, {"all_tests_passed": False}])
@pytest.mark.parametrize("phase", [Phase.VERIFICATION, Phase.DEPLOYMENT])
def test_failed_tests_hold_the_work_in_the_later_phases_too(phase: Phase, flaw: dict[str, object]) -> None:
    assert not judge(phase, parse_report(GOOD[phase] | flaw), TERMS, None).passed


def test_everything_that_is_wrong_is_found_at_once() -> None:
    report = PhaseReport(
        verdict=Verdict.REJECTED,
        tests_failed=1,
        test_coverage=10,
        evidence=(Evidence(name="pytest", commit="0ld"),),
        findings=(Finding(message="0.1 + 0.2", evidence="test_add"),),
    )
    judgement = judge(Phase.TESTING, report, TERMS, "c0de")
    assert [finding.id for finding in judgement.findings] == [
        "gate-verdict",
        "gate-stale_evidence",
        "gate-tests_failed",
        "gate-test_coverage",
    ]


def test_the_reason_is_the_first_three_messages_and_is_capped() -> None:
    findings = tuple(Finding(message=f"{number} " + "x" * 300, evidence="ruff:E501") for number in range(5))
    report = PhaseReport(approved_for_deployment=True, findings=findings)
    reason = judge(Phase.VERIFICATION, report, TERMS, None).reason
    assert reason.startswith("0 xxx")
    assert "; 1 xxx" in reason
    assert len(reason) == 500


def test_warnings_hold_nothing_and_are_no_reason() -> None:
    mild = Finding(message="long line", severity=Severity.WARNING)
    report = PhaseReport(approved_for_deployment=True, findings=(mild,))
    assert judge(Phase.VERIFICATION, report, TERMS, None).passed
    report = PhaseReport(approved_for_deployment=False, findings=(mild,))
    assert judge(Phase.VERIFICATION, report, BY_HAND, None).reason == "the report says approved_for_deployment: false"


def test_a_gate_that_is_shut_without_findings_that_hold_tells_the_opinions_too_but_nothing_waived() -> None:
    findings = (Finding(message="ugly"), Finding(id="dilution-1", message="a test is gone", evidence="test_old"))
    report = PhaseReport(tests_failed=1, test_coverage=90, findings=findings)
    judgement = judge(Phase.TESTING, report, TERMS, None, Grounds(waived=frozenset({"dilution-1"})))
    assert judgement.reason == "1 of the tests failed; ugly"


def test_evidence_is_held_against_the_commit_that_was_handed_over_or_that_the_role_made() -> None:
    def stale(made: str | None, handed: str | None, evidence: str | None) -> bool:
        report = PhaseReport(
            deployment_successful=True, commit=made, evidence=(Evidence(name="smoke", commit=evidence),)
        )
        return not judge(Phase.DEPLOYMENT, report, TERMS, handed).passed

    assert stale(None, "new", "old")
    assert stale("new", "old", "old")
    assert not stale("new", "old", "new")
    assert not stale(None, None, "old")
    assert not stale(None, "new", None)


@given(messages.REPORTS)
def test_testing_never_passes_over_failed_tests_or_thin_coverage(report: dict[str, object]) -> None:
    try:
        taken = parse_report(report)
    except Refusal:
        return
    if judge(Phase.TESTING, taken, TERMS, None).passed:
        assert not taken.tests_failed
        assert taken.all_tests_passed is not False
        assert taken.test_coverage is not None
        assert taken.test_coverage >= 80
