"""What is recorded of the workflow that sends notices: one function for each history."""

from collections.abc import Awaitable, Callable

from temporalio.client import Client

from baton.contracts.messages import NoticeOutcome
from tests.workflow.post import AWAY, FAILED, LOST, Post, Sending, a_moment, posting
from workflows.notices import NoticeWorkflow

Performance = Callable[[Client, str], Awaitable[Sending]]


async def told_in_order(client: Client, build_id: str) -> Sending:
    post = Post(build_id, [1, 2, 3])
    async with posting(client, post) as start:
        handle = await start()
        await handle.result()
    return handle


async def given_up_then_went_on(client: Client, build_id: str) -> Sending:
    post = Post(build_id, [1, 2, 3], {1: [AWAY, FAILED], 2: [LOST, LOST, LOST]})
    async with posting(client, post) as start:
        handle = await start()
        await handle.result()
    return handle


async def receiver_gone(client: Client, build_id: str) -> Sending:
    post = Post(build_id, [1, 2, 3], {2: [NoticeOutcome.GONE]})
    async with posting(client, post) as start:
        handle = await start()
        await handle.result()
    return handle


async def woken_at_work(client: Client, build_id: str) -> Sending:
    post = Post(build_id, [1], {1: [a_moment]})
    async with posting(client, post) as start:
        handle = await start()
        await handle.signal(NoticeWorkflow.wake)
        await handle.result()
    return handle


async def notices_continued_as_new(client: Client, build_id: str) -> Sending:
    post = Post(build_id, [1, 2, 3, 4], {1: [FAILED]})
    async with posting(client, post) as start:
        handle = await start(history_events=15)
        await handle.result()
    return handle


NOTICES: dict[str, Performance] = {
    scene.__name__: scene
    for scene in (told_in_order, given_up_then_went_on, receiver_gone, woken_at_work, notices_continued_as_new)
}
"""By their names, which are the histories' names and say what happens in them."""
