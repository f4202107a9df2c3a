"""The coding agents themselves play the code writer, in the sandbox, against a scripted model."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from baton.domain.attempts import Resumption
from baton.domain.vocabulary import Phase
from baton.runners.agents.own_folder import OwnFolder
from baton.runners.agents.preset import Agent
from baton.workshop.sandbox import probe
from tests.activities.agents.killing import attempt, killed_worker
from tests.activities.conftest import Bench
from tests.integration.agents.programs import CASES, CODE, FILE, Case, missing, search_path
from tests.integration.workshop.runs import until
from tests.modelserver import Hold, ModelServer, Request, Say, Turn
from tests.modelserver.agents import asides
from tests.orders import an_order

pytestmark = [
    pytest.mark.agents,
    pytest.mark.skipif(not probe().available, reason=f"no bubblewrap: {probe().reason}"),
]
ORDER = an_order(Phase.IMPLEMENTATION)
DONE = "The adder adds."
KEYS = ("KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "OPENAI_API_KEY")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path, {"PATH": search_path(), "LANG": "C.UTF-8", **dict.fromkeys(KEYS, "sk-test-key-1")})


@pytest.fixture(params=CASES, ids=lambda case: case.agent.value)
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    if reason := missing(found.agent):
        pytest.skip(reason)
    return found


def profile(bench: Bench, case: Case, server: ModelServer) -> None:
    """The profile. The server is the agent's way to all other hosts too, so that a call to one is seen."""
    keys = ", ".join(f'"{name}"' for name in KEYS)
    table = f'runner = "agent"\nagent = "{case.agent.value}"\nenv = [{keys}]\nsandbox = "require"\n'
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        table += f'set_env.{name} = "{server.url}"\n'
    table += 'set_env.NO_PROXY = "127.0.0.1"\nset_env.no_proxy = "127.0.0.1"\n'
    bench.profile(code_writer=table + case.profile(server))


def _aside(case: Case) -> Callable[[Request], Turn | None] | None:
    """Aider works without tools, so it could not be told from those who ask for a title."""
    return None if case.agent is Agent.AIDER else asides


def _mark(request: Request) -> str:
    """Each task has one of its own."""
    found = re.search(r"data-[0-9a-f]{32}", request.conversation.said)
    assert found is not None
    return found[0]


async def _remembered(bench: Bench, case: Case, mark: str) -> None:
    """Agents write down a conversation a moment after they had it: wait until that with ``mark`` is in their folder."""
    folder = OwnFolder(await bench.workspace(), case.agent, ORDER.role).path

    def written() -> bool:
        return any(mark.encode() in file.read_bytes() for file in folder.rglob("*.json*") if file.is_file())

    assert await until(written, seconds=20)


async def test_a_real_agent_writes_the_code(bench: Bench, case: Case) -> None:
    tree = (await bench.workspace()).tree
    turns = [case.writes(tree)] if case.agent is Agent.AIDER else [case.writes(tree), Say(DONE)]
    with ModelServer(*turns, aside=_aside(case)) as server:
        profile(bench, case, server)
        report = await bench.perform(ORDER)
        server.assert_done()
        called = [request.path for request in server.unknown]
        assert not case.quiet or called == []
    workspace = await bench.workspace()
    assert [file.path for file in await workspace.files(report.commit or "")] == [FILE]
    assert (await workspace.read(report.commit or "", FILE)).decode() == CODE
    assert report.summary.startswith("I write it." if case.agent is Agent.AIDER else DONE)
    usage, player = report.usage, report.player
    assert usage is not None
    assert player is not None
    answers = len(turns)
    assert (usage.requests, usage.input_tokens, usage.output_tokens) == (case.requests, 100 * answers, 20 * answers)
    assert (player.program, bool(player.version), bool(player.session)) == (case.agent.value, True, True)


async def test_a_real_agent_goes_on_after_its_worker_was_killed(bench: Bench, case: Case) -> None:
    tree = (await bench.workspace()).tree
    stuck = Event()
    writing = [] if case.agent is Agent.AIDER else [case.writes(tree)]
    last = case.writes(tree) if case.agent is Agent.AIDER else Say(DONE)
    with ModelServer(*writing, Hold(stuck, Say("Too late.")), last, aside=_aside(case)) as server:
        profile(bench, case, server)
        async with killed_worker(bench, ORDER):
            await asyncio.to_thread(server.wait_for, len(writing) + 1, 60)
            if case.resumes is Resumption.FULL:
                await _remembered(bench, case, _mark(server.asked[0]))
        report = await bench.perform(ORDER, attempt(2))
        stuck.set()
        server.assert_done()
        resumed = server.asked[-1].conversation
    full = case.resumes is Resumption.FULL
    told = "\n".join(resumed.texts)
    assert (_mark(server.asked[0]) in told) is full  # whether it knows the task that it was given first
    assert ("Your work was" if full else "An attempt at this task was") + " cut short" in told
    assert (report.attempts[-1].resumed, report.attempts[0].failure) == (case.resumes, "interrupted")
    workspace = await bench.workspace()
    assert [file.path for file in await workspace.files(report.commit or "")] == [FILE]
