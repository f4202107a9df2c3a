"""A role that somebody else plays, a model or a program, over evidence that Baton executes itself.

The numbers, the evidence and the verdict come from what was executed. Whoever plays the role sees it, and adds
findings; one that names neither a criterion that there is nor anything that was executed is an opinion.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from baton.domain.attempts import Compensation
from baton.domain.grounds import COMPENSATION, WAIVABLE
from baton.domain.handing import handed_on
from baton.domain.reports import Finding, PhaseReport, Severity
from baton.domain.steps import CompensationOrder, PhaseOrder
from baton.domain.vocabulary import Phase, Verdict
from baton.runners.base import Compensating, Heartbeat, Runner
from baton.runners.failures import RunnerTimedOut
from baton.runners.toolchain.checks import Checked, ToolchainChecks
from baton.runners.toolchain.criteria import criteria_of
from baton.runners.toolchain.test_ids import TestIds
from baton.workshop.workspace import Workspace

OPINIONS = frozenset({"llm", "agent"})
"""Runners whose word alone is no evidence: a test auditor or a verification overseer of theirs is always checked."""

_SUMMARY = 1_000


class CheckedRunner:
    """Plays a role by ``inner``, after ``checks``. What ``inner`` changes in the tree is undone.

    ``inner`` gets the order with the executed report among its inputs, under the phase's own name. It is not asked
    when the checks send the work back by themselves, unless they say ``ask = "always"``.
    """

    def __init__(self, inner: Runner, checks: ToolchainChecks) -> None:
        self._inner = inner
        self._checks = checks

    async def perform(self, order: PhaseOrder, workspace: Workspace, heartbeat: Heartbeat) -> PhaseReport:
        """Check, ask, and put together. Raises RunnerFailure; both share the role's time."""
        seconds = self._checks.context.limits.wall_seconds
        try:
            async with asyncio.timeout(seconds) as limit:
                return await self._perform(order, workspace, heartbeat)
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise RunnerTimedOut(f"the checks and the role were not done within the phase's {seconds:g} s") from error

    async def compensate(self, order: CompensationOrder, workspace: Workspace, heartbeat: Heartbeat) -> Compensation:
        """Undo what the role did: that is for whoever plays it. Only called where its options compensate."""
        inner = cast("Compensating", self._inner)
        return await inner.compensate(order, workspace, heartbeat)

    async def _perform(self, order: PhaseOrder, workspace: Workspace, heartbeat: Heartbeat) -> PhaseReport:
        base = await workspace.head()
        checked = await self._checks.check(order, workspace, heartbeat)
        if self._checks.options.ask == "passed" and not passes(order, checked.report):
            return checked.report
        executed = handed_on(checked.report.to_json())
        told = order.model_copy(update={"inputs": {**order.inputs, order.phase: executed}})
        opinion = await self._inner.perform(told, workspace, heartbeat)
        # What was checked is what goes on: a role that judges the code does not write it.
        await workspace.restore(base.sha)
        return merged(order, checked, opinion)


def passes(order: PhaseOrder, report: PhaseReport) -> bool:
    """Whether what was executed lets the work go forward."""
    if any(finding.severity is Severity.ERROR for finding in report.findings):
        return False
    if order.phase is Phase.VERIFICATION:
        return report.approved_for_deployment is True
    enough = order.minimum_coverage <= 0 or (report.test_coverage or 0) >= order.minimum_coverage
    return report.all_tests_passed is True and enough


def merged(order: PhaseOrder, checked: Checked, opinion: PhaseReport) -> PhaseReport:
    """The executed report, with what of the opinion stands."""
    executed = checked.report
    findings = list(_grounded(order, checked, opinion.findings))
    held = any(finding.severity is Severity.ERROR for finding in findings)
    rejected = opinion.verdict is Verdict.REJECTED or opinion.approved_for_deployment is False
    if rejected and not held:
        said = opinion.summary.strip() or "no reason was given"
        message = f"{order.role.value} rejects the work, and names nothing that was executed: {said}"
        findings.append(Finding(id="opinion-rejected", message=message[:_SUMMARY], severity=Severity.WARNING))
    extra = {name: value for name, value in (opinion.model_extra or {}).items() if name not in PhaseReport.model_fields}
    data: dict[str, Any] = {
        **extra,
        **executed.model_dump(exclude_unset=True),
        "summary": "; ".join(filter(None, (executed.summary, opinion.summary)))[:_SUMMARY],
        "output": {**opinion.output, **executed.output},
        "findings": (*executed.findings, *findings),
        "questions": opinion.questions,
        "usage": opinion.usage,
        "player": opinion.player,
        "attempts": opinion.attempts,
        "verdict": Verdict.REJECTED if rejected and held else executed.verdict,
    }
    return PhaseReport.model_validate(data)


def _grounded(order: PhaseOrder, checked: Checked, findings: Sequence[Finding]) -> Iterator[Finding]:
    """The findings of an opinion: without the references that do not hold, and then without weight."""
    criteria = {criterion.id for criterion in criteria_of(order)}
    sources = [checked.report.to_json()]
    if order.phase is Phase.VERIFICATION:
        sources.append(order.inputs.get(Phase.TESTING, {}))
    tests = TestIds((*checked.tests, *(test for source in sources for test in _proving(source))))
    executed = {name for source in sources for name in _executed(source)}
    for finding in findings:
        criterion, evidence = finding.criterion, finding.evidence
        dropped = []
        if criterion is not None and criterion not in criteria:
            dropped.append(f"no criterion is called {criterion[:80]!r}")
            criterion = None
        if evidence is not None:
            found = [evidence] if evidence in executed else tests.named(evidence)
            if not found:
                dropped.append(f"nothing that was executed is called {evidence[:120]!r}")
            evidence = found[0] if found else None
        grounded = criterion is not None or evidence is not None
        yield finding.model_copy(
            update={
                "id": _own_id(finding.id),
                "message": f"{finding.message} ({'; '.join(dropped)})" if dropped else finding.message,
                "criterion": criterion,
                "evidence": evidence,
                "severity": finding.severity if grounded else Severity.WARNING,
            }
        )


def _executed(report: Mapping[str, Any]) -> Iterator[str]:
    """The names by which a finding may refer to what was executed for ``report``."""
    for key, names in (("evidence", ("name",)), ("findings", ("id", "evidence"))):
        told = report.get(key)
        for one in told if isinstance(told, list) else ():
            yield from (one[name] for name in names if isinstance(one, dict) and isinstance(one.get(name), str))


def _proving(report: Mapping[str, Any]) -> Iterator[str]:
    """The tests that prove anything in ``report``."""
    proofs = report.get("proofs")
    for ids in proofs.values() if isinstance(proofs, dict) else ():
        yield from (one for one in ids if isinstance(one, str))


def _own_id(name: str) -> str:
    """An ID that is not one of those which an approver can waive: those are Baton's."""
    return f"opinion-{name}" if name.startswith((WAIVABLE, COMPENSATION)) else name
