"""What attempts that came to nothing have cost, when they are tried again, and time that is extended meanwhile."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment

from baton.domain.attempts import Attempt, Budget, Expenses
from baton.domain.evidence import Usage
from baton.domain.facts import PhaseFailed
from baton.domain.steps import PhaseOrder
from baton.domain.terms import Limits
from baton.domain.view import BuildView
from baton.domain.vocabulary import CommandName, EntryKind, Phase, State, Status
from tests.workflow.cast import Act, Dies
from tests.workflow.stage import Play, stage, terms

pytestmark = pytest.mark.asyncio(loop_scope="session")

SPENT = Expenses(
    usage=Usage(requests=3, input_tokens=70, output_tokens=20, cost_usd=0.5),
    attempts=(Attempt(number=1, failure="interrupted"), Attempt(number=2, usage=Usage(requests=3))),
)
DETAIL = SPENT.model_dump(mode="json", exclude_defaults=True)
TOLD_IN_THE_FAILURE = ApplicationError("no such model", DETAIL, type="runner_misconfigured", non_retryable=True)
TOLD_AFTER_SOMETHING_ELSE = ApplicationError("no", "at line 7", [1], DETAIL, type="runner_failed", non_retryable=True)


async def parked(play: Play) -> tuple[BuildView, PhaseFailed]:
    """The parked build, and the entry that parked it."""
    view = await play.until(lambda view: view.parked is not None)
    [entry] = [entry for entry in await play.journal() if entry.kind is EntryKind.PHASE_FAILED]
    return view, PhaseFailed.model_validate(entry.data)


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (TOLD_IN_THE_FAILURE, "runner_misconfigured"),
        (TOLD_AFTER_SOMETHING_ELSE, "runner_failed"),
        (Dies((DETAIL, "line 7")), "worker_lost"),
        (Dies(("line 7", DETAIL)), "worker_lost"),
    ],
    ids=["failure", "failure with more", "heartbeat", "heartbeat with more"],
)
async def test_what_failed_attempts_used_is_journaled_and_counted(
    time_skipping: WorkflowEnvironment, act: Act, code: str
) -> None:
    profile = terms(attempts=1, heartbeat=timedelta(seconds=1), limits=Limits(tokens=100, requests=10))
    async with stage(time_skipping.client, profile) as scene:
        scene.script[Phase.DISCOVERY] = [act]
        play = await scene.start(f"spent-{code}-{id(act)}")
        view, failed = await parked(play)
        await play.tell(CommandName.REQUEST_RETRY, expected_state="error", reason="mended")
        await play.handle.result()

    assert (failed.code, failed.usage, failed.attempts) == (code, SPENT.usage, SPENT.attempts)
    assert (view.ledger.requests, view.ledger.tokens, view.ledger.cost_usd) == (3, 90, 0.5)
    assert scene.orders[1].budget == Budget(requests=7, tokens=10)


@pytest.mark.parametrize(
    "details",
    [(), ("line 7",), ({"usage": {"requests": -1}},), ({"attempts": [{"number": 0}]},), ({"usage": {"x": 10**400}},)],
    ids=["nothing", "a text", "a negative count", "no attempt", "what no journal takes"],
)
async def test_details_that_say_nothing_of_usage_are_passed_over(
    time_skipping: WorkflowEnvironment, details: tuple[Any, ...]
) -> None:
    async with stage(time_skipping.client) as scene:
        scene.script[Phase.DISCOVERY] = [
            ApplicationError("no such model", *details, type="runner_misconfigured", non_retryable=True)
        ]
        play = await scene.start(f"unspent-{id(details)}")
        view, failed = await parked(play)

    assert (failed.usage, failed.attempts, view.ledger.requests) == (None, (), 0)


async def test_the_delay_that_a_provider_asks_for_is_kept_by_the_server(time_skipping: WorkflowEnvironment) -> None:
    async with stage(time_skipping.client) as scene:
        scene.script[Phase.DISCOVERY] = [
            ApplicationError("too many requests", type="runner_failed", next_retry_delay=timedelta(hours=3))
        ]
        play = await scene.start("delayed")
        await play.handle.result()
        view = await play.status()

    assert [order.phase for order in scene.orders[:2]] == [Phase.DISCOVERY, Phase.DISCOVERY]
    assert timedelta(hours=3) <= timedelta(seconds=view.elapsed_time) < timedelta(hours=4)


async def test_an_order_says_which_orders_were_overtaken(time_skipping: WorkflowEnvironment) -> None:
    async with stage(time_skipping.client) as scene:
        scene.script[Phase.IMPLEMENTATION] = [endless]
        play = await scene.start("overtaken")
        await play.until(lambda view: view.current_state is State.IMPLEMENTATION)
        await play.tell(CommandName.REQUEST_RETRY, expected_state="implementation", reason="it hangs")
        await play.handle.result()

    assert [order.overtaken for order in scene.orders] == [(), (), (), (3,), (3,), (3,), (3,)]


async def endless(_: PhaseOrder) -> dict[str, Any]:
    await asyncio.Event().wait()
    return {}


async def test_a_deadline_that_was_moved_stops_the_phase_when_it_comes(time_skipping: WorkflowEnvironment) -> None:
    async with stage(time_skipping.client, terms(limits=Limits(wall_clock=timedelta(seconds=2)))) as scene:
        scene.script[Phase.DISCOVERY] = [endless]
        play = await scene.start("moved")
        await play.tell(CommandName.EXTEND_LIMITS, limits={"wall_clock": 3})
        view = await play.until(lambda view: view.parked is not None)

    assert view.parked is not None
    assert (view.parked.code, view.elapsed_time >= 3) == ("limit_wall_clock", True)


async def test_a_phase_whose_time_was_extended_can_still_be_overtaken(time_skipping: WorkflowEnvironment) -> None:
    async with stage(time_skipping.client, terms(limits=Limits(wall_clock=timedelta(seconds=2)))) as scene:
        scene.script[Phase.DISCOVERY] = [endless]
        play = await scene.start("extended")
        await play.tell(CommandName.EXTEND_LIMITS, limits={"wall_clock": None})
        async with asyncio.timeout(20):
            while not await fired(play):
                await asyncio.sleep(0.05)
        await play.tell(CommandName.REQUEST_RETRY, expected_state="discovery", reason="it hangs")
        reply = await play.handle.result()

    assert reply.status is Status.COMPLETE


async def fired(play: Play) -> bool:
    """Whether the first deadline has passed."""
    return any(
        event.event_type == EventType.EVENT_TYPE_TIMER_FIRED for event in (await play.handle.fetch_history()).events
    )
