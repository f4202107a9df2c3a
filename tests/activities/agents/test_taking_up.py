"""An attempt that was cut short, and the next one at the same order."""

import asyncio
import shutil

import pytest
from temporalio.exceptions import ApplicationError

from baton.domain.attempts import Resumption
from baton.domain.reports import PhaseReport
from baton.domain.vocabulary import Phase
from tests.activities.agents.conftest import Agent
from tests.activities.agents.killing import attempt, killed_worker
from tests.activities.conftest import Bench, appeared
from tests.orders import an_order

ORDER = an_order(Phase.IMPLEMENTATION)
HALF = """
pathlib.Path("half.py").write_text("x = 1")
answer("Half of it", 1, tokens=40)
"""
HANGS = HALF + "time.sleep(600)"
# What the second attempt finds goes into its summary.
FINDS = """
words = "resumed" if "--resume" in sys.argv else "begun"
end(f"{words}, {sorted(path.name for path in pathlib.Path().glob('*.py'))}, {TASK[:60]}")
"""


def how(report: PhaseReport) -> Resumption | None:
    return report.attempts[-1].resumed


async def _killed_at_work(bench: Bench) -> None:
    async with killed_worker(bench, ORDER):
        tree = bench.folder / "workspaces" / "adder-1" / "tree"
        await appeared(tree / "half.py")
        await asyncio.sleep(0.1)


async def test_after_a_killed_worker_conversation_and_files_are_taken_up(bench: Bench, agent: Agent) -> None:
    agent(HANGS)
    await _killed_at_work(bench)
    agent(FINDS)
    report = await bench.perform(ORDER, attempt(2))
    assert report.summary.startswith("resumed, ['half.py'], Your work was cut short, not by you. The files are as")
    assert how(report) is Resumption.FULL
    first = report.attempts[0]
    assert (first.failure, first.usage and first.usage.input_tokens) == ("interrupted", 40)
    assert report.usage is not None
    assert report.usage.input_tokens == 140


async def test_without_its_conversation_the_files_are_taken_up(bench: Bench, agent: Agent) -> None:
    agent(HALF + "kept = next((HOME / '.claude' / 'projects').rglob('*.jsonl')); kept.unlink(); time.sleep(600)")
    await _killed_at_work(bench)
    agent(FINDS)
    report = await bench.perform(ORDER, attempt(2))
    assert report.summary.startswith("begun, ['half.py'], An attempt at this task was cut short.")
    assert (how(report), report.attempts[-1].why) == (
        Resumption.PARTIAL,
        "the files are as they were; the agent has lost the conversation",
    )


async def test_without_the_files_the_conversation_is_taken_up(bench: Bench, agent: Agent) -> None:
    agent(HANGS)
    await _killed_at_work(bench)
    # Not a tree any more, and so nothing that could be kept.
    shutil.rmtree(bench.folder / "workspaces" / "adder-1" / "tree")
    agent(FINDS)
    report = await bench.perform(ORDER, attempt(2))
    assert report.summary.startswith("resumed, [], Your work was cut short, not by you, and the files are as")
    assert how(report) is Resumption.PARTIAL


async def test_an_attempt_that_is_cancelled_leaves_both(bench: Bench, agent: Agent) -> None:
    agent(HANGS)
    first = attempt(1)
    running = asyncio.create_task(bench.perform(ORDER, first))
    workspace = await bench.workspace()
    await appeared(workspace.tree / "half.py")
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert list(workspace.tree.iterdir()) == []
    agent(FINDS)
    report = await bench.perform(ORDER, attempt(2))
    assert report.summary.startswith("resumed, ['half.py']")
    assert how(report) is Resumption.FULL


@pytest.mark.parametrize(
    ("source", "options"),
    [(HALF + "end('Overloaded', is_error=True); sys.exit(1)", ""), (HANGS, 'timeout = "3s"')],
)
async def test_a_provider_that_fails_midway_and_time_that_is_up_are_not_the_end_of_the_work(
    bench: Bench, agent: Agent, source: str, options: str
) -> None:
    agent(source, options=options)
    with pytest.raises(ApplicationError):
        await bench.perform(ORDER)
    agent(FINDS)
    report = await bench.perform(ORDER, attempt(2))
    assert report.summary.startswith("resumed, ['half.py']")
    assert how(report) is Resumption.FULL


async def test_after_an_attempt_that_ended_by_itself_the_next_begins_anew(bench: Bench, agent: Agent) -> None:
    agent(HALF + "sys.exit(7)")
    with pytest.raises(ApplicationError):
        await bench.perform(ORDER)
    agent(FINDS)
    report = await bench.perform(ORDER, attempt(2))
    assert report.summary.startswith("begun, [], You are the code writer")
    assert (how(report), report.attempts[-1].why) == (
        Resumption.NONE,
        "the attempt before ended by itself, and left nothing to go on with",
    )


async def test_on_another_machine_it_begins_anew_and_says_so(bench: Bench, agent: Agent) -> None:
    agent(FINDS)
    report = await bench.perform(ORDER, attempt(2))
    assert report.summary.startswith("begun, []")
    assert (how(report), report.attempts[-1].why) == (Resumption.NONE, "the attempt before ran on another machine")


async def test_another_agent_does_not_take_up_this_ones_conversation(bench: Bench, agent: Agent) -> None:
    file = agent(HANGS)
    await _killed_at_work(bench)
    agent(FINDS)
    profile = bench.folder / "profiles" / "local.toml"
    profile.write_text(profile.read_text().replace('agent = "claude-code"', 'agent = "gemini"'))
    file.write_text(
        file.read_text().partition("HOME =")[0]
        + """
for event in (
    {"type": "init", "session_id": "s", "model": "m"},
    {"type": "message", "role": "assistant", "content": "resumed" if "--resume" in sys.argv else "begun"},
):
    print(json.dumps(event))
"""
    )
    report = await bench.perform(ORDER, attempt(2))
    assert (report.summary, how(report)) == ("begun", Resumption.PARTIAL)
