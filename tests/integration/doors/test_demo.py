"""``starter.py demo`` as a program: the whole relay, with and without an accident."""

import asyncio
import json
import signal
from pathlib import Path
from typing import Any

import pytest

from baton.workshop.archive import verify
from tests.command_line import CommandLine
from tests.integration.doors.programs import left_behind, program

HANDOFFS = 7  # five on the straight way; the rework, and the second passing of the code to the tester


def check(outcome: dict[str, Any]) -> None:
    """What is true of a demo."""
    assert outcome["state"] == "complete"
    assert outcome["rework_rounds"] == 1
    assert outcome["handoffs"] == HANDOFFS
    assert 10 <= outcome["events"] <= 20
    assert outcome["mirror_matches_history"] is True
    assert outcome["workflow_id"] == f"build-{outcome['build_id']}"
    manifest = verify(Path(outcome["archive"]))
    assert (manifest.name, manifest.version) == ("wordcount", "1.0.0")


async def test_the_demo_carries_it_on_when_the_worker_is_killed(
    environ: dict[str, str], home: Path, tmp_path: Path
) -> None:
    with program("starter.py", "demo", "--crash", "--json", "--home", home, env=environ, cwd=tmp_path) as demo:
        code = await demo.end(seconds=150)
        assert code == 0, demo.said
        check(json.loads(demo.out.read_text()))
    log = (home / "worker.log").read_text()
    assert log.count("Serving") == 2
    assert log.count("Stopped") == 1
    assert left_behind(home) == []


async def test_a_demo_that_is_interrupted_says_so_and_leaves_nothing_behind(
    environ: dict[str, str], home: Path, tmp_path: Path
) -> None:
    slow = environ | {"STAND_IN_SECONDS": "60"}
    with program("starter.py", "demo", "--home", home, env=slow, cwd=tmp_path) as demo:
        said = await demo.until_told("implementation: code_writer begins")
        assert "the code writer is a stand-in" in " ".join(said.lower().split())
        assert "planning: done, 6 steps" in said
        assert await demo.end(signal.SIGINT) == 130
        assert "Stopped before the build was complete" in demo.said
    async with asyncio.timeout(20):
        while left_behind(home):
            await asyncio.sleep(0.1)


def test_a_demo_without_git_says_what_is_missing(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    said = cli.now("demo", "--json")

    assert (said.code, said.json["error"]["code"]) == (1, "git_missing")
    assert "no git on PATH" in said.err


async def test_a_demo_whose_build_stands_still_fails_with_the_reason(
    environ: dict[str, str], home: Path, tmp_path: Path
) -> None:
    broken = environ | {"STAND_IN_SECONDS": "soon"}
    with program("starter.py", "demo", "--json", "--home", home, env=broken, cwd=tmp_path) as demo:
        assert await demo.end(seconds=120) == 1
        error = json.loads(demo.out.read_text())["error"]
    assert error["code"] == "not_complete"
    assert "stands still in 'implementation'" in error["message"]
    assert "STAND_IN_SECONDS is 'soon'" in error["message"]
    assert str(home / "worker.log") in error["message"]
    assert left_behind(home) == []
