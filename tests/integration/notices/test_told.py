"""Builds are told of: signed, once where nothing fails, in order, whatever the receivers do."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from baton.contracts.messages import NoticesSent
from baton.domain.notices import DeliveryStatus
from baton.domain.vocabulary import EntryKind
from baton.store.notices.deliveries import Delivery
from baton.store.notices.subscriptions import Subscription
from baton.store.notices.subscriptions import subscription as find
from tests.integration.notices.conftest import House, new_build
from tests.receiver import Act, Receiver, drip, flood, hang, hang_up, reply

ENTRIES = 12
"""Of a build that goes straight through."""

BAD: dict[str, Act] = {
    "broken": reply(500, b"out of order"),
    "silent": hang,
    "slow": drip,
    "endless": flood,
    "rude": hang_up,
    "elsewhere": reply(302, location="/elsewhere"),
    "nowhere": reply(404),
}
WORDS = {
    "broken": "answered 500 Internal Server Error: out of order",
    "silent": "did not answer within 0.5 s",
    "slow": "did not answer within 0.5 s",
    "endless": "answered 500 Internal Server Error: xxx",
    "rude": "did not answer: Server disconnected",
    "elsewhere": "answered 302 Found, and redirects are not followed",
    "nowhere": "answered 404 Not Found",
}
ON_ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_a_whole_build_is_told_in_order_signed_and_once(house: House) -> None:
    build = new_build()
    async with Receiver() as receiver, house.building() as scene, house.notifying():
        ops = house.subscribe(receiver)
        play = await scene.start(build)
        await play.handle.result()
        got = await receiver.until(ENTRIES)
        sent = await house.sending(ops, build).result()

    told = [one.verified(*ops.secrets) for one in got]
    assert [one["data"]["sequence"] for one in told] == list(range(1, ENTRIES + 1))
    assert [one["type"] for one in told][:2] == ["build.workflow_started", "build.state_advanced"]
    assert (told[-1]["data"]["state"], told[-1]["data"]["progress"]) == ("complete", 100.0)
    assert told[1]["data"]["state"] == "planning"
    assert len({one.id for one in got}) == ENTRIES
    assert isinstance(sent, NoticesSent)
    assert {one.status for one in house.told(ops)} == {DeliveryStatus.DELIVERED}
    assert [one.attempts for one in house.told(ops)] == [1] * ENTRIES


@ON_ONE_DATABASE
async def test_bad_receivers_harm_no_build_and_no_other_receiver(house: House) -> None:
    build = new_build()
    async with AsyncExitStack() as stack:
        bad = {name: await stack.enter_async_context(Receiver([act], forever=True)) for name, act in BAD.items()}
        good = await stack.enter_async_context(Receiver())
        scene = await stack.enter_async_context(house.building())
        await stack.enter_async_context(house.notifying(seconds=0.5))
        worse = [house.subscribe(receiver, name) for name, receiver in bad.items()]
        better = house.subscribe(good, "good")
        play = await scene.start(build)
        await asyncio.wait_for(play.handle.result(), 20)
        await good.until(ENTRIES)
        await house.sending(better, build).result()
        for subscription in worse:
            first, *others = await _tried(house, subscription)
            assert (first.sequence, first.status) == (1, DeliveryStatus.PENDING)
            assert WORDS[subscription.name] in str(first.last_error)
            assert "s3cret" not in str(first.last_error)
            assert {(one.status, one.attempts) for one in others} == {(DeliveryStatus.PENDING, 0)}
            assert {one.sequence for one in bad[subscription.name].received} == {1}
            await house.sending(subscription, build).terminate()


@ON_ONE_DATABASE
async def test_a_receiver_that_recovers_gets_everything_in_order(house: House) -> None:
    build = new_build()
    busy = reply(429, b"not now", retry_after="1")
    async with Receiver([busy, busy]) as receiver, house.building() as scene, house.notifying():
        ops = house.subscribe(receiver)
        play = await scene.start(build)
        await play.handle.result()
        got = await receiver.until(ENTRIES + 2)

    assert [one.sequence for one in got] == [1, 1, *range(1, ENTRIES + 1)]
    assert got[0].id == got[1].id == got[2].id
    assert 0.9 < (got[1].at - got[0].at).total_seconds() < 4  # as was asked for; on its own it would have been 5 s
    assert got[0].verified(*ops.secrets) == got[2].verified(*ops.secrets)


@ON_ONE_DATABASE
async def test_builds_do_not_wait_for_one_another(house: House) -> None:
    stuck, free = new_build(), new_build()
    async with Receiver([reply(500)]) as receiver, house.building() as scene, house.notifying():
        ops = house.subscribe(receiver)
        first = await scene.start(stuck)
        await receiver.until(1)
        second = await scene.start(free)
        await asyncio.gather(first.handle.result(), second.handle.result())
        await receiver.until(ENTRIES + 1)
        await house.sending(ops, free).result()
        await house.sending(ops, stuck).terminate()

    assert [one.sequence for one in receiver.received if one.json["data"]["build_id"] == free] == [*range(1, 13)]


@ON_ONE_DATABASE
async def test_a_receiver_that_is_gone_is_told_nothing_more_and_the_subscription_says_so(house: House) -> None:
    build = new_build()
    gone = reply(410, b"moved away")
    async with Receiver([reply(204), gone]) as receiver, house.building() as scene, house.notifying():
        ops = house.subscribe(receiver)
        play = await scene.start(build)
        await receiver.until(2)
        sent = await house.sending(ops, build).result()
        await play.handle.result()

    assert (sent.stopped, sent.delivered) == (True, 1)
    assert len(receiver.received) == 2
    found = find(house.engine, "ops")
    assert found.disabled_at is not None
    assert found.disabled_reason is not None
    assert found.disabled_reason.endswith("answered 410 Gone: moved away")


@ON_ONE_DATABASE
async def test_subscribers_hear_of_the_kinds_and_projects_that_they_asked_for(house: House) -> None:
    build, other = new_build(), new_build()
    async with Receiver() as receiver, Receiver() as elsewhere, house.building() as scene, house.notifying():
        kinds = [EntryKind.BUILD_COMPLETED, EntryKind.APPROVAL_REQUESTED]
        house.subscribe(receiver, "ends", kinds, project_id="shop")
        house.subscribe(elsewhere, "elsewhere", project_id="elsewhere")
        for build_id in (build, other):
            play = await scene.start(build_id)
            await play.handle.result()
        got = await receiver.until(2)

    assert [(one.json["data"]["build_id"], one.json["type"]) for one in got] == [
        (build, "build.build_completed"),
        (other, "build.build_completed"),
    ]
    assert elsewhere.received == []


async def _tried(house: House, subscription: Subscription) -> list[Delivery]:
    """Its deliveries, as soon as the first was tried."""
    async with asyncio.timeout(10):
        while not house.told(subscription)[0].attempts:
            await asyncio.sleep(0.05)
    return house.told(subscription)
