"""What any scanner found that writes SARIF 2.1: eslint, semgrep, gosec, golangci-lint, CodeQL and many more."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, Field, TypeAdapter

from baton.workshop._evidence import json_evidence
from baton.workshop.errors import EvidenceUnreadable
from baton.workshop.linters import LintFinding, Severity
from baton.workshop.plain import plain

Level = Literal["none", "note", "warning", "error"]
_SEVERITIES: dict[Level, Severity] = {"none": "low", "note": "low", "warning": "medium", "error": "high"}


class _Text(BaseModel):
    text: str = ""
    markdown: str = ""


class _Artifact(BaseModel):
    uri: str = ""


class _Region(BaseModel):
    startLine: int = Field(default=1, ge=0)  # noqa: N815 - SARIF's own name


class _Physical(BaseModel):
    artifactLocation: _Artifact = _Artifact()  # noqa: N815
    region: _Region = _Region()


class _Location(BaseModel):
    physicalLocation: _Physical = _Physical()  # noqa: N815


class _Configuration(BaseModel):
    level: Level = "warning"


class _Rule(BaseModel):
    id: str = ""
    defaultConfiguration: _Configuration = _Configuration()  # noqa: N815


class _Named(BaseModel):
    id: str = ""
    index: int | None = None


class _Result(BaseModel):
    ruleId: str | None = None  # noqa: N815
    ruleIndex: int | None = None  # noqa: N815
    rule: _Named = _Named()
    level: Level | None = None
    kind: str = "fail"
    message: _Text = _Text()
    locations: list[_Location] = Field(default_factory=list)
    suppressions: list[dict[str, object]] | None = None


class _Driver(BaseModel):
    name: str
    version: str | None = None
    semanticVersion: str | None = None  # noqa: N815
    rules: list[_Rule] = Field(default_factory=list)


class _Tool(BaseModel):
    driver: _Driver


class _Invocation(BaseModel):
    executionSuccessful: bool = True  # noqa: N815


class _Run(BaseModel):
    tool: _Tool
    results: list[_Result] | None = None
    invocations: list[_Invocation] = Field(default_factory=list)


class _Report(BaseModel):
    version: Literal["2.1.0"]
    runs: list[_Run]


@dataclass(frozen=True, slots=True)
class SarifReport:
    """The findings of all runs in a report, and the versions of the tools that made it."""

    findings: tuple[LintFinding, ...]
    tools: dict[str, str]


_SHAPE = TypeAdapter(_Report)


def read_sarif(source: Path | bytes) -> SarifReport:
    """Read a SARIF report. A finding's `tool` is the driver's name in small letters; its severity follows the level.

    What passed is no finding, and what a comment suppresses is none either. Raises EvidenceUnreadable when the report
    is missing or not in that form, or when a tool says that it did not get through: what was not scanned is not clean.
    """
    report = json_evidence(source, "SARIF report", _SHAPE)
    if not report.runs:
        raise EvidenceUnreadable("the SARIF report has no run: nothing was scanned")
    findings: list[LintFinding] = []
    tools: dict[str, str] = {}
    for run in report.runs:
        driver = run.tool.driver
        name = plain(driver.name, 40).lower().replace(" ", "-") or "sarif"
        if not all(invocation.executionSuccessful for invocation in run.invocations):
            raise EvidenceUnreadable(f"{name} says that it did not get through (executionSuccessful is false)")
        if run.results is None:
            raise EvidenceUnreadable(f"the SARIF report of {name} has no results: the scan was not run")
        tools[name] = plain(driver.version or driver.semanticVersion or "", 40)
        findings += [
            _finding(name, result, _rule(result, driver))
            for result in run.results
            if result.kind in ("fail", "review", "open") and not result.suppressions
        ]
    return SarifReport(tuple(findings), tools)


def _rule(result: _Result, driver: _Driver) -> _Rule:
    index = result.ruleIndex if result.ruleIndex is not None else result.rule.index
    name = result.ruleId or result.rule.id
    if index is not None and 0 <= index < len(driver.rules):
        found = driver.rules[index]
        return found if found.id else found.model_copy(update={"id": name})
    return next((rule for rule in driver.rules if rule.id == name), _Rule(id=name))


def _finding(tool: str, result: _Result, rule: _Rule) -> LintFinding:
    level = result.level or rule.defaultConfiguration.level
    place = result.locations[0].physicalLocation if result.locations else _Physical()
    return LintFinding(
        tool=tool,
        rule=plain(result.ruleId or rule.id, 100) or "no-rule",
        path=plain(_path(place.artifactLocation.uri), 300),
        line=max(1, place.region.startLine),
        message=plain(result.message.text or result.message.markdown, 500) or "no message",
        severity=_SEVERITIES[level],
    )


def _path(uri: str) -> str:
    """A file's path: from a ``file`` address, or relative to what was scanned."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return uri
    return unquote(parts.path if parts.scheme == "file" else uri)
