"""Waiting for a worker's answer."""

import asyncio

import pytest
from temporalio.service import RPCError, RPCStatusCode

from gateway import patience
from gateway.errors import NoWorker
from gateway.patience import answer_within, ask_again, send_again


async def test_a_query_that_was_lost_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "_LOST_SECONDS", 0.05)
    asked = 0

    async def query() -> str:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0 if asked == 3 else 60)
        return "answer"

    async with answer_within(10):
        assert await ask_again(query) == "answer"
    assert asked == 3


async def test_silence_ends_with_the_time_that_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "_LOST_SECONDS", 0.05)
    with pytest.raises(NoWorker, match=r"waited 0\.2 s"):
        async with answer_within(0.2):
            await ask_again(lambda: asyncio.sleep(60))


async def test_an_error_of_the_query_s_own_is_not_taken_for_silence() -> None:
    async def query() -> str:
        raise TimeoutError("its own")

    with pytest.raises(TimeoutError, match="its own"):
        await ask_again(query)


def refusing(message: str) -> RPCError:
    return RPCError(message, RPCStatusCode.FAILED_PRECONDITION, b"")


@pytest.mark.parametrize(
    "refusal",
    [
        refusing("Unable to perform workflow execution update due to unexpected workflow task failure."),
        refusing("Unable to perform workflow execution update due to Workflow Task in failed state."),
        RPCError("workflow update was aborted", RPCStatusCode.UNAVAILABLE, b""),
    ],
    ids=lambda refusal: refusal.message,
)
async def test_a_command_that_the_server_has_not_kept_is_sent_again(refusal: RPCError) -> None:
    sent = 0

    async def update() -> str:
        nonlocal sent
        sent += 1
        if sent < 3:
            raise refusal
        return "carried out"

    assert await send_again(update) == "carried out"
    assert sent == 3


async def test_a_command_that_the_server_refuses_for_another_reason_is_not_sent_again() -> None:
    sent = 0

    async def update() -> str:
        nonlocal sent
        sent += 1
        raise refusing("the namespace is being deleted")

    with pytest.raises(RPCError, match="deleted"):
        await send_again(update)
    assert sent == 1
