"""Sending to receivers of every sort, over real sockets."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest

from baton.webhooks.answer import Answer
from baton.webhooks.errors import NotSent, Refused
from baton.webhooks.sender import Sender
from baton.webhooks.target import parse
from tests.integration.webhooks.authority import Authority
from tests.receiver import Act, Receiver, drip, flood, hang, hang_up, reply

LOOPBACK = (ip_network("127.0.0.0/8"),)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as receiver:
        yield receiver


async def post(url: str, *, sender: Sender | None = None) -> Answer:
    return await (sender or Sender(LOOPBACK, seconds=1.0)).post(parse(url), {"webhook-id": "m-1"}, b'{"a": 1}')


async def test_an_ordinary_receiver_gets_the_message_and_its_answer_is_told(receiver: Receiver) -> None:
    answer = await post(receiver.url)

    (got,) = receiver.received
    assert (answer.taken, answer.status, answer.address) == (True, 204, "127.0.0.1")
    assert (got.path, got.body, got.headers["webhook-id"]) == ("/hook?key=s3cret", b'{"a": 1}', "m-1")
    assert (got.headers["host"], got.headers["user-agent"]) == (f"127.0.0.1:{receiver.port}", "Baton")


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (reply(500, b"out of\n\x1b[31m order"), "answered 500 Internal Server Error: out of [31m order"),
        (reply(302, location="http://127.0.0.1:1/"), "answered 302 Found, and redirects are not followed"),
        (reply(599, b"\xff" * 5000), "answered 599: " + "�" * 199 + "…"),
    ],
)
async def test_what_is_no_success_is_told_in_one_line(receiver: Receiver, act: Act, told: str) -> None:
    receiver.acts = [act]

    answer = await post(receiver.url)

    assert not answer.taken
    assert told in answer.told(parse(receiver.url).shown)
    assert len(receiver.received) == 1
    assert "s3cret" not in answer.told(parse(receiver.url).shown)


@pytest.mark.parametrize("act", [hang, drip])
async def test_a_receiver_that_takes_too_long_costs_its_time_and_no_more(receiver: Receiver, act: Act) -> None:
    receiver.acts = [act]
    began = time.monotonic()

    with pytest.raises(NotSent, match="did not answer within"):
        await post(receiver.url, sender=Sender(LOOPBACK, seconds=0.5))

    assert time.monotonic() - began < 2


async def test_of_an_answer_without_end_the_beginning_is_read(receiver: Receiver) -> None:
    receiver.acts = [flood]

    answer = await post(receiver.url)

    assert (answer.status, len(answer.text)) == (500, 200)
    assert receiver.flooded < 20_000_000


async def test_a_receiver_that_hangs_up_is_told(receiver: Receiver) -> None:
    receiver.acts = [hang_up]

    with pytest.raises(NotSent, match=r"http://127.0.0.1:\d+/… did not answer: Server disconnected"):
        await post(receiver.url)


async def test_nobody_there_is_told() -> None:
    with pytest.raises(NotSent, match="did not answer: "):
        await post("http://127.0.0.1:9/")


@pytest.mark.parametrize(("asked", "pause"), [("7", 7), ("0", 1), ("99999999999", 3600), ("soon", None)])
async def test_the_pause_that_a_receiver_asks_for_is_kept_within_bounds(
    receiver: Receiver, asked: str, pause: int | None
) -> None:
    receiver.acts = [reply(429, retry_after=asked)]

    answer = await post(receiver.url)

    assert answer.retry_after == (None if pause is None else timedelta(seconds=pause))


async def test_the_moment_that_a_receiver_asks_for_is_a_pause_until_then(receiver: Receiver) -> None:
    moment = datetime.now(UTC) + timedelta(minutes=10)
    receiver.acts = [reply(503, retry_after=f"{moment:%a, %d %b %Y %H:%M:%S GMT}")]

    answer = await post(receiver.url)

    assert answer.retry_after is not None
    assert timedelta(minutes=9) < answer.retry_after <= timedelta(minutes=10)


async def test_nothing_is_sent_to_an_address_that_is_not_allowed(receiver: Receiver) -> None:
    with pytest.raises(Refused, match=r"127\.0\.0\.1 is no public address; to send there, have BATON_WEBHOOK_NETWORKS"):
        await post(receiver.url, sender=Sender())

    assert receiver.received == []


async def test_a_name_that_leads_to_two_addresses_is_sent_to_only_if_both_may_be(receiver: Receiver) -> None:
    async def resolve(_: str, __: int) -> Sequence[str]:
        return ["127.0.0.1", "10.0.0.7"]

    with pytest.raises(Refused, match=r"hooks.example \(10.0.0.7\) is no public address"):
        await post(f"http://hooks.example:{receiver.port}/", sender=Sender(LOOPBACK, resolve=resolve))

    assert receiver.received == []


async def test_a_name_is_looked_up_once_and_the_address_found_is_the_one_connected_to(receiver: Receiver) -> None:
    asked: list[str] = []

    async def resolve(host: str, _: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    answer = await post(f"http://hooks.example:{receiver.port}/", sender=Sender(LOOPBACK, resolve=resolve))

    assert (asked, answer.address) == (["hooks.example"], "127.0.0.1")
    assert receiver.received[0].headers["host"] == f"hooks.example:{receiver.port}"


async def test_an_address_that_does_not_answer_gives_way_to_the_next(receiver: Receiver) -> None:
    async def resolve(_: str, __: int) -> Sequence[str]:
        return ["127.0.0.9", "127.0.0.1"]

    answer = await post(f"http://hooks.example:{receiver.port}/", sender=Sender(LOOPBACK, resolve=resolve))

    assert (answer.status, answer.address) == (204, "127.0.0.1")


async def test_an_address_of_ipv6_is_connected_to_as_well(receiver: Receiver) -> None:
    async def resolve(_: str, __: int) -> Sequence[str]:
        return ["::1", "::ffff:127.0.0.1"]

    sender = Sender([*LOOPBACK, ip_network("::1/128")], resolve=resolve)
    answer = await post(f"http://hooks.example:{receiver.port}/", sender=sender)

    assert (answer.status, answer.address) == (204, "::ffff:127.0.0.1")


async def test_a_name_server_that_never_answers_costs_its_time_and_no_more() -> None:
    async def resolve(_: str, __: int) -> Sequence[str]:
        await asyncio.Event().wait()
        return []

    with pytest.raises(NotSent, match="did not answer within"):
        await post("https://hooks.example/", sender=Sender(seconds=0.2, resolve=resolve))


async def test_a_host_that_is_not_there_is_told() -> None:
    with pytest.raises(NotSent, match=r"'nobody\.invalid' cannot be looked up: "):
        await post("https://nobody.invalid/", sender=Sender(seconds=10))


async def test_a_proxy_of_the_environment_is_not_used(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert (await post(receiver.url)).status == 204


@pytest.mark.parametrize(
    ("name", "told"), [("hooks.example", None), ("other.example", "certificate verify failed"), ("127.0.0.1", "verify")]
)
async def test_a_receiver_has_to_prove_that_it_is_who_it_is_called(name: str, told: str | None) -> None:
    authority = Authority()

    async def resolve(_: str, __: int) -> Sequence[str]:
        return ["127.0.0.1"]

    sender = Sender(LOOPBACK, tls=authority.trusting(), resolve=resolve)
    async with Receiver(tls=authority.server("hooks.example")) as receiver:
        url = f"https://{name}:{receiver.port}/"
        if told is None:
            assert (await post(url, sender=sender)).status == 204
        else:
            with pytest.raises(NotSent, match=told):
                await post(url, sender=sender)
            assert receiver.received == []


async def test_a_certificate_that_nobody_vouches_for_is_refused() -> None:
    async with Receiver(tls=Authority().server("127.0.0.1")) as receiver:
        with pytest.raises(NotSent, match="certificate verify failed"):
            await post(receiver.url, sender=Sender(LOOPBACK, tls=ssl.create_default_context()))
