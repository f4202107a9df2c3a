"""What holds for every runner: commits, retries, cancellation, and failures that can be acted upon."""

import asyncio
import contextlib
import dataclasses
from pathlib import Path

import psutil
import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from baton.domain.vocabulary import Phase
from tests.activities.conftest import Bench, appeared
from tests.orders import an_order

ORDER = an_order(Phase.IMPLEMENTATION)
COUNTING = """
import pathlib
runs = pathlib.Path("{runs}")
runs.write_text(runs.read_text() + "x" if runs.exists() else "x")
pathlib.Path("run.txt").write_text(runs.read_text())
print("{{}}")
"""


def _counting(bench: Bench) -> Path:
    runs = bench.folder / "runs"
    bench.program(COUNTING.format(runs=runs), options='sandbox = "off"')
    return runs


async def test_a_retry_after_the_report_was_kept_performs_nothing_twice(bench: Bench) -> None:
    runs = _counting(bench)
    first = await bench.perform(ORDER)
    assert await bench.perform(ORDER) == first
    assert runs.read_text() == "x"


async def test_another_run_of_the_workflow_performs_anew(bench: Bench) -> None:
    runs = _counting(bench)
    first = await bench.perform(ORDER)
    reset = ActivityEnvironment()
    reset.info = dataclasses.replace(reset.info, workflow_run_id="after-reset")
    second = await bench.perform(ORDER, reset)
    assert runs.read_text() == "xx"
    assert second.commit != first.commit


async def test_an_order_works_from_the_commit_it_names_not_from_the_latest(bench: Bench) -> None:
    bench.program("open('log', 'a').write('x'); print('{}')")
    first = await bench.perform(ORDER)
    await bench.perform(an_order(Phase.IMPLEMENTATION, number=2, commit=first.commit))
    rolled_back = await bench.perform(an_order(Phase.IMPLEMENTATION, number=3, commit=first.commit))
    assert await (await bench.workspace()).read(rolled_back.commit or "", "log") == b"xx"


async def test_an_order_without_a_commit_starts_from_the_first_one(bench: Bench) -> None:
    bench.profile(
        q_assistant="""
        runner = "command"
        command = ["{python}", "-c", "open('a', 'a').write('x'); print('{{}}')"]
        """
    )
    await bench.perform(an_order(Phase.DISCOVERY))
    again = await bench.perform(an_order(Phase.DISCOVERY, number=2))
    assert await (await bench.workspace()).read(again.commit or "", "a") == b"x"


async def test_leftovers_in_the_tree_are_gone_before_the_phase_begins(bench: Bench) -> None:
    bench.program("import json, os; print(json.dumps({'output': {'seen': sorted(os.listdir('.'))}}))")
    workspace = await bench.workspace()
    (workspace.tree / "left-by-the-dead.py").write_text("")
    assert (await bench.perform(ORDER)).output == {"seen": []}


async def test_scratch_folders_of_workers_that_were_killed_are_swept(bench: Bench) -> None:
    bench.program("print('{}')")
    left = (await bench.workspace()).private / "scratch" / "left" / "report.json"
    left.parent.mkdir(parents=True)
    left.write_text("{}")
    await bench.perform(ORDER)
    assert not left.parent.exists()


async def test_the_commit_says_build_phase_and_run(bench: Bench) -> None:
    _counting(bench)
    report = await bench.perform(an_order(Phase.IMPLEMENTATION, number=9, run_in_phase=3))
    workspace = await bench.workspace()
    told = (await workspace._git("show", "--no-patch", "--format=%an%n%B", report.commit or "")).decode()
    assert told.splitlines()[:2] == ["Baton code_writer", "Implementation of adder-1, run 3"]
    assert "Build: adder-1\nPhase-run: 9" in told


async def test_cancellation_kills_the_program_and_puts_the_tree_back(bench: Bench) -> None:
    pid_file = bench.folder / "pid"
    bench.program(
        f"""
        import os, pathlib, subprocess, sys, time
        pathlib.Path("half-done.py").write_text("")
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        draft = pathlib.Path("{pid_file}.new")
        draft.write_text(f"{{os.getpid()}} {{child.pid}}")
        draft.rename("{pid_file}")
        time.sleep(600)
        """,
        options='sandbox = "off"',
    )
    environment = ActivityEnvironment()
    running = asyncio.create_task(bench.perform(ORDER, environment))
    await appeared(pid_file)
    pids = [int(pid) for pid in pid_file.read_text().split()]
    environment.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not [pid for pid in pids if _lives(pid)]
    workspace = await bench.workspace()
    assert list(workspace.tree.iterdir()) == []
    assert sorted(path.name for path in workspace.private.iterdir()) == ["memory", "scratch"]
    assert list((workspace.private / "scratch").iterdir()) == []


def _lives(pid: int) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


async def test_the_output_of_a_program_is_a_heartbeat(bench: Bench) -> None:
    bench.program("for n in range(3): print(n, flush=True)\nprint('{}')")
    environment = ActivityEnvironment()
    beats: list[object] = []
    environment.on_heartbeat = lambda *details: beats.append(details)
    await bench.perform(ORDER, environment)
    assert len(beats) >= 2


async def test_two_attempts_at_a_time_do_not_share_a_workspace(bench: Bench) -> None:
    bench.program("print('{}')")
    bench.lock_seconds = 0.1
    async with (await bench.workspace()).exclusive():
        with pytest.raises(ApplicationError, match="in use by another activity") as error:
            await bench.perform(ORDER)
    assert (error.value.type, error.value.non_retryable) == ("workspace_broken", False)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"profile": "nowhere"}, "unknown_profile"),
        ({"repo": "/no/such/repository"}, "repository_not_found"),
        ({"repo": "--upload-pack=evil"}, "request_unusable"),
        ({"commit": "0" * 40}, "workspace_broken"),
    ],
)
async def test_what_cannot_be_begun_fails_with_its_own_code(bench: Bench, fields: dict[str, str], code: str) -> None:
    bench.program("print('{}')")
    with pytest.raises(ApplicationError) as error:
        await bench.perform(an_order(Phase.IMPLEMENTATION, **fields))
    assert error.value.type == code
    assert error.value.non_retryable is (code != "workspace_broken")


async def test_a_profile_that_was_spoilt_meanwhile_is_told_with_its_line(bench: Bench) -> None:
    bench.profile(code_writer='runner = "comand"')
    with pytest.raises(
        ApplicationError, match=r"local\.toml:\d+: roles\.code_writer\.runner: no runner 'comand'"
    ) as error:
        await bench.perform(ORDER)
    assert (error.value.type, error.value.non_retryable) == ("invalid_profile", True)


async def test_a_role_that_has_become_manual_is_not_performed(bench: Bench) -> None:
    bench.profile()
    with pytest.raises(ApplicationError, match="code_writer is manual in the profile 'local' now") as error:
        await bench.perform(ORDER)
    assert error.value.type == "runner_misconfigured"


@pytest.mark.parametrize(("returns", "code"), [("too much", "report_too_large"), ("nonsense", "report_unreadable")])
async def test_what_another_packages_runner_returns_is_checked(bench: Bench, returns: str, code: str) -> None:
    bench.profile(code_writer=f'runner = "rogue"\nreturns = "{returns}"')
    with pytest.raises(ApplicationError) as error:
        await bench.perform(ORDER)
    assert (error.value.type, error.value.non_retryable) == (code, True)
    workspace = await bench.workspace()
    assert list(workspace.tree.iterdir()) == []
    assert await workspace.files((await workspace.head()).sha) == []


async def test_another_packages_runner_can_play_a_role(bench: Bench) -> None:
    bench.profile(code_writer='runner = "rogue"\nreturns = "a good one"')
    report = await bench.perform(ORDER)
    assert report.output == {"x": 1}
    assert [file.path for file in await (await bench.workspace()).files(report.commit or "")] == ["written.py"]


async def test_a_repository_is_worked_on_at_the_profiles_ref(bench: Bench) -> None:
    source = await bench.workspaces.open("source")
    (source.tree / "a.txt").write_text("released")
    tagged = (await source.commit("one", author="Test")).sha
    await source.tag("v1", tagged, "one")
    (source.tree / "a.txt").write_text("later")
    await source.commit("two", author="Test")
    bench.program("print('{}')")
    own = bench.folder / "profiles" / "local.toml"
    own.write_text(own.read_text() + '[workspace]\nref = "v1"\n')
    repo = str(bench.folder / "workspaces" / "source" / "repo.git")
    report = await bench.perform(an_order(Phase.IMPLEMENTATION, build_id="b-2", repo=repo))
    assert report.commit == tagged


async def test_the_example_goes_from_request_to_release_with_one_rework(bench: Bench) -> None:
    root = Path(__file__).parents[2]
    shipped = (root / "baton" / "runners" / "profiles" / "demo.toml").read_text()
    (bench.folder / "profiles").mkdir()
    (bench.folder / "profiles" / "local.toml").write_text(shipped)
    bench.environment = {**bench.environment, "STAND_IN_SECONDS": "0"}
    request = (root / "examples" / "wordcount" / "request.md").read_text()
    done: dict[Phase, dict[str, object]] = {}
    commit = None

    async def perform(phase: Phase, number: int, run: int = 1) -> None:
        nonlocal commit
        order = an_order(
            phase, requirements=request, title="Wordcount", number=number, run_in_phase=run, inputs=done, commit=commit
        )
        report = await bench.perform(order)
        commit, done[phase] = report.commit, report.to_json()

    await perform(Phase.DISCOVERY, 1)
    await perform(Phase.PLANNING, 2)
    assert len(done[Phase.PLANNING]["output"]["steps"]) == 6  # type: ignore[index]
    await perform(Phase.IMPLEMENTATION, 3)
    await perform(Phase.TESTING, 4)
    assert (done[Phase.TESTING]["tests_run"], done[Phase.TESTING]["tests_failed"]) == (17, 2)
    await perform(Phase.IMPLEMENTATION, 5, run=2)
    await perform(Phase.TESTING, 6, run=2)
    assert done[Phase.TESTING]["all_tests_passed"] is True
    await perform(Phase.VERIFICATION, 7)
    assert done[Phase.VERIFICATION]["approved_for_deployment"] is True
    await perform(Phase.DEPLOYMENT, 8)
    assert done[Phase.DEPLOYMENT]["deployment_successful"] is True
    assert (bench.releases / "adder-1" / "wordcount-1.0.0.tar.gz").is_file()
