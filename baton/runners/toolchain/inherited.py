"""Findings that the build did not bring: the commit that it began with had them already.

A build of an existing repository answers for what it changes. What a scanner said of a line before the build began is
still told, as a warning. A line is known again by its text: it may have moved within its file.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from baton.domain.reports import Finding, Severity
from baton.runners.toolchain.job import Job
from baton.runners.toolchain.scanning import ScanOptions, scan
from baton.workshop.errors import UnsafeLink

_FILE_BYTES = 4 * 1024 * 1024
Command = tuple[str, tuple[str, ...]]
Scanned = tuple[Command, tuple[Finding, ...]]


async def inherited(
    job: Job,
    options: ScanOptions,
    scanned: Sequence[tuple[Command, tuple[Finding, ...]]],
    checkout: Path,
    scratch: Path,
) -> list[Finding]:
    """The findings of what was ``scanned``; errors that were there when the build began are warnings.

    The scanners run once more, on the commit that the build began with, only where they found errors.
    """
    findings = [finding for _, found in scanned for finding in found]
    again = [command for command, found in scanned if any(_holds(finding) for finding in found)]
    if not again or job.order.base_commit in (None, job.base.sha):
        return findings
    before = scratch / "before"
    before.mkdir()
    assert job.order.base_commit is not None
    try:
        await job.workspace.export(job.order.base_commit, before / "checkout")
    except UnsafeLink:
        return findings
    known = Counter[tuple[str, str, str]]()
    for name, command in again:
        done = await scan(job, options, name, command, before / "checkout", before)
        known.update(_marks(done.findings, before / "checkout"))
    return list(_weighed(findings, known, checkout))


def _weighed(findings: Sequence[Finding], known: Counter[tuple[str, str, str]], checkout: Path) -> Iterator[Finding]:
    for finding, mark in zip(findings, _marks(findings, checkout), strict=True):
        if _holds(finding) and finding.path is not None and known[mark] > 0:
            known[mark] -= 1
            message = f"{finding.message}; it was there before the build began"
            yield finding.model_copy(update={"severity": Severity.WARNING, "message": message})
        else:
            yield finding


def _marks(findings: Sequence[Finding], checkout: Path) -> Iterator[tuple[str, str, str]]:
    """What a finding is known again by: rule, file, and the text of the line."""
    lines: dict[str, list[str]] = {}
    for finding in findings:
        path = finding.path or ""
        if path not in lines:
            lines[path] = _lines(checkout, path)
        number = (finding.line or 0) - 1
        text = lines[path][number].strip() if 0 <= number < len(lines[path]) else finding.message
        yield finding.evidence or "", path, text


def _lines(checkout: Path, path: str) -> list[str]:
    file = checkout / path
    if not path or file.is_symlink() or not file.is_file() or file.stat().st_size > _FILE_BYTES:
        return []
    return file.read_text(encoding="utf-8", errors="replace").splitlines()


def _holds(finding: Finding) -> bool:
    return finding.severity is Severity.ERROR
