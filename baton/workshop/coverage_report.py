"""How much of the code the tests ran, read from coverage.py's JSON report."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, Field, TypeAdapter

from baton.workshop._evidence import json_evidence
from baton.workshop.plain import plain


@dataclass(frozen=True, slots=True)
class Coverage:
    """Coverage of a run. `percent` is 0 to 100, over lines, and over branches where they were measured.

    Without a single line to cover, `percent` is 0: nothing was shown. `files` maps each path to its percent.
    """

    percent: float
    covered_lines: int
    total_lines: int
    files: dict[str, float]


class _Summary(BaseModel):
    percent_covered: float = Field(ge=0, le=100, allow_inf_nan=False)
    covered_lines: int = Field(ge=0)
    num_statements: int = Field(ge=0)


class _File(BaseModel):
    summary: _Summary


class _Report(BaseModel):
    totals: _Summary
    files: dict[str, _File]


_SHAPE = TypeAdapter(_Report)


def read_coverage(source: Path | bytes) -> Coverage:
    """Read what `coverage json` wrote; raises EvidenceUnreadable when it is missing or not in that form."""
    report = json_evidence(source, "coverage report", _SHAPE)
    totals = report.totals
    return Coverage(
        percent=round(totals.percent_covered, 2) if totals.num_statements else 0.0,
        covered_lines=totals.covered_lines,
        total_lines=totals.num_statements,
        files={plain(path, 300): round(file.summary.percent_covered, 2) for path, file in report.files.items()},
    )
