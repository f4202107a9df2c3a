"""However a command ends, nothing of it goes on."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from baton.workshop.sandbox import Limits, SandboxPolicy, run
from tests.integration.workshop.runs import BOTH, gone, python, running, until


@pytest.mark.parametrize("policy", BOTH)
async def test_a_command_over_its_time_is_stopped_with_its_children(tree: Path, policy: SandboxPolicy) -> None:
    mark = f"mark-{tree.parent.name}"
    result = await run(
        ["sh", "-c", f"echo begun; setsid sh -c 'sleep 60; : {mark}' & sleep 60"],
        cwd=tree, writable=[tree], env={}, limits=Limits(wall_seconds=1, grace_seconds=0.5), policy=policy,
    )  # fmt: skip
    assert (result.timed_out, result.limit) == (True, "wall")
    assert result.stdout == b"begun\n"
    assert await gone(mark)


@pytest.mark.parametrize("policy", BOTH)
async def test_a_command_may_tidy_up_within_the_grace_and_is_killed_after_it(tree: Path, policy: SandboxPolicy) -> None:
    polite = (
        "import signal, sys, time\n"
        "def end(*_): print('tidied', flush=True); sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, end)\nprint('ready', flush=True)\ntime.sleep(60)"
    )
    result = await python(polite, tree, policy=policy, limits=Limits(wall_seconds=1.5, grace_seconds=5))
    assert result.stdout == b"ready\ntidied\n"
    assert result.timed_out
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
    result = await python(stubborn, tree, policy=policy, limits=Limits(wall_seconds=0.5, grace_seconds=0.2))
    assert result.timed_out


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
    assert await gone(mark)


@pytest.mark.parametrize("policy", BOTH)
async def test_a_command_that_kills_its_parent_leaves_nothing_behind(tree: Path, policy: SandboxPolicy) -> None:
    mark = f"orphaned-{tree.parent.name}"
    code = (
        "import os, signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nparent = os.getppid()\n"
        "if os.fork() == 0:\n  os.setsid()\n"
        f"  if os.fork() == 0: time.sleep(60)  # {mark}\n"
        "  os._exit(0)\n"
        "time.sleep(0.5)\nos.kill(parent, signal.SIGKILL)\ntime.sleep(0.5)"
    )
    result = await python(code, tree, policy=policy)
    # In a process namespace its parent is the first process of all, which cannot be killed from inside.
    assert result.signal == (9 if policy is SandboxPolicy.OFF else None)
    assert await gone(mark)


@pytest.mark.parametrize("policy", BOTH)
async def test_cancellation_kills_the_grandchildren_first(tree: Path, policy: SandboxPolicy) -> None:
    mark = f"cancel-{tree.parent.name}"
    code = (
        "import os, signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"for _ in range(3):\n  if os.fork() == 0: os.setsid()\nopen('ready', 'w')\ntime.sleep(60)  # {mark}"
    )
    task = asyncio.create_task(python(code, tree, policy=policy))
    assert await until((tree / "ready").exists)
    assert running(mark)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await gone(mark)


@pytest.mark.parametrize("policy", BOTH)
async def test_cancellation_at_any_moment_of_the_start_leaves_nothing(tree: Path, policy: SandboxPolicy) -> None:
    mark = f"early-{tree.parent.name}"
    for wait in (0, 0.002, 0.005, 0.01, 0.02, 0.04, 0.08):
        task = asyncio.create_task(python(f"import time; time.sleep(60)  # {mark}", tree, policy=policy))
        await asyncio.sleep(wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert await gone(mark)


@pytest.mark.parametrize("policy", BOTH)
async def test_a_worker_killed_hard_takes_its_commands_along(tree: Path, policy: SandboxPolicy) -> None:
    mark = f"orphan-{tree.parent.name}"
    worker = _worker(tree, policy, mark)
    try:
        assert await until((tree / "ready").exists, seconds=15)
        assert len(running(mark)) >= 2
    finally:
        worker.kill()
        worker.wait(timeout=10)
    assert await gone(mark)


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
