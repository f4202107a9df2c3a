"""Verification: weakened checks, linters and scanners, and whether the tests were run on this very commit."""

from collections.abc import Iterator, Sequence
from typing import Any

from baton.domain.reports import Evidence, Finding, PhaseReport, Severity
from baton.domain.vocabulary import Phase
from baton.runners.scratch import scratch_folder
from baton.runners.toolchain.dilution import NAME, find_dilution
from baton.runners.toolchain.inherited import inherited
from baton.runners.toolchain.job import Job
from baton.runners.toolchain.scanning import ScanOptions, scan, scans
from baton.workshop.errors import UnsafeLink

_MOST_FINDINGS = 100


class VerificationOptions(ScanOptions):
    """Options of the verification overseer."""


async def verify(job: Job, options: VerificationOptions) -> PhaseReport:
    """Report what was found, and whether the commit may be released."""
    findings = list(_evidence_findings(job.order.inputs.get(Phase.TESTING, {}), job.base.sha))
    evidence: list[Evidence] = []
    commands = await scans(job, options)
    tools: list[str] = []
    with scratch_folder(job.workspace) as scratch:
        checkout = scratch / "checkout"
        try:
            await job.workspace.export(job.base.sha, checkout)
        except UnsafeLink as error:
            findings.append(Finding(id="unsafe-link", message=str(error), evidence="checkout"))
            commands = []
        scanned = []
        for name, command in commands:
            done = await scan(job, options, name, command, checkout, scratch)
            scanned.append(((name, command), done.findings))
            evidence.append(done.evidence)
            tools += done.tools
        findings += await inherited(job, options, scanned, checkout, scratch)
    weakened, compared = await find_dilution(job)
    findings += weakened
    evidence += compared
    tools += [NAME] if compared else []
    # A waived or a weakened check is not to be lost among hundreds of lines that are too long.
    findings.sort(key=lambda finding: (finding.severity is not Severity.ERROR, not finding.id.startswith(NAME)))
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    return PhaseReport(
        summary=f"{errors} errors, {len(findings) - errors} warnings of {', '.join(tools) or 'no tool'}",
        findings=_capped(findings),
        evidence=tuple(evidence),
        approved_for_deployment=errors == 0,
    )


def _evidence_findings(testing: dict[str, Any], commit: str) -> Iterator[Finding]:
    """What is wrong with the evidence that the testing phase handed on."""
    told = testing.get("evidence")
    executed = [one for one in told if isinstance(one, dict)] if isinstance(told, list | tuple) else []
    if not executed:
        message = "the testing phase handed on no evidence of tests that were run: its report needs 'evidence'"
        yield Finding(id="evidence-missing", message=message, evidence="testing")
    for one in executed:
        name, ran_on = str(one.get("name", "?"))[:100], one.get("commit")
        if ran_on != commit:
            where = f"for commit {str(ran_on)[:12]}" if ran_on else "for no commit that it names"
            message = f"the evidence {name!r} of the testing phase is {where}; what is to be released is {commit[:12]}"
            yield Finding(id="evidence-stale", message=message, evidence="testing")


def _capped(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    kept, more = tuple(findings[:_MOST_FINDINGS]), findings[_MOST_FINDINGS:]
    if not more:
        return kept
    severity = more[0].severity
    return (*kept, Finding(id="more", message=f"{len(more)} more findings are not listed", severity=severity))
