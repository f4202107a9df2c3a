"""No command takes more than it was given."""

import asyncio
import sys
from pathlib import Path

import psutil
import pytest

from baton.workshop.sandbox import Limits, SandboxPolicy, run
from tests.integration.workshop.runs import BOTH, MIB, gone, python, running


@pytest.mark.parametrize("policy", BOTH)
async def test_a_command_over_its_processor_time_is_stopped(tree: Path, policy: SandboxPolicy) -> None:
    result = await python("while True: pass", tree, policy=policy, limits=Limits(cpu_seconds=1, wall_seconds=30))
    assert result.limit == "cpu"
    assert not result.timed_out


@pytest.mark.parametrize("policy", BOTH)
async def test_private_memory_is_bounded(tree: Path, policy: SandboxPolicy) -> None:
    limits = Limits(memory_bytes=200 * MIB, wall_seconds=20)
    result = await python("x = bytearray(400 * 1024 * 1024)", tree, policy=policy, limits=limits)
    assert b"MemoryError" in result.stderr


@pytest.mark.parametrize("policy", BOTH)
async def test_memory_that_is_shared_between_processes_is_bounded_too(tree: Path, policy: SandboxPolicy) -> None:
    code = (
        "import mmap, time\nm = mmap.mmap(-1, 400 << 20)\nfor i in range(0, 400 << 20, 4096): m[i] = 1\ntime.sleep(30)"
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


@pytest.mark.parametrize("policy", BOTH)
async def test_many_small_files_cannot_fill_the_disk(tree: Path, policy: SandboxPolicy) -> None:
    (tree / "there-before").write_bytes(bytes(20 * MIB))
    code = (
        "import os, time\n"
        "time.sleep(0.5)\n"  # what was there before is looked at first
        "for n in range(10_000):\n"
        "  with open(str(n), 'wb') as file: file.write(os.urandom(1 << 20))\n"
        "  time.sleep(0.01)"
    )
    limits = Limits(disk_bytes=10 * MIB, file_bytes=64 * MIB, wall_seconds=60)
    result = await python(code, tree, policy=policy, limits=limits)
    assert (result.limit, result.timed_out) == ("disk", False)


async def test_what_the_profile_lends_is_not_counted_and_links_are_not_followed(tree: Path, tmp_path: Path) -> None:
    lent = tmp_path / "lent"
    lent.mkdir()
    (tree / "out").symlink_to(lent)
    code = f"import time\ntime.sleep(0.5); open({str(lent / 'big')!r}, 'wb').write(bytes(8 << 20)); time.sleep(1)"
    result = await run(
        [sys.executable, "-c", code],
        cwd=tree, writable=[tree, lent], counted=[tree], env={}, policy=SandboxPolicy.OFF,
        limits=Limits(disk_bytes=MIB, wall_seconds=60),
    )  # fmt: skip
    assert (result.exit_code, result.limit) == (0, None), result.stderr


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
async def test_a_gigabyte_of_output_keeps_its_ends_and_little_memory(tree: Path, policy: SandboxPolicy) -> None:
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
    task = asyncio.create_task(python(code, tree, limits=Limits(processes=20, wall_seconds=1.5, grace_seconds=0.2)))
    most = 0
    while not task.done():
        most = max(most, len(running(mark)))
        await asyncio.wait({task}, timeout=0.1)
    assert 1 < most <= 20
    assert (await task).timed_out
    assert await gone(mark)


async def test_without_a_namespace_too_many_processes_are_noticed_and_stopped(tree: Path) -> None:
    code = "import subprocess, time\np = [subprocess.Popen(['sleep', '60']) for _ in range(40)]\ntime.sleep(60)"
    limits = Limits(processes=20, wall_seconds=20)
    result = await python(code, tree, policy=SandboxPolicy.OFF, limits=limits)
    # Root is stopped by the watch, other users meet the kernel's limit first.
    assert result.limit == "processes" or b"BlockingIOError" in result.stderr
