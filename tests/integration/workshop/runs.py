"""Run a Python snippet in the sandbox, and wait for what is to happen."""

import asyncio
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from baton.workshop.sandbox import CommandResult, Limits, SandboxPolicy, run

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
