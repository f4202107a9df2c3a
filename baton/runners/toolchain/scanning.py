"""Linters and scanners on a clean checkout: ruff, bandit, and whatever writes SARIF."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from baton.domain.reports import Evidence, Finding, Severity
from baton.runners.launcher import LaunchOptions
from baton.runners.placeholders import expand, knowing, uses
from baton.runners.quoting import last_lines
from baton.runners.toolchain.job import Job, require_modules
from baton.workshop.errors import EvidenceUnreadable
from baton.workshop.linters import LintFinding, read_bandit, read_ruff
from baton.workshop.sarif import read_sarif

# Isolated: else a `ruff.py` in the project would be run in place of the tool, and say that all is well.
_RUFF = (
    *("{python}", "-I", "-m", "ruff", "check", "--no-cache", "--exit-zero", "--no-respect-gitignore"),
    *("--output-format=json", "--output-file={report}", "."),
)
_BANDIT = (
    *("{python}", "-I", "-m", "bandit", "--recursive", "--quiet", "--exit-zero"),
    *("--format=json", "--output={report}", "."),
)
_LEVELS = {"low": "note", "medium": "warning", "high": "error"}
_READERS = {"ruff": read_ruff, "bandit": read_bandit}


def _writes_sarif(command: tuple[str, ...]) -> tuple[str, ...]:
    if not uses(command, "sarif"):
        raise ValueError("a scanner writes its SARIF report to '{sarif}'; an exit code alone is no evidence")
    return command


SarifWords = Annotated[
    tuple[str, ...], Field(min_length=1), AfterValidator(knowing("sarif")), AfterValidator(_writes_sarif)
]


class ScanOptions(LaunchOptions):
    """What is scanned with.

    ``ruff`` and ``bandit`` run where the commit has Python files, unless it is said whether they do. ``sarif`` are
    commands of other scanners, which write SARIF 2.1 to ``{sarif}``. ``ruff_warnings`` are rules, or beginnings of
    rules, that hold nothing (``["E501", "D"]``); all others are errors. ``bandit_errors`` and ``sarif_errors`` are the
    severities that hold the work; the others are warnings.
    """

    ruff: bool | None = None
    bandit: bool | None = None
    sarif: tuple[SarifWords, ...] = ()
    ruff_warnings: tuple[str, ...] = ()
    bandit_errors: tuple[Literal["low", "medium", "high"], ...] = ("medium", "high")
    sarif_errors: tuple[Literal["note", "warning", "error"], ...] = ("error",)


@dataclass(frozen=True, slots=True)
class Scan:
    """One run of a scanner: its findings, and what was executed."""

    tools: tuple[str, ...]
    findings: tuple[Finding, ...]
    evidence: Evidence


async def scans(job: Job, options: ScanOptions) -> list[tuple[str, tuple[str, ...]]]:
    """The scanners to run, each a name and its command. Raises RunnerMisconfigured for one that is not installed."""
    python = any(entry.path.endswith((".py", ".pyi")) for entry in await job.workspace.files(job.base.sha))
    wanted = {"ruff": options.ruff, "bandit": options.bandit}
    commands = {"ruff": _RUFF, "bandit": _BANDIT}
    chosen = [name for name, asked in wanted.items() if (python if asked is None else asked)]
    require_modules(*chosen)
    others = ((f"sarif-{number}", command) for number, command in enumerate(options.sarif, start=1))
    return [*((name, commands[name]) for name in chosen), *others]


async def scan(
    job: Job, options: ScanOptions, name: str, command: Sequence[str], checkout: Path, scratch: Path
) -> Scan:
    """Run one scanner. That it gave no evidence is a finding."""
    folder = scratch / name
    folder.mkdir()
    report = folder / "report.json"
    if name == "bandit" and _has_bandit_settings(checkout):
        command = (*command, "--configfile=pyproject.toml")
    launcher = job.launcher(options)
    words = expand(command, job.surroundings, report=str(report), sarif=str(report))
    result = await launcher.run(words, cwd=checkout, readable=[checkout], writable=[folder])
    packages, versions = ([name], {}) if name in _READERS else ([], dict[str, str]())
    try:
        if name in _READERS:
            told = await asyncio.to_thread(_READERS[name], report)
        else:
            read = await asyncio.to_thread(read_sarif, report)
            told, versions = list(read.findings), read.tools
        found = tuple(_findings(told, options, checkout))
    except EvidenceUnreadable as error:
        quoted = last_lines(result.stderr, result.stdout, secrets=launcher.secrets)
        shown = name if name in _READERS else f"{name} ({PurePosixPath(command[0]).name})"
        message = f"{shown} gave no evidence: {error}. Exit code {result.exit_code}; last lines:\n{quoted}"
        found = (Finding(id=f"{name}-no-evidence", message=message, evidence=name),)
    evidence = job.evidence(name, command, result, tools=packages, versions=versions, findings=len(found))
    return Scan(tuple(versions) or (name,), found, evidence)


def _findings(told: Sequence[LintFinding], options: ScanOptions, checkout: Path) -> Iterator[Finding]:
    for one in told:
        path = one.path.removeprefix(f"{checkout}/").removeprefix(f"{checkout.resolve()}/").removeprefix("./")
        yield Finding(
            id=f"{one.tool}-{one.rule}",
            message=f"{path}:{one.line}: {one.message} ({one.tool} {one.rule})",
            severity=Severity.ERROR if _holds(one, options) else Severity.WARNING,
            evidence=f"{one.tool}:{one.rule}",
            path=path,
            line=one.line,
        )


def _holds(told: LintFinding, options: ScanOptions) -> bool:
    match told.tool:
        case "bandit":
            return told.severity in options.bandit_errors
        case "ruff":
            return not told.rule.startswith(options.ruff_warnings)
        case _:
            return _LEVELS[told.severity] in options.sarif_errors


def _has_bandit_settings(checkout: Path) -> bool:
    path = checkout / "pyproject.toml"
    return path.is_file() and not path.is_symlink() and b"[tool.bandit" in path.read_bytes()[:1_000_000]
