"""The gates: whether the work may go forward, judged from the report and what the build is held to.

A gate believes no summary. What it asks for and does not find counts as missing evidence, and sends the work back.
"""

from collections.abc import Iterator

from pydantic import Field

from baton.domain.grounds import Grounds
from baton.domain.model import Value
from baton.domain.moves import OWNERS
from baton.domain.reports import Finding, PhaseReport, Severity
from baton.domain.terms import Terms
from baton.domain.vocabulary import Phase, Verdict


class Judgement(Value):
    """Whether a report opens the gate; if not, the findings that keep it shut."""

    passed: bool
    findings: tuple[Finding, ...] = Field(default=(), description="beyond those in the report itself")
    reason: str = ""


def judge(
    phase: Phase, report: PhaseReport, terms: Terms, commit: str | None, grounds: Grounds | None = None
) -> Judgement:
    """Judge ``report``. ``commit`` is the commit that the phase was handed, if one is known."""
    grounds = grounds or Grounds(opinions_count=terms.rules < 2)
    held = [finding for finding in report.findings if grounds.holds(finding)] if phase in JUDGED else []
    found = tuple(_findings(phase, report, terms, commit, answered=_answered_for(phase, terms, held)))
    if not held and all(finding.severity is not Severity.ERROR for finding in found):
        return Judgement(passed=True, findings=found)
    grave = [one for one in report.findings if one.severity is Severity.ERROR and one.id not in grounds.waived]
    reasons = [finding.message for finding in (*found, *(held or grave)) if finding.severity is Severity.ERROR]
    return Judgement(passed=False, findings=found, reason="; ".join(reasons[:3])[:500])


def _answered_for(phase: Phase, terms: Terms, held: list[Finding]) -> bool:
    """Whether a role's bare word that it rejects the work counts: a person answers for it, or it has grounds."""
    return terms.rules < 2 or phase not in JUDGED or terms.role(OWNERS[phase.state]).manual or bool(held)


JUDGED = frozenset({Phase.TESTING, Phase.VERIFICATION, Phase.DEPLOYMENT})
"""The phases that judge the tree that they are given: their findings hold it."""


def _findings(
    phase: Phase, report: PhaseReport, terms: Terms, commit: str | None, *, answered: bool
) -> Iterator[Finding]:
    if report.verdict is Verdict.REJECTED:
        said = report.summary or f"{phase.value} was rejected"
        yield _gate("verdict", said) if answered else _opinion("verdict", said)
    if phase in JUDGED:
        yield from _stale(report, commit)
        yield from _failed_tests(report)
    if phase is Phase.TESTING:
        yield from _no_proof(report)
        yield from _coverage(report, terms.minimum_coverage)
    elif phase is Phase.VERIFICATION and report.approved_for_deployment is not True:
        said = _not_true("approved_for_deployment", report.approved_for_deployment)
        missing = report.approved_for_deployment is None
        gate = _gate if answered or missing else _opinion
        yield gate("approved_for_deployment", said)
    elif phase is Phase.DEPLOYMENT and report.deployment_successful is not True:
        yield _gate("deployment_successful", _not_true("deployment_successful", report.deployment_successful))


def _failed_tests(report: PhaseReport) -> Iterator[Finding]:
    if report.tests_failed:
        yield _gate("tests_failed", f"{report.tests_failed} of the tests failed")
    elif report.all_tests_passed is False:
        yield _gate("all_tests_passed", "not all tests passed")


def _no_proof(report: PhaseReport) -> Iterator[Finding]:
    if report.tests_failed or report.all_tests_passed is False:
        return
    if report.tests_run == 0:
        yield _gate("tests_run", "no test was run")
    elif report.all_tests_passed is None and (report.tests_failed is None or report.tests_run is None):
        yield _gate(
            "all_tests_passed",
            "the report does not say that the tests passed: it needs all_tests_passed, or tests_run and tests_failed",
        )


def _coverage(report: PhaseReport, minimum: float) -> Iterator[Finding]:
    if minimum <= 0:
        return
    if report.test_coverage is None:
        yield _gate("test_coverage", f"the report has no test_coverage; at least {minimum:g} % is asked for")
    elif report.test_coverage < minimum:
        yield _gate(
            "test_coverage",
            f"test coverage is {report.test_coverage:g} %; at least {minimum:g} % is asked for",
        )


def _stale(report: PhaseReport, commit: str | None) -> Iterator[Finding]:
    expected = report.commit or commit
    if expected is None:
        return
    for evidence in report.evidence:
        if evidence.commit is not None and evidence.commit != expected:
            yield _gate(
                "stale_evidence",
                f"the evidence {evidence.name!r} is for commit {evidence.commit[:12]}, not for {expected[:12]}",
            )


def _not_true(field: str, value: bool | None) -> str:
    return f"the report does not say {field}" if value is None else f"the report says {field}: false"


def _opinion(rule: str, said: str) -> Finding:
    message = f"{said} (no finding names a criterion or executed evidence, so it counts as an opinion)"
    return Finding(id=f"opinion-{rule}", message=message, severity=Severity.WARNING)


def _gate(rule: str, message: str) -> Finding:
    return Finding(id=f"gate-{rule}", message=message, evidence=f"gate:{rule}")
