"""Testing: run the project's tests on a clean checkout of the commit."""

from baton.domain.reports import Finding, PhaseReport
from baton.runners.scratch import scratch_folder
from baton.runners.toolchain.job import Job
from baton.runners.toolchain.test_command import TestOptions
from baton.runners.toolchain.test_run import run_tests
from baton.workshop.errors import UnsafeLink


async def test(job: Job, options: TestOptions) -> PhaseReport:
    """Report what the tests showed, one finding for each that failed."""
    with scratch_folder(job.workspace) as scratch:
        checkout = scratch / "checkout"
        try:
            await job.workspace.export(job.base.sha, checkout)
        except UnsafeLink as error:
            finding = Finding(id="unsafe-link", message=str(error), evidence="checkout")
            return PhaseReport(summary=str(error), findings=(finding,), all_tests_passed=False)
        outcome = await run_tests(job, options, checkout, scratch / "reports")
    told = f"{outcome.executed} tests, {outcome.failed} failed"
    if outcome.coverage is not None:
        told += f", coverage {outcome.coverage.percent:.1f} %"
    return PhaseReport(
        summary=told,
        findings=outcome.findings,
        evidence=(outcome.evidence,),
        tests_run=outcome.executed,
        tests_failed=outcome.failed,
        all_tests_passed=not outcome.findings,
        test_coverage=None if outcome.coverage is None else outcome.coverage.percent,
    )
