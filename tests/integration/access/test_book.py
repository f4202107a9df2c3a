import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, delete, event

from baton.domain.access import EVERYTHING
from baton.store.engine import open_engine
from baton.store.errors import DatabaseUnavailable
from baton.store.tables import ApiToken
from baton.store.tokens import TokenRecord, create_token, get_token, revoke_token
from baton.store.transactions import writing
from gateway.access.book import TokenBook
from tests.databases import away

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Watch:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def book(engine: Engine, watch: Watch) -> TokenBook:
    return TokenBook(engine, clock=watch, now=watch.now)


def _create(engine: Engine, name: str = "grace", *, expires_at: datetime | None = None) -> tuple[str, TokenRecord]:
    return create_token(engine, name=name, grant=EVERYTHING, created_by="ada", now=NOW, expires_at=expires_at)


async def test_a_token_lets_its_holder_in_under_its_name(engine: Engine, book: TokenBook) -> None:
    text, record = _create(engine)
    caller = await book.holder(text)
    assert caller is not None
    assert (caller.name, caller.grant, caller.token_id) == ("grace", EVERYTHING, record.id)
    assert await book.holder_of(record.id) == (caller, record)
    assert await book.holder("baton_nothing") is None
    assert await book.holder_of(UUID(int=1)) is None


async def test_a_revoked_token_opens_nothing_within_seconds(engine: Engine, book: TokenBook, watch: Watch) -> None:
    text, record = _create(engine)
    assert await book.holder(text) is not None
    revoke_token(engine, record.id, by="ada", now=NOW)
    watch.seconds += 5
    assert await book.holder(text) is None
    assert await book.holder_of(record.id) is None


async def test_an_expired_token_opens_nothing_at_once(engine: Engine, book: TokenBook, watch: Watch) -> None:
    text, _ = _create(engine, expires_at=NOW + timedelta(seconds=2))
    assert await book.holder(text) is not None
    watch.seconds += 2
    assert await book.holder(text) is None


async def test_once_there_was_a_token_one_is_needed_for_ever(engine: Engine, book: TokenBook, watch: Watch) -> None:
    assert not await book.needed()
    _, record = _create(engine)
    watch.seconds += 5
    assert await book.needed()
    assert await book.any_valid()
    revoke_token(engine, record.id, by="ada", now=NOW)
    watch.seconds += 5
    assert await book.needed()
    assert not await book.any_valid()
    assert await TokenBook(engine).needed()
    with writing(engine, lock=record.id) as session:
        session.execute(delete(ApiToken))
    watch.seconds += 5
    assert await book.needed()


async def test_many_who_ask_the_same_at_once_ask_the_database_once(engine: Engine, book: TokenBook) -> None:
    text, _ = _create(engine)
    asked = 0

    def count(*_: object) -> None:
        nonlocal asked
        asked += 1

    event.listen(engine, "begin", count)
    callers = await asyncio.gather(*(book.holder(text) for _ in range(50)))
    assert len(set(callers)) == 1
    assert callers[0] is not None
    assert asked == 1


async def test_the_use_of_a_token_is_noted_once_a_minute(engine: Engine, book: TokenBook, watch: Watch) -> None:
    _, record = _create(engine)

    async def noted() -> datetime | None:
        await asyncio.sleep(0.2)
        found = get_token(engine, record.id)
        assert found is not None
        return found.last_used_at

    book.note_use(record.id)
    assert await noted() == NOW
    watch.seconds += 59
    book.note_use(record.id)
    assert await noted() == NOW
    watch.seconds += 1
    book.note_use(record.id)
    assert await noted() == watch.now()


async def test_while_the_database_is_away_who_was_let_in_lately_still_is(
    engine: Engine, book: TokenBook, watch: Watch
) -> None:
    text, record = _create(engine)
    unseen, _ = _create(engine, "edsger")
    assert await book.needed()
    assert await book.holder(text) is not None
    with away(engine):
        watch.seconds += 3_000
        assert await book.needed()
        assert await book.holder(text) is not None
        with pytest.raises(DatabaseUnavailable):
            await book.holder(unseen)
        book.note_use(record.id)
        watch.seconds += 601
        with pytest.raises(DatabaseUnavailable):
            await book.holder(text)
    assert await book.holder(text) is not None


async def test_a_database_that_is_away_from_the_start_lets_nobody_in() -> None:
    nowhere = open_engine("postgresql://nobody@127.0.0.1:9/none")
    book = TokenBook(nowhere)
    for asking in (book.needed(), book.any_valid(), book.holder(f"baton_{'0' * 32}_{'a' * 43}")):
        with pytest.raises(DatabaseUnavailable):
            await asking
    nowhere.dispose()
