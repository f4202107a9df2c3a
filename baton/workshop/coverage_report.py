"""How much of the code the tests ran, read from the report of whatever measured it.

Known by their content: coverage.py's JSON, Cobertura XML, LCOV, Go's cover profile, and Istanbul's JSON summary.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import BaseModel, Field, TypeAdapter

from baton.workshop._evidence import evidence, json_evidence
from baton.workshop.coverage_formats import Measured, read_cobertura, read_go, read_lcov
from baton.workshop.errors import EvidenceUnreadable
from baton.workshop.places import surrounds
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


class _Count(BaseModel):
    total: int = Field(ge=0)
    covered: int = Field(ge=0)


class _Istanbul(BaseModel):
    lines: _Count
    branches: _Count = _Count(total=0, covered=0)


_SHAPE = TypeAdapter(_Report)
_ISTANBUL = TypeAdapter(dict[str, _Istanbul])


def read_coverage(source: Path | bytes, *, folder: Path | None = None) -> Coverage:
    """Read a coverage report; raises EvidenceUnreadable when it is missing or in no form that is known.

    Files of tests do not count, but for coverage.py, which is told itself what to measure. Of JavaScript and
    TypeScript in ``folder``, the checkout, files that no test has loaded count as not covered: their runners leave
    them out.
    """
    data = evidence(source, "coverage report").lstrip(b"\xef\xbb\xbf \t\r\n")
    if data.startswith(b"{"):
        return _python(data) if b'"totals"' in data else _summed(_inside(_istanbul(data), folder))
    if data.startswith(b"<"):
        return _summed(_inside(read_cobertura(data), folder))
    if data.startswith(b"mode:"):
        return _summed(read_go(data))
    if data.startswith((b"TN:", b"SF:")):
        measured = _inside(read_lcov(data), folder)
        return _summed([*measured, *_not_loaded(measured, folder)])
    raise EvidenceUnreadable(
        "the coverage report is in no form that is known: coverage.py's JSON, Cobertura XML, LCOV, Go's cover profile "
        "and Istanbul's JSON summary are"
    )


def _python(data: bytes) -> Coverage:
    report = json_evidence(data, "coverage report", _SHAPE)
    totals = report.totals
    return Coverage(
        percent=round(totals.percent_covered, 2) if totals.num_statements else 0.0,
        covered_lines=totals.covered_lines,
        total_lines=totals.num_statements,
        files={plain(path, 300): round(file.summary.percent_covered, 2) for path, file in report.files.items()},
    )


def _istanbul(data: bytes) -> list[Measured]:
    report = json_evidence(data, "coverage report", _ISTANBUL)
    return [
        Measured(path, file.lines.covered, file.lines.total, file.branches.covered, file.branches.total)
        for path, file in report.items()
        if path != "total"
    ]


def _summed(measured: Iterable[Measured]) -> Coverage:
    product = [file for file in measured if not surrounds(file.path)]
    parts = sum(file.parts for file in product)
    covered = sum(file.covered_parts for file in product)
    return Coverage(
        percent=round(100 * covered / parts, 2) if parts else 0.0,
        covered_lines=sum(file.covered_lines for file in product),
        total_lines=sum(file.lines for file in product),
        files={plain(file.path, 300): round(file.percent, 2) for file in product},
    )


_SCRIPTS = (".js", ".cjs", ".mjs", ".jsx", ".ts", ".cts", ".mts", ".tsx")
_MOST_FILES = 5_000
_MOST_BYTES = 1_000_000


def _not_loaded(measured: list[Measured], folder: Path | None) -> list[Measured]:
    """The scripts beside those that were measured, in the same folders at the top, that were not."""
    if folder is None:
        return []
    known = {file.path for file in measured}
    tops = {path.split("/")[0] for path in known if "/" in path and not surrounds(path)}
    found: list[Measured] = []
    for top in sorted(tops):
        for path in sorted((folder / top).rglob("*"))[:_MOST_FILES]:
            name = path.relative_to(folder).as_posix()
            if path.suffix not in _SCRIPTS or name.endswith(".d.ts") or name in known or surrounds(name):
                continue
            if path.is_file() and not path.is_symlink():
                lines = path.read_bytes()[:_MOST_BYTES].splitlines()
                found.append(Measured(name, 0, sum(bool(line.strip()) for line in lines)))
    return found


def _inside(measured: list[Measured], folder: Path | None) -> list[Measured]:
    """The same, by paths within ``folder``: where a checkout lies says nothing of what it holds."""
    roots = () if folder is None else (f"{folder}/", f"{folder.resolve()}/")
    found = []
    for file in measured:
        path = file.path.removeprefix("file://")
        for root in roots:
            path = path.removeprefix(root)
        found.append(replace(file, path=path.removeprefix("./")))
    return found
