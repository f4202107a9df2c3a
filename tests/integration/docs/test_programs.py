"""The programs in docs/runners.md keep the contract that the page describes."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from baton.domain.reports import PhaseReport, parse_report
from baton.domain.steps import PhaseOrder
from baton.domain.vocabulary import Phase, Role
from baton.runners.base import CannotPlay, RunnerContext, Surroundings
from baton.workshop.limits import Limits, SandboxPolicy
from baton.workshop.workspace import Workspaces
from tests.orders import an_order
from tests.pages import page

RUNNERS = page("docs/runners.md")


def program(name: str, folder: Path) -> Path:
    """The program of this name, as the page has it."""
    (text,) = [fence.text for fence in RUNNERS.fences if fence.label == name]
    path = folder / name
    path.write_text(text)
    return path


def run(words: Sequence[str | Path], asked: PhaseOrder, folder: Path) -> PhaseReport:
    """Run a program as the runner `command` does, and read its report."""
    tree = folder / "tree"
    tree.mkdir(exist_ok=True)
    told, report = asked.model_dump_json(), folder / "report.json"
    (folder / "order.json").write_text(told)
    ended = subprocess.run(
        words,
        cwd=tree,
        input=told,
        env={"PATH": os.environ["PATH"], "BATON_ORDER": str(folder / "order.json"), "BATON_REPORT": str(report)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    raw = report.read_text() if report.exists() else ended.stdout.splitlines()[-1]
    return parse_report(json.loads(raw))


def implementation(**changes: Any) -> PhaseOrder:
    return an_order(Phase.IMPLEMENTATION, **changes)


def test_the_program_around_an_agent_hands_on_the_task_and_reports(tmp_path: Path) -> None:
    agent = [sys.executable, "-c", "import sys; open('task.txt', 'w').write(sys.stdin.read()); print('I am done!')"]
    asked = implementation(
        inputs={"planning": {"output": {"steps": ["write it"]}}},
        feedback={"from_state": "testing", "reason": "a test fails", "findings": [{"message": "test_umlauts fails"}]},
    )
    report = run([sys.executable, program("agent.py", tmp_path), *agent], asked, tmp_path)
    assert "run 1" in report.summary
    task = (tmp_path / "tree/task.txt").read_text()
    assert all(part in task for part in (asked.request.title, "write it", "a test fails", "- test_umlauts fails"))


def test_the_program_around_an_agent_fails_when_the_agent_does(tmp_path: Path) -> None:
    wrapper = program("agent.py", tmp_path)
    with pytest.raises(subprocess.CalledProcessError) as failed:
        run([sys.executable, wrapper, sys.executable, "-c", "raise SystemExit(3)"], implementation(), tmp_path)
    assert "the agent ended with exit code 3" in failed.value.stderr


def test_the_shell_program_writes_its_file_and_reports(tmp_path: Path) -> None:
    report = run(["sh", program("agent.sh", tmp_path)], implementation(), tmp_path)
    assert report.summary == "Wrote slugify.py"
    assert (tmp_path / "tree/slugify.py").exists()
    assert json.loads((tmp_path / "tree/task.json").read_text())["phase"] == "implementation"


async def test_the_runner_of_ones_own_performs_a_phase(tmp_path: Path) -> None:
    module = ModuleType("greeter")
    exec(compile(program("greeter.py", tmp_path).read_text(), "greeter.py", "exec"), vars(module))
    made = module.GreetingRunner
    with pytest.raises(CannotPlay):
        made.options(Role.TEST_AUDITOR)
    context = RunnerContext(
        Role.CODE_WRITER,
        timedelta(minutes=1),
        SandboxPolicy.PREFER,
        Limits(),
        Surroundings(releases=tmp_path, keys=tmp_path / "keys"),
    )
    runner = made.from_options(made.options(Role.CODE_WRITER)(greeting="Good day"), context)
    workspace = await Workspaces(await asyncio.to_thread(tmp_path.resolve)).open("b-1")
    report = await runner.perform(implementation(), workspace, lambda *_: None)
    assert report.summary == "Wrote greeting.txt"
    assert (workspace.tree / "greeting.txt").read_text().startswith("Good day, ")
