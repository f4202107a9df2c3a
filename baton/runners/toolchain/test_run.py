"""Run the tests of a folder, and say what the evidence shows. The exit code alone shows nothing."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from baton.domain.reports import Evidence, Finding
from baton.runners.launcher import Launcher
from baton.runners.placeholders import expand
from baton.runners.quoting import last_lines
from baton.runners.toolchain.job import Job, require_modules
from baton.runners.toolchain.test_command import TestOptions, TestPlan, combine_command, plan_for
from baton.runners.toolchain.tool_versions import tool_versions
from baton.workshop.coverage_report import Coverage, read_coverage
from baton.workshop.errors import EvidenceUnreadable
from baton.workshop.junit import TestRun, read_junit
from baton.workshop.sandbox import CommandResult

_MOST_FINDINGS = 50
_DETAIL = 1_500


@dataclass(frozen=True, slots=True)
class TestOutcome:
    """What a run of the tests showed. ``findings`` is empty if, and only if, all is well."""

    __test__ = False  # or pytest would take it for a test class

    run: TestRun | None
    coverage: Coverage | None
    findings: tuple[Finding, ...]
    evidence: Evidence

    @property
    def executed(self) -> int:
        """How many tests ran: those that were skipped did not."""
        return self.run.tests - self.run.skipped if self.run else 0

    @property
    def failed(self) -> int:
        """How many of them failed, errors included."""
        return self.run.failed + self.run.errors if self.run else 0


async def run_tests(job: Job, options: TestOptions, folder: Path, scratch: Path, *, name: str = "tests") -> TestOutcome:
    """Run the tests of the project in ``folder``, which the tests may write to; ``scratch`` takes the reports."""
    plan = plan_for(options, folder)
    require_modules(*plan.modules)
    scratch.mkdir(exist_ok=True)
    places = {"junit": scratch / "junit.xml", "coverage": scratch / "coverage.json", "data": scratch / "coverage.data"}
    launcher = job.launcher(options)
    env = {"PYTHONDONTWRITEBYTECODE": "1", **_source_path(folder)}
    result = await _run(job, launcher, plan.commands[0], folder, scratch, places, env)
    if not result.timed_out:
        for command in _afterwards(plan, places["data"]):
            await _run(job, launcher, command, folder, scratch, places, env)
    coverage, unread = await asyncio.to_thread(_coverage, places["coverage"], folder)
    versions = await tool_versions(launcher, plan.versions, folder, scratch, job.surroundings)
    try:
        run, problem = await asyncio.to_thread(read_junit, places["junit"]), ""
    except EvidenceUnreadable as error:
        run, problem = None, str(error)
    quoted = last_lines(result.stdout, result.stderr, secrets=launcher.secrets)
    findings = (*_stopped(result), *_judged(run, problem, result, quoted), *unread)
    counts = _counts(run, coverage)
    return TestOutcome(
        run,
        coverage,
        findings,
        job.evidence(name, plan.commands[0], result, tools=plan.tools, versions=versions, **counts),
    )


async def _run(
    job: Job,
    launcher: Launcher,
    command: Sequence[str],
    folder: Path,
    scratch: Path,
    places: dict[str, Path],
    env: dict[str, str],
) -> CommandResult:
    words = expand(command, job.surroundings, **{name: str(path) for name, path in places.items()})
    return await launcher.run(words, cwd=folder, writable=[folder, scratch], env=env)


def _source_path(folder: Path) -> dict[str, str]:
    """Let a project with a ``src`` folder be imported: nothing is installed, and the sandbox has no network."""
    source = folder / "src"
    return {"PYTHONPATH": str(source)} if source.is_dir() else {}


def _afterwards(plan: TestPlan, data: Path) -> Iterator[tuple[str, ...]]:
    if plan.modules and not data.exists():
        yield combine_command()
    yield from plan.commands[1:]


def _coverage(path: Path, folder: Path) -> tuple[Coverage | None, tuple[Finding, ...]]:
    """Coverage, if there is any. That there is none is for the gate to judge; a report that cannot be read is not."""
    if not path.exists() and not path.is_symlink():
        return None, ()
    try:
        return read_coverage(path, folder=folder), ()
    except EvidenceUnreadable as error:
        return None, (Finding(id="coverage-unreadable", message=str(error), evidence="coverage"),)


def _stopped(result: CommandResult) -> Iterator[Finding]:
    if result.timed_out:
        message = f"the tests had not ended after {result.duration_seconds:.0f} s, and were stopped"
        yield Finding(id="tests-timed-out", message=message, evidence="tests")
    elif result.limit is not None:
        message = f"the tests were stopped: they went over the limit on {result.limit}"
        yield Finding(id="tests-over-limit", message=message, evidence="tests")


def _judged(run: TestRun | None, problem: str, result: CommandResult, quoted: str) -> Iterator[Finding]:
    if run is None:
        message = f"no test evidence: {problem} (exit code {result.exit_code}). Last lines:\n{quoted}"
        yield Finding(id="tests-no-evidence", message=message, evidence="junit")
        return
    failed = run.failed + run.errors
    if run.tests == 0:
        yield Finding(id="tests-none", message=f"no test was run. Last lines:\n{quoted}", evidence="junit")
    elif run.tests == run.skipped:
        yield Finding(id="tests-none", message=f"no test was run: all {run.tests} were skipped", evidence="junit")
    elif failed == 0 and result.exit_code != 0 and result.limit is None:
        message = (
            f"all {run.tests} tests passed, but the test command ended with exit code {result.exit_code}. "
            f"Last lines:\n{quoted}"
        )
        yield Finding(id="tests-exit-code", message=message, evidence="exit code")
    for number, failure in enumerate(run.failures[:_MOST_FINDINGS], start=1):
        # `detail` goes beyond a finding's own fields: it is for the program that mends.
        yield Finding.model_validate(
            {
                "id": f"test-{number}",
                "message": f"{failure.id}: {failure.message}",
                "evidence": failure.id,
                "detail": failure.detail[-_DETAIL:],
            }
        )
    if len(run.failures) > _MOST_FINDINGS:
        yield Finding(
            id="tests-more",
            message=f"{len(run.failures) - _MOST_FINDINGS} more failures are not listed",
            evidence="junit",
        )


def _counts(run: TestRun | None, coverage: Coverage | None) -> dict[str, float]:
    counts: dict[str, float] = {}
    if run is not None:
        counts = {name: getattr(run, name) for name in ("tests", "passed", "failed", "errors", "skipped")}
    return counts if coverage is None else counts | {"coverage": coverage.percent}
