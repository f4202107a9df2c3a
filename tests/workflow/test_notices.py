"""The workflow that sends notices: in order, to the end, and a receiver has a day."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, update
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from activities.waking import wake
from baton.contracts.messages import NoticeOutcome, NoticesSent
from baton.contracts.names import notices_workflow_id
from baton.domain.notices import DeliveryStatus
from baton.domain.vocabulary import EntryKind
from baton.runtime.settings import Settings
from baton.store import schema
from baton.store.engine import open_engine
from baton.store.mirror import Mirror
from baton.store.notices.deliveries import deliveries, redeliver
from baton.store.notices.subscriptions import Subscription
from baton.store.tables import WebhookDelivery
from baton.webhooks.sender import Sender
from gateway.worker.assembly import notifier
from tests.integration.store.notices.conftest import subscribe
from tests.journals import happy
from tests.receiver import Receiver, reply
from tests.workflow.post import AWAY, FAILED, LOST, Post, a_moment, posting
from workflows.notices import NoticeWorkflow

KINDS = [EntryKind.WORKFLOW_STARTED, EntryKind.BUILD_COMPLETED]
TOLD = [1, 12]
"""The entries of a happy build that are of these kinds."""


def build() -> str:
    return f"b-{uuid4().hex[:10]}"


@pytest.fixture
def client(time_skipping: WorkflowEnvironment) -> Client:
    return time_skipping.client


async def test_what_waits_is_sent_in_order_and_then_it_ends(client: Client, cached: int) -> None:
    post = Post(build(), [1, 2, 5, 9])
    async with posting(client, post, cached=cached) as start:
        assert await (await start()).result() == NoticesSent(delivered=4, parked=0)
    assert (post.delivered, post.looked) == ([1, 2, 5, 9], 1)


async def test_a_notice_that_nobody_takes_is_parked_with_its_reason_and_the_next_is_sent(
    client: Client, cached: int
) -> None:
    post = Post(build(), [1, 2, 3], {2: [FAILED]})
    async with posting(client, post, cached=cached) as start:
        assert await (await start()).result() == NoticesSent(delivered=2, parked=1)
    assert (post.delivered, post.parked) == ([1, 3], {2: "the receiver answered 500"})


async def test_a_database_that_is_away_costs_no_notice(client: Client) -> None:
    post = Post(build(), [1], {1: [AWAY] * 5})
    async with posting(client, post) as start:
        assert await (await start()).result() == NoticesSent(delivered=1, parked=0)


@pytest.mark.parametrize(("times", "parked"), [(2, 0), (3, 1)])
async def test_a_notice_that_is_lost_three_times_is_taken_for_the_reason(
    client: Client, times: int, parked: int
) -> None:
    post = Post(build(), [1, 2], {1: [LOST] * times})
    async with posting(client, post) as start:
        assert await (await start()).result() == NoticesSent(delivered=2 - parked, parked=parked)


async def test_a_receiver_that_is_gone_ends_it(client: Client) -> None:
    post = Post(build(), [1, 2], {1: [NoticeOutcome.GONE]})
    async with posting(client, post) as start:
        assert await (await start()).result() == NoticesSent(delivered=0, parked=0, stopped=True)


async def test_woken_at_work_it_looks_once_more_before_it_ends(client: Client) -> None:
    post = Post(build(), [1], {1: [a_moment]})
    async with posting(client, post) as start:
        handle = await start()
        while not post.looked:
            await asyncio.sleep(0.01)
        await handle.signal(NoticeWorkflow.wake)
        await handle.result()
    assert post.looked == 2


async def test_a_long_history_goes_on_in_a_new_run_with_its_counts(client: Client) -> None:
    post = Post(build(), list(range(1, 8)), {3: [FAILED]})
    async with posting(client, post) as start:
        handle = await start(history_events=12)
        assert await handle.result() == NoticesSent(delivered=6, parked=1)
    assert post.delivered == [1, 2, 4, 5, 6, 7]
    assert post.looked > 1


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'mirror.db'}")
    schema.upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
async def notified(client: Client, engine: Engine, tmp_path: Path) -> AsyncIterator[None]:
    settings = Settings.from_environment({}, home=tmp_path, graceful_shutdown_seconds=0)
    sender = Sender([ip_network("127.0.0.1/32")], seconds=5)
    async with notifier(client, settings, engine, sender):
        yield


async def _queued_now(time_skipping: WorkflowEnvironment, engine: Engine) -> None:
    """Other tests may have moved the server's clock by weeks."""
    now = await time_skipping.get_current_time()
    with engine.begin() as connection:
        connection.execute(update(WebhookDelivery).values(created_at=now))


async def _result(time_skipping: WorkflowEnvironment, ops: Subscription, build_id: str) -> NoticesSent:
    """How the sending ends, without waiting for the days that it takes."""
    handle = time_skipping.client.get_workflow_handle(notices_workflow_id(ops.id, build_id), result_type=NoticesSent)
    environment: Any = time_skipping  # what skips time has this method, and only that
    async with environment.time_skipping_unlocked():
        async with asyncio.timeout(60):
            while (await handle.describe()).close_time is None:  # this server ends a long wait without an answer
                await asyncio.sleep(0.05)
            result = await handle.result()
    assert isinstance(result, NoticesSent)
    return result


def _by_status(engine: Engine, ops: Subscription) -> dict[DeliveryStatus, list[int]]:
    found: dict[DeliveryStatus, list[int]] = {}
    for one in reversed(deliveries(engine, ops.id)):
        found.setdefault(one.status, []).append(one.sequence)
    return found


@pytest.mark.usefixtures("notified")
async def test_a_receiver_that_is_away_for_a_day_has_its_notices_parked_and_gets_them_when_asked_again(
    time_skipping: WorkflowEnvironment, client: Client, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    name = build()
    async with Receiver([reply(503)], forever=True) as receiver:
        ops = subscribe(engine, kinds=KINDS, url=receiver.url)
        queues = Mirror(engine).write(happy(name).batch())
        await _queued_now(time_skipping, engine)
        assert await wake(client, queues) == []

        assert await _result(time_skipping, ops, name) == NoticesSent(delivered=0, parked=len(TOLD))

        ended = await client.get_workflow_handle(notices_workflow_id(ops.id, name)).describe()
        assert ended.close_time is not None
        took = ended.close_time - ended.start_time
        attempts = [one.attempts for one in deliveries(engine, ops.id)][::-1]
        assert timedelta(hours=23) < took < timedelta(hours=26)
        assert 20 < attempts[0] < 40
        assert all(3 <= count <= 6 for count in attempts[1:])
        assert [one.sequence for one in receiver.received] == sorted(one.sequence for one in receiver.received)
        assert _by_status(engine, ops) == {DeliveryStatus.PARKED: TOLD}
        assert "starter.py webhook redeliver ops --parked" in caplog.text

        receiver.acts.clear()
        receiver.received.clear()
        assert redeliver(engine, ops.id) == len(TOLD)
        assert await wake(client, queues) == []
        assert await _result(time_skipping, ops, name) == NoticesSent(delivered=len(TOLD), parked=0)

    assert [one.sequence for one in receiver.received] == TOLD
    assert _by_status(engine, ops) == {DeliveryStatus.DELIVERED: TOLD}


@pytest.mark.usefixtures("notified")
async def test_a_receiver_that_is_back_within_the_day_gets_everything(
    time_skipping: WorkflowEnvironment, client: Client, engine: Engine
) -> None:
    name = build()
    async with Receiver([reply(500)] * 15) as receiver:
        ops = subscribe(engine, kinds=KINDS, url=receiver.url)
        queues = Mirror(engine).write(happy(name).batch())
        await _queued_now(time_skipping, engine)
        await wake(client, queues)
        assert await _result(time_skipping, ops, name) == NoticesSent(delivered=len(TOLD), parked=0)

    assert [one.sequence for one in receiver.received] == [1] * 16 + TOLD[1:]
    assert receiver.received[0].id == receiver.received[15].id
