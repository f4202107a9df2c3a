"""An answer is used again for as long as nothing has happened to its build, and never after."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

import pytest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from gateway.web.remembering import Memory


@dataclass
class Server:
    """As much of Temporal's client as is asked: a description, or an error."""

    run_id: str = "run-1"
    history_length: int = 10
    error: RPCError | None = None
    described: list[str] = field(default_factory=list)

    def get_workflow_handle(self, workflow_id: str) -> "Server":
        self.described.append(workflow_id)
        return self

    async def describe(self, *, rpc_timeout: timedelta) -> "Server":
        assert rpc_timeout > timedelta(0)
        if self.error is not None:
            raise self.error
        return self


class Worker:
    """Answers with how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def __call__(self) -> int:
        self.asked += 1
        return self.asked


async def ask(memory: Memory, server: Server, worker: Any, question: str = "status") -> int:
    answer: int = await memory.answer(cast("Client", server), "build-b-1", question, worker)
    return answer


async def test_what_nothing_has_happened_to_is_not_asked_again() -> None:
    memory, server, worker = Memory(), Server(), Worker()
    assert [await ask(memory, server, worker) for _ in range(3)] == [1, 1, 1]
    assert server.described == ["build-b-1"] * 3


@pytest.mark.parametrize("change", [{"history_length": 11}, {"run_id": "run-2"}, {"history_length": 9}])
async def test_whatever_happens_has_it_asked_again(change: dict[str, Any]) -> None:
    memory, server, worker = Memory(), Server(), Worker()
    assert await ask(memory, server, worker) == 1
    for name, value in change.items():
        setattr(server, name, value)
    assert [await ask(memory, server, worker) for _ in range(2)] == [2, 2]


async def test_what_happens_while_it_is_asked_has_it_asked_again() -> None:
    memory, server, worker = Memory(), Server(), Worker()

    async def meanwhile() -> int:
        server.history_length += 1
        return await worker()

    assert await ask(memory, server, meanwhile) == 1
    assert await ask(memory, server, worker) == 2


async def test_an_error_is_not_remembered_and_the_worker_says_what_a_description_cannot() -> None:
    memory, server, worker = Memory(), Server(), Worker()

    async def fail() -> int:
        raise LookupError("not open yet")

    with pytest.raises(LookupError):
        await ask(memory, server, fail)
    assert await ask(memory, server, worker) == 1
    server.error = RPCError("gone", RPCStatusCode.NOT_FOUND, b"")
    with pytest.raises(LookupError):
        await ask(memory, server, fail)


async def test_no_more_is_kept_than_there_is_room_for_and_the_longest_unasked_goes_first() -> None:
    memory, server, worker = Memory(most=2), Server(), Worker()
    assert [await ask(memory, server, worker, question) for question in "abac"] == [1, 2, 1, 3]
    assert [await ask(memory, server, worker, question) for question in "acb"] == [1, 3, 4]
