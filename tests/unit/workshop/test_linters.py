"""Reports of ruff and bandit in, findings out."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from baton.workshop.errors import EvidenceUnreadable
from baton.workshop.linters import read_bandit, read_ruff


def _output(folder: Path, *command: str) -> bytes:
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, capture_output=True, timeout=60, check=False
    ).stdout


def test_what_ruff_writes_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import os\n")
    (tmp_path / "b.py").write_text("def (:\n")
    found = read_ruff(_output(tmp_path, "ruff", "check", "--isolated", "--output-format", "json", "."))
    unused = next(finding for finding in found if finding.rule == "F401")
    assert (unused.tool, unused.line, unused.severity) == ("ruff", 1, "low")
    assert unused.path.endswith("a.py")
    assert "os" in unused.message
    assert {finding.severity for finding in found if finding.path.endswith("b.py")} == {"high"}


def test_what_bandit_writes_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import subprocess\nsubprocess.call('ls', shell=True)\nexec('1')\n")
    found = read_bandit(_output(tmp_path, "bandit", "-q", "-r", "-f", "json", "."))
    execed = next(finding for finding in found if finding.rule == "B102")
    assert (execed.tool, execed.line, execed.severity) == ("bandit", 3, "medium")
    assert execed.path.endswith("a.py")


def test_a_file_that_bandit_could_not_scan_is_not_clean(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def (:\n")
    with pytest.raises(EvidenceUnreadable, match=r"could not scan .*a\.py"):
        read_bandit(_output(tmp_path, "bandit", "-q", "-r", "-f", "json", "."))


def test_a_clean_report_has_no_findings() -> None:
    assert read_ruff(b"[]") == []
    assert read_bandit(json.dumps({"errors": [], "results": []}).encode()) == []


def test_a_report_of_another_form_is_refused() -> None:
    with pytest.raises(EvidenceUnreadable, match="ruff report is not in the form expected"):
        read_ruff(b'{"a": 1}')
    with pytest.raises(EvidenceUnreadable, match="bandit report is not in the form expected at errors"):
        read_bandit(b'{"results": []}')
