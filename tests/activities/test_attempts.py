"""What attempts at an order leave to each other, and that what each of them used is told exactly once."""

import asyncio
import dataclasses
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

from activities.failures import application_error
from baton.domain.attempts import Attempt, Expenses, Resumption
from baton.runners.failures import RunnerFailed
from baton.runners.memory import Memory
from tests.activities.conftest import Bench, appeared
from tests.activities.spender import usage
from tests.activities.spending import acts, an_implementation, at_attempt, fails, hanging, stopped, told

ROOT = Path(__file__).parents[2]


async def test_a_single_attempt_is_told_by_its_usage_alone(bench: Bench) -> None:
    acts(bench, "used=3")
    report = await bench.perform(an_implementation())
    assert (report.usage, report.attempts) == (usage(3), ())


async def test_what_a_runner_told_on_the_way_need_not_be_in_its_report(bench: Bench) -> None:
    acts(bench, "spend=1 spend=3")
    report = await bench.perform(an_implementation())
    assert (report.usage, told(report)) == (usage(3), [(1, "", 3)])


async def test_what_was_told_on_the_way_and_in_the_report_is_counted_once(bench: Bench) -> None:
    acts(bench, "spend=3 used=3")
    report = await bench.perform(an_implementation())
    assert (report.usage, report.attempts) == (usage(3), ())


async def test_a_report_after_failures_tells_them_all_and_their_sum(bench: Bench) -> None:
    acts(bench, "spend=3 fail", "fail", "spend=2")
    order = an_implementation()
    failure, expenses = await fails(bench, order)
    assert (failure.type, failure.non_retryable, expenses.usage) == ("runner_failed", False, usage(3))
    _, expenses = await fails(bench, order, 2)
    assert [attempt.failure for attempt in expenses.attempts] == ["runner_failed", "runner_failed"]
    report = await bench.perform(order, at_attempt(3))
    assert told(report) == [(1, "runner_failed", 3), (2, "runner_failed", None), (3, "", 2)]
    assert report.usage == usage(5)


async def test_a_failure_for_good_tells_what_all_attempts_used(bench: Bench) -> None:
    acts(bench, "spend=3 fail", "spend=2 never")
    order = an_implementation()
    await fails(bench, order)
    failure, expenses = await fails(bench, order, 2)
    assert (failure.type, failure.non_retryable) == ("runner_misconfigured", True)
    assert expenses.usage == usage(5)
    assert [(one.number, one.failure) for one in expenses.attempts] == [
        (1, "runner_failed"),
        (2, "runner_misconfigured"),
    ]


async def test_a_killed_attempt_leaves_its_tree_and_what_it_used(bench: Bench) -> None:
    acts(bench, hanging(bench, "spend=3 write=draft.py write=__pycache__.pyc"), "take-up spend=2 write=done.py")
    order = an_implementation()
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.activities.killed", str(bench.folder), order.model_dump_json(), cwd=ROOT
    )
    try:
        await appeared(bench.folder / "begun")
    finally:
        worker.kill()
        await worker.wait()
    report = await bench.perform(order, at_attempt(2))
    assert told(report) == [(1, "interrupted", 3), (2, "", 2)]
    assert (report.usage, report.attempts[1].resumed) == (usage(5), Resumption.PARTIAL)
    workspace = await bench.workspace()
    assert await workspace.read(report.commit or "", "draft.py") == b"attempt 1"
    assert await workspace.read(report.commit or "", "done.py") == b"attempt 2"


async def test_a_stopped_attempt_leaves_no_tree_and_the_next_one_goes_on_counting(bench: Bench) -> None:
    acts(bench, hanging(bench, "spend=3 write=draft.py"), "spend=2")
    order = an_implementation()
    await stopped(bench, order)
    assert Memory.of(await bench.workspace(), order).interrupted is None
    report = await bench.perform(order, at_attempt(2))
    assert (told(report), report.usage) == ([(1, "cancelled", 3), (2, "", 2)], usage(5))


async def test_an_attempt_on_another_machine_counts_what_the_heartbeats_tell(bench: Bench) -> None:
    before = Expenses(
        usage=usage(7), attempts=(Attempt(number=1, failure="runner_failed"), Attempt(number=2, usage=usage(7)))
    )
    acts(bench, "", "", "spend=2")
    report = await bench.perform(
        an_implementation(), at_attempt(3, before.model_dump(mode="json", exclude_defaults=True), "line 7")
    )
    assert report.output == {"attempt": 3, "elsewhere": True}
    assert told(report) == [(1, "runner_failed", None), (2, "interrupted", 7), (3, "", 2)]
    assert report.usage == usage(9)


async def test_an_attempt_in_between_on_another_machine_is_put_in_its_place(bench: Bench) -> None:
    acts(bench, "spend=1 fail", "", "spend=4 never")
    order = an_implementation()
    await fails(bench, order)
    elsewhere = Expenses(attempts=(Attempt(number=1, usage=usage(1)), Attempt(number=2, usage=usage(2))))
    _, expenses = await fails(bench, order, 3, elsewhere.model_dump(mode="json", exclude_defaults=True))
    assert [(one.number, one.failure) for one in expenses.attempts] == [
        (1, "runner_failed"),
        (2, "interrupted"),
        (3, "runner_misconfigured"),
    ]
    assert expenses.usage == usage(7)


@pytest.mark.parametrize("details", [(), ("line 7",), ({"usage": {"requests": -1}},)])
async def test_heartbeats_that_tell_no_expenses_are_passed_over(bench: Bench, details: tuple[Any, ...]) -> None:
    acts(bench, "", "used=2")
    report = await bench.perform(an_implementation(), at_attempt(2, *details))
    assert (report.output["elsewhere"], report.usage) == (True, usage(2))


async def test_every_heartbeat_carries_what_was_used_from_the_first_one_on(bench: Bench) -> None:
    acts(bench, "beat=one spend=3 beat=two fail", "beat=three spend=1 hang")
    order = an_implementation()
    beats: list[tuple[Any, ...]] = []
    first = at_attempt(1)
    first.on_heartbeat = lambda *details: beats.append(details)
    with pytest.raises(ApplicationError):
        await bench.perform(order, first)
    assert [details[1:] for details in beats if len(details) > 1] == [("one",), ("two",)]
    last = beats[-1]
    assert Expenses.model_validate(last[0]) == Expenses(
        usage=usage(3), attempts=(Attempt(number=1, usage=usage(3), failure="runner_failed"),)
    )

    again: list[tuple[Any, ...]] = []
    second = at_attempt(2, *last)
    second.on_heartbeat = lambda *details: again.append(details)
    running = asyncio.create_task(bench.perform(order, second))
    async with asyncio.timeout(30):
        while not [details for details in again if details[1:] == ("three",)]:
            await asyncio.sleep(0.01)
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    spent = [Expenses.model_validate(details[0]).usage for details in again]
    assert spent[0] == usage(3), "the first heartbeat has the server forget what the first attempt used"
    assert [one.requests for one in spent if one] == sorted(one.requests for one in spent if one)
    assert spent[-1] == usage(4)


async def test_an_order_that_comes_again_after_a_reset_starts_with_no_memory(bench: Bench) -> None:
    acts(bench, "used=3 note=conversation.json")
    order = an_implementation()
    await bench.perform(order)
    workspace = await bench.workspace()
    assert not (Memory.of(workspace, order).folder / "conversation.json").exists()
    reset = at_attempt(1)
    reset.info = dataclasses.replace(reset.info, workflow_run_id="after-reset")
    report = await bench.perform(order, reset)
    assert (report.usage, report.attempts, report.output["attempt"]) == (usage(3), (), 1)


async def test_the_first_report_names_the_commit_that_the_build_began_with(bench: Bench) -> None:
    acts(bench, "write=a.py")
    begin = (await (await bench.workspace()).head()).sha
    first = await bench.perform(an_implementation())
    assert (first.base, first.commit != begin) == (begin, True)
    order = an_implementation(2, commit=first.commit)
    second = await bench.perform(order.model_copy(update={"base_commit": begin}))
    assert second.base is None
    # A commit that somebody reported by hand before any runner worked is not where the build began.
    third = await bench.perform(order.model_copy(update={"number": 3}))
    assert third.base == begin


@pytest.mark.parametrize("after", [None, timedelta(minutes=7)])
def test_the_delay_that_was_asked_for_goes_with_the_failure(after: timedelta | None) -> None:
    failure = application_error(RunnerFailed("too many requests", "429", retry_after=after), {"usage": {}})
    assert failure.next_retry_delay == after
    assert (failure.type, failure.non_retryable, failure.details) == ("runner_failed", False, ({"usage": {}},))
    assert failure.message == "too many requests\n429"
