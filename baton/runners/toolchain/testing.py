"""Testing: run the project's tests on a clean checkout of the commit."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from baton.domain.reports import Finding, PhaseReport, Severity
from baton.domain.vocabulary import Phase
from baton.runners.scratch import scratch_folder
from baton.runners.toolchain.brief import Criterion
from baton.runners.toolchain.criteria import criteria_of
from baton.runners.toolchain.job import Job
from baton.runners.toolchain.proofs import Proofs, claims_of, proofs_of, tests_in
from baton.runners.toolchain.test_command import TestOptions
from baton.runners.toolchain.test_run import TestOutcome, run_tests
from baton.workshop.errors import UnsafeLink


class AuditOptions(TestOptions):
    """Options of the test auditor.

    ``unproven`` says what it means that no test which passed names an acceptance criterion: ``tell``, or ``block``.
    """

    unproven: Literal["tell", "block"] = "tell"


@dataclass(frozen=True, slots=True)
class Tested:
    """The report, and the IDs of all tests that were executed."""

    report: PhaseReport
    executed: tuple[str, ...] = ()


async def test(job: Job, options: AuditOptions) -> Tested:
    """Report what the tests showed, one finding for each that failed, and which criteria they prove."""
    with scratch_folder(job.workspace) as scratch:
        checkout = scratch / "checkout"
        try:
            await job.workspace.export(job.base.sha, checkout)
        except UnsafeLink as error:
            finding = Finding(id="unsafe-link", message=str(error), evidence="checkout")
            return Tested(PhaseReport(summary=str(error), findings=(finding,), all_tests_passed=False))
        # Read before they run: what the tests write into the checkout is no test of the commit.
        written = await asyncio.to_thread(tests_in, checkout)
        outcome = await run_tests(job, options, checkout, scratch / "reports")
    criteria = criteria_of(job.order)
    cases = outcome.run.cases if outcome.run else ()
    proofs = proofs_of(criteria, cases, written, claims_of(job.order.inputs.get(Phase.IMPLEMENTATION, {})))
    findings = [_with_criterion(finding, proofs) for finding in outcome.findings]
    if outcome.executed:
        findings += _unproven(criteria, proofs, Severity.ERROR if options.unproven == "block" else Severity.WARNING)
    report = PhaseReport(
        summary=_summary(outcome, criteria, proofs),
        findings=tuple(findings),
        evidence=(outcome.evidence,),
        tests_run=outcome.executed,
        tests_failed=outcome.failed,
        all_tests_passed=not outcome.findings,
        test_coverage=None if outcome.coverage is None else outcome.coverage.percent,
        proofs=proofs.proven,
    )
    return Tested(report, tuple(case.id for case in cases))


def _summary(outcome: TestOutcome, criteria: Sequence[Criterion], proofs: Proofs) -> str:
    told = f"{outcome.executed} tests, {outcome.failed} failed"
    if outcome.coverage is not None:
        told += f", coverage {outcome.coverage.percent:.1f} %"
    return f"{told}, {len(proofs.proven)}/{len(criteria)} proven" if criteria else told


def _with_criterion(finding: Finding, proofs: Proofs) -> Finding:
    named = proofs.criterion_of(finding.evidence or "")
    return finding if named is None else finding.model_copy(update={"criterion": named})


def _unproven(criteria: Sequence[Criterion], proofs: Proofs, severity: Severity) -> Iterator[Finding]:
    """One finding for each criterion that no test names; where one that names it failed, that is told already."""
    for criterion in criteria:
        if criterion.id in proofs.passed or criterion.id in proofs.failed:
            continue
        message = (
            f"{criterion.id} ({criterion.text[:200]}) is proven by no test: none that passed names it. "
            f"Name it in the docstring or the name of the test that fails when it is not met"
        )
        yield Finding(
            id=f"criterion-unproven:{criterion.id}", message=message, severity=severity, criterion=criterion.id
        )
