"""An attempt goes on from the model's last answer, however the one before it ended."""

import asyncio
import json
import shutil
import sys
from pathlib import Path
from threading import Event

import pytest
from temporalio.testing import ActivityEnvironment

from baton.domain.attempts import Resumption
from baton.domain.reports import PhaseReport
from baton.domain.steps import PhaseOrder
from baton.domain.vocabulary import Phase
from baton.runners.memory import Memory
from tests.activities.llm.conftest import CLAUDE, DONE, GPT, KEY, Stage, an_implementation
from tests.modelserver import Always, Call, Fail, Hold, Say
from tests.orders import an_order

ROOT = Path(__file__).parents[3]
BOTH = pytest.mark.parametrize("model", [CLAUDE, GPT])
# The second call fails in a tree where it was carried out before: "one" is not there any more.
WRITE = Call("write_file", {"path": "a.txt", "text": "one\n"})
CHANGE = Call("replace_in_file", {"path": "a.txt", "old": "one", "new": "two"})


async def _text(stage: Stage, report: PhaseReport) -> str:
    workspace = await stage.bench.workspace()
    return (await workspace.read(report.commit or "", "a.txt")).decode()


@BOTH
async def test_after_a_failure_in_the_middle_the_conversation_goes_on(stage: Stage, model: str) -> None:
    stage.plays("code_writer", WRITE, CHANGE, Fail(503), DONE, model=model)
    order = an_implementation()
    assert (await stage.fails(order)).type == "model_unavailable"
    assert list((await stage.bench.workspace()).tree.iterdir()) == []
    report = await stage.perform(order, attempt=2)
    assert stage.server is not None
    stage.server.assert_done()
    assert stage.results(4) == ["replaced in a.txt, from line 1 on"]
    assert len(stage.server.asked[3].conversation.calls) == 2
    assert await _text(stage, report) == "two\n"
    first, second = report.attempts
    assert (first.failure, first.resumed) == ("model_unavailable", None)
    assert (second.resumed, second.why) == (Resumption.FULL, "goes on from answer 2 of the model")
    assert [attempt.usage.requests for attempt in report.attempts if attempt.usage] == [2, 1]
    assert report.usage is not None
    assert report.usage.requests == 3


async def test_a_killed_worker_loses_no_answer(stage: Stage) -> None:
    held = Event()
    stage.plays("code_writer", WRITE, CHANGE, Hold(held, DONE), DONE)
    order = an_implementation()
    environment = {**stage.bench.environment, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.activities.llm.killed_worker", str(stage.bench.folder)]
    worker = await asyncio.create_subprocess_exec(*command, order.model_dump_json(), cwd=ROOT, env=environment)
    try:
        assert stage.server is not None
        # The third request is out, so the calls of the second answer were carried out.
        await asyncio.to_thread(stage.server.wait_for, 3, 60)
    finally:
        worker.kill()
        await worker.wait()
    assert (await stage.bench.workspace()).tree.joinpath("a.txt").read_text() == "two\n"
    report = await stage.perform(order, attempt=2)
    held.set()
    stage.server.assert_done()
    assert stage.results(4) == ["replaced in a.txt, from line 1 on"]
    assert await _text(stage, report) == "two\n"
    first, second = report.attempts
    assert (first.failure, second.resumed) == ("interrupted", Resumption.FULL)
    assert report.usage is not None
    assert report.usage.requests == 3


async def test_a_cancelled_attempt_leaves_nothing_running_and_is_gone_on_with(stage: Stage) -> None:
    held = Event()
    stage.plays("code_writer", WRITE, Hold(held, DONE), DONE)
    order, environment = an_implementation(), ActivityEnvironment()
    attempt = asyncio.create_task(stage.bench.perform(order, environment))
    assert stage.server is not None
    await asyncio.to_thread(stage.server.wait_for, 2, 60)
    running = asyncio.all_tasks() - {asyncio.current_task(), attempt}
    environment.cancel()
    with pytest.raises(asyncio.CancelledError):
        await attempt
    assert all(task.done() for task in running)
    assert list((await stage.bench.workspace()).tree.iterdir()) == []
    held.set()
    report = await stage.perform(order, attempt=2)
    assert (report.attempts[-1].resumed, await _text(stage, report)) == (Resumption.FULL, "one\n")


async def test_a_cancelled_test_run_leaves_no_process(stage: Stage, tmp_path: Path) -> None:
    sleeper = "import time\n\n\ndef test_sleeps():\n    time.sleep(3600)\n"
    stage.plays("code_writer", Call("write_file", {"path": "test_a.py", "text": sleeper}), Call("run_tests"))
    environment, heard = ActivityEnvironment(), asyncio.Event()
    environment.on_heartbeat = lambda *details: heard.set() if {"request": 2, "doing": "run_tests"} in details else None
    attempt = asyncio.create_task(stage.bench.perform(an_implementation(), environment))
    await asyncio.wait_for(heard.wait(), 60)
    environment.cancel()
    with pytest.raises(asyncio.CancelledError):
        await attempt
    left = [file.read_bytes() for file in Path("/proc").glob("[0-9]*/cmdline") if file.exists()]
    assert [line for line in left if str(stage.bench.folder).encode() in line] == []


async def test_an_answer_without_calls_is_gone_on_from_too(stage: Stage) -> None:
    stage.plays("code_writer", Say("I think about it."), Fail(500), DONE)
    order = an_implementation()
    await stage.fails(order)
    assert (await stage.perform(order, attempt=2)).attempts[-1].resumed is Resumption.FULL
    assert stage.server is not None
    assert "I think about it." in stage.server.asked[2].conversation.texts
    assert stage.server.asked[2].conversation.said.startswith("Go on")


async def test_readers_go_on_too_and_keep_no_trees(stage: Stage) -> None:
    stage.plays("test_auditor", Call("list_files"), Fail(500), Call("report", {"summary": "read it"}))
    order = an_order(Phase.TESTING)
    await stage.fails(order)
    report = await stage.perform(order, attempt=2)
    assert report.attempts[-1].resumed is Resumption.FULL
    assert stage.results(3) == ["[no files]"]


async def test_files_that_are_lost_are_told_to_the_model(stage: Stage) -> None:
    stage.plays("code_writer", WRITE, Call("list_files"), Fail(500), WRITE, DONE)
    order = an_implementation()
    await stage.fails(order)
    workspace = await stage.bench.workspace()
    record = Memory.of(workspace, order).folder / "conversation.json"
    record.write_text(json.dumps(json.loads(record.read_text()) | {"tree": "0" * 40}))
    report = await stage.perform(order, attempt=2)
    last = report.attempts[-1]
    assert (last.resumed, "its files are lost" in last.why) == (Resumption.PARTIAL, True)
    assert stage.server is not None
    assert "The workspace was lost" in stage.server.asked[3].conversation.said
    assert await _text(stage, report) == "one\n"


async def _second(stage: Stage, order: PhaseOrder) -> tuple[Resumption | None, str]:
    last = (await stage.perform(order, attempt=2)).attempts[-1]
    assert stage.server is not None
    assert stage.server.asked[-1].conversation.calls == ()
    return last.resumed, last.why


async def test_another_machine_begins_anew_and_says_so(stage: Stage) -> None:
    stage.plays("code_writer", WRITE, Fail(500), DONE)
    order = an_implementation()
    await stage.fails(order)
    shutil.rmtree((await stage.bench.workspace()).private / "memory")
    assert await _second(stage, order) == (Resumption.NONE, "the attempts before ran on another machine")


async def test_a_first_request_that_failed_leaves_nothing_to_go_on_from(stage: Stage) -> None:
    stage.plays("code_writer", Fail(500), DONE)
    order = an_implementation()
    await stage.fails(order)
    why = "no attempt before this one got an answer of the model"
    assert await _second(stage, order) == (Resumption.NONE, why)


async def test_another_model_begins_anew(stage: Stage) -> None:
    stage.plays("code_writer", WRITE, Fail(500), DONE, model=CLAUDE)
    order = an_implementation()
    await stage.fails(order)
    stage.use("code_writer", model="anthropic:claude-opus-5-5")
    how, why = await _second(stage, order)
    assert (how, why.startswith("the model, its instructions or its tools have changed")) == (Resumption.NONE, True)


@pytest.mark.parametrize("content", ["{", "[]", '{"messages": []}'])
async def test_a_record_that_cannot_be_read_is_not_believed(stage: Stage, content: str) -> None:
    stage.plays("code_writer", WRITE, Fail(500), DONE)
    order = an_implementation()
    await stage.fails(order)
    workspace = await stage.bench.workspace()
    (Memory.of(workspace, order).folder / "conversation.json").write_text(content)
    assert await _second(stage, order) == (Resumption.NONE, "what the attempt before left cannot be read")


async def test_a_limit_counts_all_attempts(stage: Stage) -> None:
    stage.plays("code_writer", WRITE, Fail(500), Always(Call("list_files")))
    order = an_implementation(requests=3)
    await stage.fails(order)
    failure = await stage.fails(order, attempt=2)
    assert failure.type == "budget_spent"
    assert stage.asked == 4


async def test_the_key_is_nowhere_but_in_the_request(stage: Stage) -> None:
    stage.plays("code_writer", WRITE, Fail(500, f"I echo {KEY}"), DONE)
    order = an_implementation()
    failure = await stage.fails(order)
    workspace = await stage.bench.workspace()
    kept = [file for file in stage.bench.folder.rglob("*") if file.is_file()]
    assert Memory.of(workspace, order).folder / "conversation.json" in kept
    assert [file for file in kept if KEY.encode() in file.read_bytes()] == []
    report = await stage.perform(order, attempt=2)
    assert KEY not in failure.message + report.model_dump_json()
    assert stage.server is not None
    assert all(KEY in request.everything for request in stage.server.asked)
    assert all(KEY not in request.raw.decode() for request in stage.server.asked)
