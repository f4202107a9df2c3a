import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from fastapi.sse import ServerSentEvent
from sqlalchemy import Engine, event

from baton.domain.access import EVERYTHING
from baton.domain.vocabulary import State
from baton.runtime.settings import Settings
from baton.store.ids import build_key
from baton.store.mirror import Mirror
from baton.store.tokens import create_token, revoke_token
from gateway.access.book import TokenBook
from gateway.access.caller import Caller, at_the_machine
from gateway.web.live import streams
from gateway.web.site import Site
from gateway.web.temporal import Temporal
from tests.databases import away
from tests.journals import Story, happy, request

KEY = build_key("b-1")
ADA = at_the_machine("ada")


class Clock:
    """A clock that goes when it is told to."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class Listener:
    """One who listens to the build."""

    def __init__(self, site: Site, caller: Caller = ADA, last: str | None = None) -> None:
        self._events = streams.entries(site, caller, KEY, last)

    async def next(self) -> tuple[str, str | None, str]:
        """The next event: its name, its ID, what it holds."""
        async with asyncio.timeout(20):
            told: ServerSentEvent = await anext(self._events)
        assert told.event is not None
        return told.event, told.id, told.raw_data or json.dumps(told.data)

    async def some(self, number: int) -> list[str]:
        """The next entries, as IDs; nothing else comes between them."""
        heard = [await self.next() for _ in range(number)]
        assert {name for name, _, _ in heard} == {"entry"}
        return [told or "" for _, told, _ in heard]

    async def is_over(self) -> bool:
        """Whether nothing more comes."""
        async with asyncio.timeout(20):
            return await anext(self._events, None) is None

    async def leave(self) -> None:
        """Go."""
        await self._events.aclose()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture
async def site(engine: Engine, tmp_path: Path, clock: Clock) -> AsyncIterator[Site]:
    settings = Settings(home=tmp_path, database_url="sqlite:///unused.db")
    made = Site(settings, engine, Temporal({}), TokenBook(engine, clock=clock), "ada")
    async with made.feed.running():
        yield made


def ids(story: Story, first: int = 1) -> list[str]:
    return [f"{entry.sequence}.{entry.hash[:8]}" for entry in story.entries[first - 1 :]]


async def test_the_journal_comes_whole_then_as_it_is_written_then_the_end(site: Site, engine: Engine) -> None:
    story = Story.begin(request()).until(State.PLANNING)
    Mirror(engine).write(story.batch())
    listener = Listener(site)
    assert await listener.some(len(story.entries)) == ids(story)
    while story.build.view.current_state is not State.COMPLETE:
        first = len(story.entries) + 1
        Mirror(engine).write(story.step().batch(first))
        heard = [await listener.next() for _ in story.entries[first - 1 :]]
        assert [told for _, told, _ in heard] == ids(story, first)
        assert [json.loads(data)["kind"] for _, _, data in heard] == [e.kind for e in story.entries[first - 1 :]]
    assert await listener.next() == ("end", None, "{}")
    assert await listener.is_over()


async def test_who_listens_before_the_first_entry_is_written_hears_it(site: Site, engine: Engine) -> None:
    listener = Listener(site)
    first = asyncio.create_task(listener.next())
    await asyncio.sleep(0.5)
    story = Story.begin(request())
    Mirror(engine).write(story.batch())
    assert (await first)[1] == ids(story)[0]


async def test_who_comes_back_hears_what_came_after_the_last_event(site: Site, engine: Engine) -> None:
    story = happy()
    Mirror(engine).write(story.batch())
    listener = Listener(site, last=ids(story)[4])
    assert await listener.some(len(story.entries) - 5) == ids(story, 6)
    assert await listener.next() == ("end", None, "{}")
    listener = Listener(site, last=ids(story)[-1])
    assert await listener.next() == ("end", None, "{}")


@pytest.mark.parametrize("last", ["3.00000000", "999999999.00000000", "nonsense", "", "1.1e"])
async def test_who_has_seen_what_is_not_true_begins_anew(site: Site, engine: Engine, last: str) -> None:
    story = happy()
    Mirror(engine).write(story.batch())
    listener = Listener(site, last=last)
    assert await listener.next() == ("reset", None, "{}")
    assert await listener.some(len(story.entries)) == ids(story)


async def test_a_reset_is_told_to_who_listens(site: Site, engine: Engine) -> None:
    story = Story.begin(request()).until(State.TESTING)
    Mirror(engine).write(story.batch())
    listener = Listener(site)
    await listener.some(len(story.entries))
    again = story.branch(3).until(State.IMPLEMENTATION)
    Mirror(engine).write(again.batch())
    assert await listener.next() == ("reset", None, "{}")
    assert await listener.some(len(again.entries)) == ids(again)


async def test_trouble_is_told_once_and_so_is_its_end(site: Site, engine: Engine) -> None:
    story = Story.begin(request())
    Mirror(engine).write(story.batch())
    listener = Listener(site)
    await listener.some(len(story.entries))
    with away(engine):
        name, _, detail = await listener.next()
        assert name == "trouble"
        assert "cannot be used" in json.loads(detail)["detail"]
        late = Listener(site)
        assert (await late.next())[0] == "trouble"
    assert await listener.next() == await late.next() == ("back", None, "{}")
    first = len(story.entries) + 1
    Mirror(engine).write(story.step().batch(first))
    assert await listener.some(len(story.entries) - first + 1) == ids(story, first)
    assert await late.some(len(story.entries)) == ids(story)


async def test_a_revoked_token_ends_its_streams(site: Site, engine: Engine, clock: Clock) -> None:
    now = datetime.now(UTC)
    _, record = create_token(engine, name="grace", grant=EVERYTHING, created_by="ada", now=now)
    story = Story.begin(request())
    Mirror(engine).write(story.batch())
    listener = Listener(site, Caller("grace", EVERYTHING, record.id))
    await listener.some(len(story.entries))
    revoke_token(engine, record.id, by="ada", now=now)
    clock.seconds += 5
    Mirror(engine).write(story.step().batch(len(ids(story))))
    assert await listener.is_over()


async def test_the_first_token_ends_the_streams_of_those_who_have_none(
    site: Site, engine: Engine, clock: Clock
) -> None:
    story = Story.begin(request())
    Mirror(engine).write(story.batch())
    listener = Listener(site)
    await listener.some(len(story.entries))
    create_token(engine, name="grace", grant=EVERYTHING, created_by="ada", now=datetime.now(UTC))
    clock.seconds += 5
    Mirror(engine).write(story.step().batch(len(ids(story))))
    assert await listener.is_over()


async def test_streams_end_when_the_gateway_does(site: Site) -> None:
    listener = Listener(site)
    over = asyncio.create_task(listener.is_over())
    await asyncio.sleep(0.1)
    site.feed.close()
    assert await over


async def test_a_hundred_who_listen_ask_the_database_as_often_as_one(site: Site, engine: Engine) -> None:
    story = Story.begin(request())
    Mirror(engine).write(story.batch())
    crowd = [Listener(site) for _ in range(100)]
    await asyncio.gather(*(listener.some(len(story.entries)) for listener in crowd))
    waiting = asyncio.gather(*(listener.next() for listener in crowd))
    await asyncio.sleep(0.5)
    asked = 0

    def count(*_: object) -> None:
        nonlocal asked
        asked += 1

    first = len(story.entries) + 1
    Mirror(engine).write(story.step().batch(first))
    event.listen(engine, "begin", count)
    heard = await waiting
    assert {told for _, told, _ in heard} == {ids(story, first)[0]}
    assert asked < 20  # a look a third of a second, one page, and whether tokens are needed now
    await asyncio.gather(*(listener.leave() for listener in crowd))
    assert site.feed.streams == 0
    await asyncio.sleep(0.5)
    asked = 0
    await asyncio.sleep(1)
    assert asked == 0


async def test_a_stream_that_is_left_is_forgotten(site: Site) -> None:
    async with aclosing(streams.entries(site, ADA, KEY, None)) as listened:
        waiting = asyncio.create_task(anext(listened))
        await asyncio.sleep(0.1)
        assert site.feed.streams == 1
        waiting.cancel()
        await asyncio.wait([waiting])
    assert site.feed.streams == 0
