"""A child on a leash: its environment and its log."""

import asyncio
import sys
from pathlib import Path

import pytest

from baton.runtime.leashed_process import LeashedProcess

SAYS = [sys.executable, "-c", "import os; print(os.environ.get('COLOUR'), 'HOME' in os.environ)"]


async def said(log: Path, *, append: bool = False, env: dict[str, str] | None = None) -> list[str]:
    """What the log holds when the child has ended by itself."""
    process = LeashedProcess(SAYS, log=log, append=append, env=env)
    async with asyncio.timeout(20):
        while process.exit_code is None:
            await asyncio.sleep(0.01)
    process.kill()
    return log.read_text().splitlines()


async def test_a_child_sees_this_environment_unless_it_is_given_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLOUR", "green")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert await said(tmp_path / "log") == ["green True"]
    assert await said(tmp_path / "log", env={"COLOUR": "blue"}) == ["blue False"]


async def test_a_log_is_begun_anew_unless_it_is_to_be_added_to(tmp_path: Path) -> None:
    await said(tmp_path / "log", env={"COLOUR": "first"})
    assert await said(tmp_path / "log", append=True, env={"COLOUR": "second"}) == ["first False", "second False"]
    assert await said(tmp_path / "log", env={"COLOUR": "third"}) == ["third False"]
