"""Verification: linters and scanners on a clean checkout, and whether the tests were run on this very commit."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from baton.domain.reports import Evidence, Finding, PhaseReport, Severity
from baton.domain.vocabulary import Phase
from baton.runners.launcher import LaunchOptions
from baton.runners.placeholders import expand
from baton.runners.quoting import last_lines
from baton.runners.scratch import scratch_folder
from baton.runners.toolchain.job import Job, require_modules
from baton.workshop.errors import EvidenceUnreadable, UnsafeLink
from baton.workshop.linters import LintFinding, read_bandit, read_ruff

# Isolated: else a `ruff.py` in the project would be run in place of the tool, and say that all is well.
_RUFF = (
    "{python}",
    "-I",
    "-m",
    "ruff",
    "check",
    "--no-cache",
    "--exit-zero",
    "--output-format=json",
    "--output-file={report}",
    ".",
)
_BANDIT = (
    "{python}",
    "-I",
    "-m",
    "bandit",
    "--recursive",
    "--quiet",
    "--exit-zero",
    "--format=json",
    "--output={report}",
    ".",
)
_READERS = {"ruff": read_ruff, "bandit": read_bandit}
_MOST_FINDINGS = 100


class VerificationOptions(LaunchOptions):
    """Options of the verification overseer.

    ``ruff_warnings`` are rules, or beginnings of rules, that hold nothing (``["E501", "D"]``); all others are errors.
    ``bandit_errors`` are the severities that hold the work; the others are warnings.
    """

    ruff: bool = True
    bandit: bool = True
    ruff_warnings: tuple[str, ...] = ()
    bandit_errors: tuple[Literal["low", "medium", "high"], ...] = ("medium", "high")


async def verify(job: Job, options: VerificationOptions) -> PhaseReport:
    """Report what was found, and whether the commit may be released."""
    findings = list(_evidence_findings(job.order.inputs.get(Phase.TESTING, {}), job.base.sha))
    evidence: list[Evidence] = []
    commands = {"ruff": _RUFF} if options.ruff else {}
    if options.bandit:
        commands["bandit"] = _BANDIT
    require_modules(*commands)
    with scratch_folder(job.workspace) as scratch:
        checkout = scratch / "checkout"
        try:
            await job.workspace.export(job.base.sha, checkout)
        except UnsafeLink as error:
            findings.append(Finding(id="unsafe-link", message=str(error), evidence="checkout"))
            commands = {}
        for tool, command in commands.items():
            found, executed = await _scan(job, options, tool, command, checkout, scratch)
            findings += found
            evidence.append(executed)
    findings.sort(key=lambda finding: finding.severity is not Severity.ERROR)
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    return PhaseReport(
        summary=f"{errors} errors and {len(findings) - errors} warnings of {', '.join(commands) or 'no tool'}",
        findings=_capped(findings),
        evidence=tuple(evidence),
        approved_for_deployment=errors == 0,
    )


async def _scan(
    job: Job, options: VerificationOptions, tool: str, command: Sequence[str], checkout: Path, scratch: Path
) -> tuple[list[Finding], Evidence]:
    folder = scratch / tool
    folder.mkdir()
    report = folder / "report.json"
    if tool == "bandit" and _has_bandit_settings(checkout):
        command = (*command, "--configfile=pyproject.toml")
    launcher = job.launcher(options)
    words = expand(command, job.surroundings, report=str(report))
    result = await launcher.run(words, cwd=checkout, readable=[checkout], writable=[folder])
    try:
        found = [_finding(told, options, checkout) for told in await asyncio.to_thread(_READERS[tool], report)]
    except EvidenceUnreadable as error:
        quoted = last_lines(result.stderr, result.stdout, secrets=launcher.secrets)
        message = f"{tool} gave no evidence: {error}. Exit code {result.exit_code}; last lines:\n{quoted}"
        found = [Finding(id=f"{tool}-no-evidence", message=message, evidence=tool)]
    return found, job.evidence(tool, command, result, tools=[tool], findings=len(found))


def _finding(told: LintFinding, options: VerificationOptions, checkout: Path) -> Finding:
    if told.tool == "bandit":
        holds = told.severity in options.bandit_errors
    else:
        holds = not told.rule.startswith(options.ruff_warnings)
    path = told.path.removeprefix(f"{checkout}/").removeprefix("./")
    return Finding(
        id=f"{told.tool}-{told.rule}",
        message=f"{path}:{told.line}: {told.message} ({told.tool} {told.rule})",
        severity=Severity.ERROR if holds else Severity.WARNING,
        evidence=f"{told.tool}:{told.rule}",
        path=path,
        line=told.line,
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


def _has_bandit_settings(checkout: Path) -> bool:
    path = checkout / "pyproject.toml"
    return path.is_file() and not path.is_symlink() and b"[tool.bandit" in path.read_bytes()[:1_000_000]


def _capped(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    kept, more = tuple(findings[:_MOST_FINDINGS]), findings[_MOST_FINDINGS:]
    if not more:
        return kept
    severity = more[0].severity
    return (*kept, Finding(id="more", message=f"{len(more)} more findings are not listed", severity=severity))
