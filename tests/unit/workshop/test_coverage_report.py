"""coverage.py's JSON in, percents out."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from baton.workshop.coverage_report import read_coverage
from baton.workshop.errors import EvidenceUnreadable


def test_what_coverage_writes_is_read(tmp_path: Path) -> None:
    (tmp_path / "half.py").write_text("import sys\nif len(sys.argv) > 5:\n    a = 1\n    b = 2\n")
    for arguments in (["run", "half.py"], ["json", "-q", "-o", "coverage.json"]):
        subprocess.run([sys.executable, "-m", "coverage", *arguments], cwd=tmp_path, timeout=60, check=True)
    coverage = read_coverage(tmp_path / "coverage.json")
    assert (coverage.percent, coverage.covered_lines, coverage.total_lines) == (50.0, 2, 4)
    assert coverage.files == {"half.py": 50.0}


def _report(percent: object, statements: int = 4) -> bytes:
    totals = {"percent_covered": percent, "covered_lines": 0, "num_statements": statements}
    return json.dumps({"totals": totals, "files": {}}).encode()


def test_nothing_to_cover_shows_nothing() -> None:
    assert read_coverage(_report(100.0, statements=0)).percent == 0.0


@pytest.mark.parametrize("percent", [101, -1, float("nan"), "many", None])
def test_a_percent_that_cannot_be_is_refused(percent: object) -> None:
    with pytest.raises(EvidenceUnreadable, match=r"totals\.percent_covered"):
        read_coverage(_report(percent))


@pytest.mark.parametrize("data", [b"{not json", b'{"totals":' + b"[" * 100_000, b"{\xff\xfe\x00"])
def test_what_is_not_json_is_refused(data: bytes) -> None:
    with pytest.raises(EvidenceUnreadable, match="is not JSON"):
        read_coverage(data)
