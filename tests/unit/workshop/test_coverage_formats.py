"""Coverage of other languages in, percents out."""

import json
from pathlib import Path

import pytest

from baton.workshop.coverage_report import read_coverage
from baton.workshop.errors import EvidenceUnreadable

COBERTURA = b"""<?xml version="1.0"?>
<!DOCTYPE coverage SYSTEM "coverage-04.dtd">
<coverage line-rate="1" branch-rate="1"><packages><package name="src"><classes>
 <class name="a" filename="src/a.ts"><lines>
  <line number="1" hits="3"/>
  <line number="2" hits="1" branch="true" condition-coverage="50% (1/2)"/>
  <line number="3" hits="0"/>
 </lines></class>
 <class name="a.inner" filename="src/a.ts"><lines><line number="3" hits="2"/></lines></class>
 <class name="t" filename="test/a.test.ts"><lines><line number="1" hits="1"/></lines></class>
</classes></package></packages></coverage>
"""
LCOV = b"""TN:
SF:src/a.js
BRDA:1,0,0,1
BRDA:1,0,1,-
DA:1,4
DA:2,0
LF:900
LH:900
end_of_record
SF:test/a.test.js
DA:1,1
end_of_record
"""
GO = b"""mode: set
example.com/a/a.go:3.24,5.2 3 1
example.com/a/b.go:3.24,5.2 1 0
example.com/a/a.go:3.24,5.2 3 0
"""


def test_cobertura_is_read_by_its_lines_and_not_by_its_rates() -> None:
    coverage = read_coverage(COBERTURA)
    assert (coverage.covered_lines, coverage.total_lines) == (3, 3)
    assert (coverage.percent, coverage.files) == (80.0, {"src/a.ts": 80.0})


def test_lcov_is_read_by_its_lines_and_not_by_its_sums() -> None:
    coverage = read_coverage(LCOV)
    assert (coverage.covered_lines, coverage.total_lines, coverage.percent) == (1, 2, 50.0)
    assert coverage.files == {"src/a.js": 50.0}


def test_a_cover_profile_of_go_counts_statements_once() -> None:
    coverage = read_coverage(GO)
    assert (coverage.percent, coverage.covered_lines, coverage.total_lines) == (75.0, 3, 4)


def test_istanbul_s_summary_is_read() -> None:
    part = {"lines": {"total": 8, "covered": 6}, "branches": {"total": 2, "covered": 1}}
    report = {"total": part, "/w/src/a.js": part, "/w/test/a.test.js": part}
    coverage = read_coverage(json.dumps(report).encode(), folder=Path("/w"))
    assert (coverage.percent, coverage.files) == (70.0, {"src/a.js": 70.0})


def test_scripts_that_no_test_has_loaded_are_not_covered(tmp_path: Path) -> None:
    for name, text in {
        "src/a.js": "1\n2\n",
        "src/deep/b.js": "1\n\n2\n",
        "src/a.test.js": "1\n",
        "src/types.d.ts": "1\n",
        "src/note.md": "1\n",
        "vite.config.js": "1\n",
        "scripts/c.js": "1\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    report = f"TN:\nSF:{tmp_path}/src/a.js\nDA:1,1\nDA:2,1\nend_of_record\n".encode()
    coverage = read_coverage(report, folder=tmp_path)
    assert coverage.files == {"src/a.js": 100.0, "src/deep/b.js": 0.0}
    assert coverage.percent == 50.0


def test_a_report_of_nothing_but_tests_shows_nothing() -> None:
    assert read_coverage(b"SF:test/a.test.js\nDA:1,1\nend_of_record\n").percent == 0.0


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"all is well", "in no form that is known"),
        (b"<coverage", "is not XML"),
        (b"<html/>", "none of Cobertura: 'html'"),
        (b"<coverage><project/></coverage>", "none of Cobertura: 'coverage'"),
        (b'<!DOCTYPE c [<!ENTITY a "a">]><coverage><packages/></coverage>', "refused as hostile XML"),
        (b"mode: set\nnonsense\n", "has the line 'nonsense'"),
        (b"SF:a\nDA:1,many\n", "'many' where a number belongs"),
        (b"SF:a\nDA:1,1e999\n", "where a number belongs"),
        (b'{"total": {"lines": {"total": -1, "covered": 0}}}', "not in the form expected"),
    ],
)
def test_what_is_no_report_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(EvidenceUnreadable, match=says):
        read_coverage(data)
