"""Who asks beside the loop and is cancelled does not leave before the thread is done."""

import asyncio
import threading

import pytest

from baton.store.beside import beside


async def test_the_answer_comes_back_and_so_does_what_is_raised() -> None:
    assert await beside(divmod, 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        await beside(divmod, 7, 0)


async def test_who_is_cancelled_waits_for_the_thread() -> None:
    begun, go_on, done = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        go_on.wait(10)
        done.set()
        raise ValueError("nobody is told any more")

    asking = asyncio.create_task(beside(work))
    await asyncio.to_thread(begun.wait, 10)
    asking.cancel()
    await asyncio.sleep(0.05)
    assert not asking.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert done.is_set()
