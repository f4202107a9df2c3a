"""What linters and scanners found, read from their JSON reports."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, TypeAdapter

from baton.workshop._evidence import json_evidence
from baton.workshop.errors import EvidenceUnreadable
from baton.workshop.plain import plain

Severity = Literal["low", "medium", "high"]


@dataclass(frozen=True, slots=True)
class LintFinding:
    """One finding. `path` is as the tool wrote it, `line` counts from 1."""

    tool: str
    rule: str
    path: str
    line: int
    message: str
    severity: Severity


class _Location(BaseModel):
    row: int


class _RuffFinding(BaseModel):
    code: str | None
    filename: str
    location: _Location | None = None
    message: str


class _BanditFinding(BaseModel):
    test_id: str
    filename: str
    line_number: int
    issue_text: str
    issue_severity: str


class _BanditError(BaseModel):
    filename: str
    reason: str


class _BanditReport(BaseModel):
    errors: list[_BanditError]
    results: list[_BanditFinding]


_RUFF = TypeAdapter(list[_RuffFinding])
_BANDIT = TypeAdapter(_BanditReport)
_BANDIT_SEVERITY: dict[str, Severity] = {"LOW": "low", "MEDIUM": "medium", "HIGH": "high"}


def read_ruff(source: Path | bytes) -> list[LintFinding]:
    """Read `ruff check --output-format json`; a file that is not Python is a finding of high severity.

    Raises EvidenceUnreadable when the report is missing or not in that form.
    """
    return [
        LintFinding(
            tool="ruff",
            rule=plain(found.code or "invalid-syntax", 60),
            path=plain(found.filename, 300),
            line=found.location.row if found.location else 1,
            message=plain(found.message, 500),
            severity="high" if found.code in (None, "invalid-syntax", "E999") else "low",
        )
        for found in json_evidence(source, "ruff report", _RUFF)
    ]


def read_bandit(source: Path | bytes) -> list[LintFinding]:
    """Read `bandit -f json`. A severity that bandit does not define counts as medium.

    Raises EvidenceUnreadable when the report is missing, not in that form, or when bandit says that it
    could not read a file: what was not scanned is not clean.
    """
    report = json_evidence(source, "bandit report", _BANDIT)
    if report.errors:
        first = report.errors[0]
        raise EvidenceUnreadable(f"bandit could not scan {plain(first.filename, 300)!r}: {plain(first.reason, 200)}")
    return [
        LintFinding(
            tool="bandit",
            rule=plain(found.test_id, 60),
            path=plain(found.filename, 300),
            line=found.line_number,
            message=plain(found.issue_text, 500),
            severity=_BANDIT_SEVERITY.get(found.issue_severity.upper(), "medium"),
        )
        for found in report.results
    ]
