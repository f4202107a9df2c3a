import asyncio

import pytest

from gateway.web.sharing import Sharing


class Source:
    """Answers with how often it was asked, when it is let."""

    def __init__(self) -> None:
        self.asked = 0
        self.let = asyncio.Event()

    async def __call__(self) -> int:
        self.asked += 1
        mine = self.asked
        await self.let.wait()
        return mine


async def test_who_asks_while_it_is_asked_shares_the_next_answer_and_not_an_old_one() -> None:
    sharing, source = Sharing(), Source()
    first = asyncio.create_task(sharing.ask("b-1", source))
    await asyncio.sleep(0.01)
    crowd = [asyncio.create_task(sharing.ask("b-1", source)) for _ in range(100)]
    await asyncio.sleep(0.01)
    assert source.asked == 1
    source.let.set()
    assert await first == 1
    assert set(await asyncio.gather(*crowd)) == {2}
    assert await sharing.ask("b-1", source) == 3


async def test_other_questions_do_not_wait() -> None:
    sharing, source = Sharing(), Source()
    asking = [asyncio.create_task(sharing.ask(build, source)) for build in ("b-1", "b-2")]
    await asyncio.sleep(0.01)
    assert source.asked == 2
    source.let.set()
    assert sorted(await asyncio.gather(*asking)) == [1, 2]


async def test_an_error_is_told_to_all_who_share_it_and_to_nobody_after() -> None:
    sharing = Sharing()

    async def fail() -> int:
        raise LookupError("gone")

    async def well() -> int:
        return 1

    told = await asyncio.gather(*(sharing.ask("b-1", fail) for _ in range(3)), return_exceptions=True)
    assert [type(error) for error in told] == [LookupError] * 3
    assert await sharing.ask("b-1", well) == 1


async def test_one_who_leaves_takes_nothing_from_the_others() -> None:
    sharing, source = Sharing(), Source()
    leaving = asyncio.create_task(sharing.ask("b-1", source))
    staying = asyncio.create_task(sharing.ask("b-1", source))
    await asyncio.sleep(0.01)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    source.let.set()
    assert await staying == 1
    assert source.asked == 1
