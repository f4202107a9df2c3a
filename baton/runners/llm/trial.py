"""Run the tests for a model that asks for it: what the test auditor would run, on what would be committed."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from baton.domain.steps import PhaseOrder
from baton.runners.base import Heartbeat, RunnerContext
from baton.runners.failures import RunnerTimedOut
from baton.runners.llm.options import CodeWriterOptions
from baton.runners.llm.tree_files import FileRefused
from baton.runners.scratch import scratch_folder
from baton.runners.toolchain.job import Job
from baton.runners.toolchain.test_run import TestOutcome, run_tests
from baton.workshop.errors import UnsafeLink
from baton.workshop.workspace import Workspace

_MOST = 20_000


@dataclass(frozen=True)
class Trial:
    """Runs the tests of the tree as it stands. ``deadline`` is the phase's, on the monotonic clock."""

    order: PhaseOrder
    workspace: Workspace
    context: RunnerContext
    options: CodeWriterOptions
    heartbeat: Heartbeat
    deadline: float

    async def run(self) -> str:
        """What the tests showed, for the model. Raises FileRefused, RunnerFailure and the workshop's errors."""
        snapshot = await self.workspace.snapshot()
        deadline = min(self.deadline, time.monotonic() + self.options.test_timeout.total_seconds())
        with scratch_folder(self.workspace) as scratch:
            checkout = scratch / "checkout"
            try:
                await self.workspace.export(snapshot, checkout)
            except UnsafeLink as error:
                raise FileRefused(str(error)) from error
            job = Job(self.order, self.workspace, self.context, self.heartbeat, await self.workspace.head(), deadline)
            try:
                return _told(await run_tests(job, self.options.tests, checkout, scratch / "reports"))
            except RunnerTimedOut:
                if time.monotonic() >= self.deadline:
                    raise
                seconds = self.options.test_timeout.total_seconds()
                raise FileRefused(f"the tests and their coverage took more than {seconds:g} s") from None


def _told(outcome: TestOutcome) -> str:
    text = "\n".join(_lines(outcome))
    return text if len(text) <= _MOST else f"{text[:_MOST]}\n[{len(text) - _MOST} characters left out]"


def _lines(outcome: TestOutcome) -> Iterator[str]:
    yield f"{outcome.executed} tests ran, {outcome.failed} failed; exit code {outcome.evidence.exit_code}"
    if outcome.coverage is not None:
        yield f"coverage {outcome.coverage.percent:.1f} %"
    for finding in outcome.findings:
        yield f"\n{finding.id}: {finding.message}"
        if detail := (finding.model_extra or {}).get("detail"):
            yield str(detail)
