"""Running a command, with bubblewrap and with limits alone: results, limits, and nothing left behind."""

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from baton.workshop import sandbox
from baton.workshop.errors import SandboxUnavailable
from baton.workshop.sandbox import Limits, SandboxPolicy, SandboxReport, run
from tests.integration.workshop.runs import python, until

MIB = 1024 * 1024
BOTH = [
    pytest.param(
        SandboxPolicy.REQUIRE,
        marks=pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not installed"),
    ),
    SandboxPolicy.OFF,
]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    folder.mkdir()
    return folder


def _running(mark: str) -> list[int]:
    """Processes of the machine whose command line holds `mark`, zombies not counted."""
    return [
        process.pid
        for process in psutil.process_iter(["cmdline", "status"])
        if process.info["status"] != psutil.STATUS_ZOMBIE and mark in " ".join(process.info["cmdline"] or [])
    ]


async def _gone(mark: str) -> bool:
    return await until(lambda: not _running(mark))


@pytest.mark.parametrize("policy", BOTH)
async def test_output_exit_code_input_and_environment_come_through(tree: Path, policy: SandboxPolicy) -> None:
    result = await python(
        "import os, sys; print(sys.stdin.read(), sorted(os.environ)); sys.stderr.write('err'); sys.exit(3)",
        tree, policy=policy, stdin=b"told", env={"A": "1"},
    )  # fmt: skip
    assert (result.exit_code, result.signal, result.limit) == (3, None, None)
    assert result.stdout == b"told ['A', 'HOME', 'LANG', 'PATH', 'TMPDIR']\n"
    assert result.stderr == b"err"
    assert not result.timed_out
    assert not result.truncated
    assert result.sandbox == ("limits" if policy is SandboxPolicy.OFF else "bubblewrap")


@pytest.mark.parametrize("policy", BOTH)
async def test_a_signal_is_told_as_the_shell_tells_it(tree: Path, policy: SandboxPolicy) -> None:
    result = await python("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", tree, policy=policy)
    assert (result.exit_code, result.signal) == (139, 11)


@pytest.mark.parametrize("policy", BOTH)
async def test_a_program_that_is_not_there_is_named(tree: Path, policy: SandboxPolicy) -> None:
    result = await run(["no-such-program"], cwd=tree, writable=[tree], env={}, limits=Limits(), policy=policy)
    assert result.exit_code == 127
    assert b"cannot run 'no-such-program': No such file" in result.stderr


@pytest.mark.parametrize("policy", BOTH)
async def test_a_command_over_its_time_is_stopped_with_its_children(
    tree: Path, policy: SandboxPolicy
) -> None:
    mark = f"mark-{tree.parent.name}"
    result = await run(
        ["sh", "-c", f"echo begun; setsid sh -c 'sleep 60; : {mark}' & sleep 60"],
        cwd=tree, writable=[tree], env={}, limits=Limits(wall_seconds=0.6, grace_seconds=0.5), policy=policy,
    )  # fmt: skip
    assert (result.timed_out, result.limit) == (True, "wall")
    assert result.stdout == b"begun\n"
    assert await _gone(mark)


@pytest.mark.parametrize("policy", BOTH)
async def test_a_command_may_tidy_up_within_the_grace_and_is_killed_after_it(
    tree: Path, policy: SandboxPolicy
) -> None:
    polite = (
        "import signal, sys, time\n"
        "def end(*_): print('tidied', flush=True); sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, end)\nprint('ready', flush=True)\ntime.sleep(60)"
    )
    result = await python(polite, tree, policy=policy, limits=Limits(wall_seconds=1, grace_seconds=5))
    assert result.stdout == b"ready\ntidied\n"
    assert result.timed_out
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
    result = await python(stubborn, tree, policy=policy, limits=Limits(wall_seconds=0.5, grace_seconds=0.2))
    assert result.timed_out
    assert result.duration_seconds < 30


@pytest.mark.parametrize("policy", BOTH)
async def test_a_command_over_its_processor_time_is_stopped(tree: Path, policy: SandboxPolicy) -> None:
    result = await python(
        "while True: pass", tree, policy=policy, limits=Limits(cpu_seconds=1, wall_seconds=30)
    )
    assert result.limit == "cpu"
    assert not result.timed_out


@pytest.mark.parametrize("policy", BOTH)
async def test_private_memory_is_bounded(tree: Path, policy: SandboxPolicy) -> None:
    limits = Limits(memory_bytes=200 * MIB, wall_seconds=20)
    result = await python("x = bytearray(400 * 1024 * 1024)", tree, policy=policy, limits=limits)
    assert b"MemoryError" in result.stderr


@pytest.mark.parametrize("policy", BOTH)
async def test_memory_that_is_shared_between_processes_is_bounded_too(
    tree: Path, policy: SandboxPolicy
) -> None:
    code = (
        "import mmap, time\nm = mmap.mmap(-1, 400 << 20)\n"
        "for i in range(0, 400 << 20, 4096): m[i] = 1\ntime.sleep(30)"
    )
    result = await python(code, tree, policy=policy, limits=Limits(memory_bytes=200 * MIB, wall_seconds=20))
    assert result.limit == "memory"


@pytest.mark.parametrize("policy", BOTH)
async def test_a_file_cannot_grow_for_ever(tree: Path, policy: SandboxPolicy) -> None:
    limits = Limits(file_bytes=MIB, wall_seconds=20)
    result = await run(
        ["dd", "if=/dev/zero", "of=big", "bs=1M", "count=4"],
        cwd=tree, writable=[tree], env={}, limits=limits, policy=policy,
    )  # fmt: skip
    assert result.limit == "file"
    assert (tree / "big").stat().st_size <= MIB


@pytest.mark.usefixtures("bubblewrap")
async def test_a_private_tmp_cannot_take_more_than_the_memory_allowed(tree: Path) -> None:
    code = (
        "for place in '/tmp/x', '/dev/shm/x':\n"
        "  try:\n"
        "    with open(place, 'wb') as file:\n"
        "      for _ in range(90): file.write(bytes(1 << 20))\n"
        "  except OSError as error: print(error.strerror)"
    )
    limits = Limits(memory_bytes=64 * MIB, wall_seconds=20)
    result = await python(code, tree, limits=limits)
    assert result.stdout == b"No space left on device\n" * 2, result.stderr


@pytest.mark.parametrize("policy", BOTH)
async def test_a_gigabyte_of_output_keeps_its_ends_and_little_memory(
    tree: Path, policy: SandboxPolicy
) -> None:
    before = psutil.Process().memory_info().rss
    beats = 0

    def beat() -> None:
        nonlocal beats
        beats += 1

    result = await run(
        ["sh", "-c", "echo the head; head -c 1000000000 /dev/zero; echo; echo the tail"],
        cwd=tree, writable=[tree], env={}, policy=policy, on_output=beat,
        limits=Limits(output_bytes=100_000, wall_seconds=60),
    )  # fmt: skip
    assert result.exit_code == 0
    assert result.truncated
    assert len(result.stdout) < 101_000
    assert result.stdout.startswith(b"the head\n")
    assert result.stdout.endswith(b"\nthe tail\n")
    assert b"bytes left out" in result.stdout
    assert beats > 1000
    assert psutil.Process().memory_info().rss - before < 100 * MIB


@pytest.mark.usefixtures("bubblewrap")
async def test_a_fork_bomb_is_bounded_and_gone(tree: Path) -> None:
    mark = f"bomb-{tree.parent.name}"
    code = f"'{mark}'\nimport os\nn = 0\nwhile True:\n  try: os.fork(); n += 1\n  except OSError: pass"
    task = asyncio.create_task(
        python(code, tree, limits=Limits(processes=20, wall_seconds=1, grace_seconds=0.2))
    )
    most = 0
    while not task.done():
        most = max(most, len(_running(mark)))
        await asyncio.wait({task}, timeout=0.1)
    assert 1 < most <= 20
    assert (await task).timed_out
    assert await _gone(mark)


async def test_without_a_namespace_too_many_processes_are_noticed_and_stopped(tree: Path) -> None:
    code = (
        "import subprocess, time\np = [subprocess.Popen(['sleep', '60']) for _ in range(40)]\ntime.sleep(60)"
    )
    limits = Limits(processes=20, wall_seconds=20)
    result = await python(code, tree, policy=SandboxPolicy.OFF, limits=limits)
    # Root is stopped by the watch, other users meet the kernel's limit first.
    assert result.limit == "processes" or b"BlockingIOError" in result.stderr


@pytest.mark.parametrize("policy", BOTH)
async def test_what_a_command_leaves_running_is_killed_at_its_end(tree: Path, policy: SandboxPolicy) -> None:
    mark = f"left-{tree.parent.name}"
    daemon = (
        "import os, time\nif os.fork() == 0:\n  os.setsid()\n"
        f"  if os.fork() == 0: time.sleep(60)  # {mark}\n"
        "  os._exit(0)"
    )
    result = await python(daemon, tree, policy=policy)
    assert result.exit_code == 0
    assert not result.timed_out
    assert await _gone(mark)


@pytest.mark.parametrize("policy", BOTH)
async def test_cancellation_kills_the_grandchildren_first(tree: Path, policy: SandboxPolicy) -> None:
    mark = f"cancel-{tree.parent.name}"
    code = (
        "import os, signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"for _ in range(3):\n  if os.fork() == 0: os.setsid()\nopen('ready', 'w')\ntime.sleep(60)  # {mark}"
    )
    task = asyncio.create_task(python(code, tree, policy=policy))
    assert await until((tree / "ready").exists)
    assert _running(mark)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await _gone(mark)


@pytest.mark.parametrize("policy", BOTH)
async def test_cancellation_at_any_moment_of_the_start_leaves_nothing(
    tree: Path, policy: SandboxPolicy
) -> None:
    mark = f"early-{tree.parent.name}"
    for wait in (0, 0.002, 0.005, 0.01, 0.02, 0.04, 0.08):
        task = asyncio.create_task(python(f"import time; time.sleep(60)  # {mark}", tree, policy=policy))
        await asyncio.sleep(wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert await _gone(mark)


@pytest.mark.parametrize("policy", BOTH)
async def test_a_worker_killed_hard_takes_its_commands_along(tree: Path, policy: SandboxPolicy) -> None:
    mark = f"orphan-{tree.parent.name}"
    worker = _worker(tree, policy, mark)
    try:
        assert await until((tree / "ready").exists, seconds=15)
        assert len(_running(mark)) >= 2
    finally:
        worker.kill()
        worker.wait(timeout=10)
    assert await _gone(mark)


def _worker(tree: Path, policy: SandboxPolicy, mark: str) -> subprocess.Popen[bytes]:
    script = (
        "import asyncio, sys\nfrom pathlib import Path\n"
        "from baton.workshop.sandbox import Limits, SandboxPolicy, run\n"
        "tree, policy, command = Path(sys.argv[1]), SandboxPolicy(sys.argv[2]), sys.argv[3]\n"
        "asyncio.run(run([sys.executable, '-c', command], cwd=tree, writable=[tree], env={}, limits=Limits(),"
        " policy=policy))"
    )
    command = f"open('ready', 'w'); import time; time.sleep(60)  # {mark}"
    # Its scratch folder outlives it, and shall not lie about in the machine's /tmp.
    return subprocess.Popen(
        [sys.executable, "-c", script, str(tree), policy.value, command],
        cwd=Path.cwd(), env={**os.environ, "TMPDIR": str(tree.parent)},
    )  # fmt: skip


async def test_require_refuses_where_there_is_no_sandbox_and_prefer_goes_on(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tree))
    sandbox.probe.cache_clear()
    try:
        assert sandbox.probe() == SandboxReport(
            False, "bubblewrap", None, "the program 'bwrap' is not installed"
        )
        with pytest.raises(
            SandboxUnavailable, match=r"Install the package 'bubblewrap'.* sandbox = \"prefer\""
        ):
            await python("print(1)", tree)
        result = await python("print(1)", tree, policy=SandboxPolicy.PREFER)
        assert (result.sandbox, result.stdout) == ("limits", b"1\n")
    finally:
        sandbox.probe.cache_clear()


async def test_a_bubblewrap_that_does_not_work_is_found_out(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "bin" / "bwrap"
    broken.parent.mkdir()
    broken.write_text(
        "#!/bin/sh\n[ $1 = --version ] && echo bubblewrap 0.9 && exit\necho no namespaces >&2; exit 1\n"
    )
    broken.chmod(0o755)
    if shutil.which("bwrap"):
        assert sandbox.probe().available
        with monkeypatch.context() as later:
            later.setenv("PATH", str(broken.parent), prepend=os.pathsep)
            with pytest.raises(SandboxUnavailable, match="could not be set up: no namespaces"):
                await python("print(1)", tree)
    monkeypatch.setenv("PATH", str(broken.parent), prepend=os.pathsep)
    sandbox.probe.cache_clear()
    try:
        report = sandbox.probe()
        assert (report.available, report.version) == (False, "0.9")
        assert "no namespaces" in (report.reason or "")
    finally:
        sandbox.probe.cache_clear()


async def test_paths_that_cannot_be_are_refused(tree: Path) -> None:
    with pytest.raises(ValueError, match=r"gone' does not exist"):
        await python("pass", tree, readable=[tree / "gone"])
    with pytest.raises(ValueError, match="in none of the directories"):
        await run(["true"], cwd=tree, writable=[], env={}, limits=Limits(), policy=SandboxPolicy.OFF)
    with pytest.raises(ValueError, match="NUL"):
        await python("pass", tree, env={"A": "\0"})
    with pytest.raises(ValueError, match="wall_seconds"):
        Limits(wall_seconds=0)
