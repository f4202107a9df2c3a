"""Run a Python snippet in the sandbox, and wait for what is to happen."""

import asyncio
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil
import pytest

from baton.workshop.sandbox import CommandResult, Limits, SandboxPolicy, run

MIB = 1024 * 1024
BOTH = [
    pytest.param(
        SandboxPolicy.REQUIRE,
        marks=pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not installed"),
    ),
    SandboxPolicy.OFF,
]
"""The policies to try: in bubblewrap where there is one, and always with limits alone."""

QUICK = Limits(wall_seconds=20, cpu_seconds=10)


async def python(
    code: str,
    tree: Path,
    *,
    policy: SandboxPolicy = SandboxPolicy.REQUIRE,
    limits: Limits = QUICK,
    env: Mapping[str, str] | None = None,
    readable: Sequence[Path] = (),
    network: bool = False,
    stdin: bytes = b"",
) -> CommandResult:
    return await run(
        [sys.executable, "-c", code],
        cwd=tree, writable=[tree], readable=readable, env=env or {}, limits=limits, policy=policy,
        network=network, stdin=stdin,
    )  # fmt: skip


async def until(happened: Callable[[], bool], *, seconds: float = 10) -> bool:
    """Whether it happens within `seconds`."""
    for _ in range(int(seconds / 0.02)):
        if happened():
            return True
        await asyncio.sleep(0.02)
    return happened()


def running(mark: str) -> list[int]:
    """Processes of the machine whose command line holds `mark`, zombies not counted."""
    return [
        process.pid
        for process in psutil.process_iter(["cmdline", "status"])
        if process.info["status"] != psutil.STATUS_ZOMBIE and mark in " ".join(process.info["cmdline"] or [])
    ]


async def gone(mark: str) -> bool:
    return await until(lambda: not running(mark))
