import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

EXAMPLE = Path(__file__).parents[3] / "examples" / "wordcount"
CODE_WRITER = EXAMPLE / "code_writer.py"


def _start(workspace: Path, *, seconds: str = "0") -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, str(CODE_WRITER)],
        cwd=workspace,
        env={**os.environ, "STAND_IN_SECONDS": seconds},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def _perform(workspace: Path, order: bytes, *, seconds: str = "0") -> tuple[int, str, str]:
    with _start(workspace, seconds=seconds) as process:
        out, err = process.communicate(order, timeout=30)
    return process.returncode, out.decode(), err.decode()


def _report(workspace: Path, **order: object) -> dict[str, Any]:
    code, out, err = _perform(workspace, json.dumps(order).encode())
    assert code == 0, err
    report: dict[str, Any] = json.loads(out.splitlines()[-1])
    return report


def _files(folder: Path) -> dict[str, bytes]:
    """What the folder holds, caches of tools aside."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not {"__pycache__", ".ruff_cache", ".pytest_cache"} & set(path.parts)
    }


def test_the_first_run_writes_the_first_attempt_and_reports_its_files(tmp_path: Path) -> None:
    report = _report(tmp_path, run_in_phase=1, feedback=None)
    assert _files(tmp_path) == _files(EXAMPLE / "attempts" / "1")
    assert report["verdict"] == "passed"
    assert report["output"] == {"attempt": 1, "files": sorted(_files(tmp_path))}


def test_the_summary_says_that_an_attempt_was_replayed(tmp_path: Path) -> None:
    summary = _report(tmp_path, run_in_phase=1)["summary"]
    assert "Replayed recorded attempt 1" in summary
    assert "no model was asked" in summary


def test_a_second_run_answers_the_findings_over_the_first_attempt(tmp_path: Path) -> None:
    _report(tmp_path, run_in_phase=1)
    finding = {"id": "F1", "message": "AssertionError: fig before apple\nat line 32"}
    code, out, err = _perform(tmp_path, json.dumps({"run_in_phase": 2, "feedback": {"findings": [finding]}}).encode())
    assert code == 0
    assert "answering F1: AssertionError: fig before apple\n" in err
    assert "answering 1 finding " in json.loads(out.splitlines()[-1])["summary"]
    assert _files(tmp_path) == _files(EXAMPLE / "attempts" / "2")


def test_runs_past_the_last_attempt_replay_the_last(tmp_path: Path) -> None:
    assert _report(tmp_path, run_in_phase=7)["output"]["attempt"] == 2


def test_one_killed_on_the_way_has_written_nothing(tmp_path: Path) -> None:
    with _start(tmp_path, seconds="60") as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(b'{"run_in_phase": 1}')
        process.stdin.close()
        assert b"replaying recorded attempt 1" in process.stderr.readline()
        process.kill()
    assert process.returncode == -signal.SIGKILL
    assert _files(tmp_path) == {}


@pytest.mark.parametrize(
    ("order", "complaint"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[1]", "no JSON object but a list"),
        (b"{}", "run_in_phase is None"),
        (b'{"run_in_phase": 0}', "run_in_phase is 0"),
        (b'{"run_in_phase": true}', "run_in_phase is True"),
        (b'{"run_in_phase": "1"}', "run_in_phase is '1'"),
        (b'{"run_in_phase": 1, "feedback": "fix it"}', "no object with findings"),
        (b'{"run_in_phase": 1, "feedback": {"findings": [{"id": "F1"}]}}', "no object with findings"),
    ],
)
def test_a_malformed_order_is_refused(tmp_path: Path, order: bytes, complaint: str) -> None:
    code, out, err = _perform(tmp_path, order)
    assert (code, out) == (2, "")
    assert err.startswith("code_writer: ")
    assert complaint in err
    assert err.count("\n") == 1
    assert _files(tmp_path) == {}


@pytest.mark.parametrize("seconds", ["soon", "-1", "nan", "1e9"])
def test_a_pace_that_is_no_number_of_seconds_is_refused(tmp_path: Path, seconds: str) -> None:
    code, _, err = _perform(tmp_path, b'{"run_in_phase": 1}', seconds=seconds)
    assert code == 2
    assert f"STAND_IN_SECONDS is {seconds!r}" in err


@pytest.mark.parametrize("folder", [EXAMPLE, EXAMPLE.parents[1], EXAMPLE / "attempts" / "1"])
def test_a_folder_of_the_example_itself_is_no_workspace(folder: Path) -> None:
    before = _files(EXAMPLE)
    code, _, err = _perform(folder, b'{"run_in_phase": 2}')
    assert code == 2
    assert "is no workspace" in err
    assert _files(EXAMPLE) == before
