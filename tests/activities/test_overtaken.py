"""What orders used that were overtaken is counted by the next report, and once."""

from baton.domain.steps import PhaseOrder
from baton.runners.memory import Memory
from tests.activities.conftest import Bench
from tests.activities.spender import usage
from tests.activities.spending import acts, an_implementation, at_attempt, fails, hanging, stopped, told


async def test_what_was_counted_with_a_failure_is_not_told_by_the_next_order(bench: Bench) -> None:
    acts(bench, "spend=3 never")
    await fails(bench, an_implementation())
    acts(bench, "used=2")
    report = await bench.perform(an_implementation(2))
    assert (report.usage, report.attempts) == (usage(2), ())


async def test_an_overtaken_order_is_counted_by_the_next_report_and_only_by_it(bench: Bench) -> None:
    acts(bench, hanging(bench, "spend=3"))
    await stopped(bench, an_implementation())
    await stopped(bench, an_implementation(2, overtaken=(1,)))
    acts(bench, "used=2")
    third = await bench.perform(an_implementation(3, overtaken=(1, 2)))
    assert third.usage == usage(8)
    assert told(third) == [(1, "cancelled", 3), (1, "cancelled", 3), (1, "", 2)]
    assert third.attempts[0].why == "at an order before this one, which was overtaken"
    fourth = await bench.perform(an_implementation(4, overtaken=(1, 2)))
    assert (fourth.usage, fourth.attempts) == (usage(2), ())


async def test_a_report_that_came_too_late_is_counted_by_the_next_one(bench: Bench) -> None:
    acts(bench, "used=3")
    await bench.perform(an_implementation())
    second = await bench.perform(an_implementation(2, overtaken=(1,)))
    assert second.usage == usage(6)
    third = await bench.perform(an_implementation(3, overtaken=(1,)))
    assert third.usage == usage(3)


async def test_an_overtaken_order_whose_worker_was_killed_is_counted_too(bench: Bench) -> None:
    acts(bench, "used=2")
    await _left_open(bench, an_implementation(), "draft.py")
    report = await bench.perform(an_implementation(2, overtaken=(1,)))
    assert told(report) == [(1, "", 3), (1, "", 2)]
    assert report.usage == usage(5)


async def test_an_order_that_fails_leaves_what_was_overtaken_to_the_next_report(bench: Bench) -> None:
    acts(bench, hanging(bench, "spend=3"))
    await stopped(bench, an_implementation())
    acts(bench, "spend=2 never")
    _, expenses = await fails(bench, an_implementation(2, overtaken=(1,)))
    assert expenses.usage == usage(2)
    acts(bench, "")
    report = await bench.perform(an_implementation(3, overtaken=(1,)))
    assert report.usage == usage(3)


async def _left_open(bench: Bench, order: PhaseOrder, name: str) -> None:
    """What a worker leaves that is killed in the middle of an attempt."""
    workspace = await bench.workspace()
    memory = Memory.of(workspace, order)
    await memory.begin(workspace, (await workspace.head()).sha, number=1, before=None, told=lambda _: None)
    memory.spend(usage(3))
    (workspace.tree / name).write_text("half done")


async def test_a_worker_killed_before_temporal_heard_of_its_report_has_it_told_once(bench: Bench) -> None:
    acts(bench, hanging(bench, "spend=3"))
    await stopped(bench, an_implementation())
    acts(bench, "spend=1 fail", "used=2 write=a.py")
    order = an_implementation(2, overtaken=(1,))
    await fails(bench, order)
    made = await bench.perform(order, at_attempt(2))
    assert made.usage == usage(6)
    assert await bench.perform(order, at_attempt(3)) == made
    after = await bench.perform(an_implementation(3, overtaken=(1,)), at_attempt(2))
    assert after.usage == usage(2)
