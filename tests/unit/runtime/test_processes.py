import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from baton.runtime.processes import kill_tree

_CHILD = "import time; print('up', flush=True); time.sleep(60)"
_FAMILY = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {_CHILD!r}], stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
child.wait()
"""
_STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print('up', flush=True)
time.sleep(60)
"""
_POLITE = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
print('up', flush=True)
time.sleep(60)
"""


def _started(code: str) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def _end(process: subprocess.Popen[str]) -> int:
    code = process.wait(timeout=10)
    assert process.stdout is not None
    process.stdout.close()
    return code


def test_a_process_is_killed_with_its_descendants() -> None:
    parent, child = _started(_FAMILY)
    kill_tree(parent.pid)
    assert _end(parent) == -9
    assert not psutil.pid_exists(int(child)) or psutil.Process(int(child)).status() == psutil.STATUS_ZOMBIE


def test_a_grace_lets_a_process_end_by_itself() -> None:
    process, _ = _started(_POLITE)
    kill_tree(process.pid, grace_seconds=10)
    assert _end(process) == 7


def test_a_process_that_ignores_the_request_is_killed_after_the_grace() -> None:
    process, _ = _started(_STUBBORN)
    kill_tree(process.pid, grace_seconds=0.2)
    assert _end(process) == -9


def test_killing_what_is_gone_is_fine() -> None:
    process, _ = _started("print('bye')")
    _end(process)
    kill_tree(process.pid)


@pytest.mark.parametrize("code", [0, 3])
def test_a_clean_exit_flushes_and_gives_its_code(code: int, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    program = f"""
import atexit, logging, pathlib, sys
from baton.runtime.leaving import exit_cleanly
atexit.register(pathlib.Path({str(marker)!r}).touch)
sys.stdout.write("all of it")
try:
    exit_cleanly({code})
finally:
    print("not reached")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (code, "all of it", "")
    assert marker.exists()


def test_a_clean_exit_survives_a_reader_that_has_gone_away() -> None:
    program = """
import sys
from baton.runtime.leaving import exit_cleanly
sys.stdin.read()
print("x")
exit_cleanly(0)
"""
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": ""},
    )
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    _, errors = process.communicate(b"", timeout=30)
    assert (process.returncode, errors) == (0, b"")
