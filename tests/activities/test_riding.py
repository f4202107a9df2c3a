"""Entries that come with an order are written while the phase is performed, and no phase waits long for them."""

import asyncio
import threading
import time

import pytest
from sqlalchemy import Engine
from temporalio.testing import ActivityEnvironment

from activities import riding
from activities.journal_writer import JournalWriter
from activities.riding import written_meanwhile
from baton.contracts.messages import LadenOrder, MirrorBatch, NoticeQueue
from baton.domain.steps import PhaseOrder
from baton.domain.vocabulary import Phase, Role
from baton.store.mirror import Mirror
from baton.store.reading import journal
from tests.journals import happy, request


def _order() -> PhaseOrder:
    return PhaseOrder(
        number=1,
        run_in_phase=1,
        phase=Phase.DISCOVERY,
        role=Role.Q_ASSISTANT,
        workflow_id="build-b-1",
        request=request(),
        journal_head="0" * 64,
        minimum_coverage=80,
    )


def _laden() -> LadenOrder:
    return LadenOrder(**dict(_order()), journal=happy().batch())


async def _landed(order: PhaseOrder, writer: JournalWriter | None) -> int | None:
    """What a phase that takes no time hears of the entries."""

    async def phase() -> int | None:
        async with written_meanwhile(order, writer) as landed:
            return await landed()

    return await ActivityEnvironment().run(phase)


async def test_what_rides_is_written_and_told(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(riding, "_PATIENCE_SECONDS", 20)  # a machine that is busy is not what is looked at here
    order = _laden()

    assert await _landed(order, JournalWriter(Mirror(engine))) == order.journal.entries[-1].sequence
    assert tuple(journal(engine, "b-1")) == order.journal.entries


async def test_where_nothing_rides_or_nobody_has_the_database_nothing_is_told(engine: Engine) -> None:
    assert await _landed(_order(), JournalWriter(Mirror(engine))) is None
    assert await _landed(_laden(), None) is None


async def test_a_phase_does_not_wait_for_a_database_that_is_slow(engine: Engine) -> None:
    going_on = threading.Event()

    class Slow(Mirror):
        def write(self, batch: MirrorBatch) -> list[NoticeQueue]:
            assert going_on.wait(20)
            return super().write(batch)

    order = _laden()

    async def phase() -> int | None:
        async with written_meanwhile(order, JournalWriter(Slow(engine))) as landed:
            return await landed()

    environment = ActivityEnvironment()
    try:
        assert await environment.run(phase) is None
    finally:
        going_on.set()
    deadline = time.monotonic() + 20
    while not journal(engine, "b-1"):  # it is written all the same
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


async def test_a_write_that_fails_fails_no_phase_and_its_words_stay_here(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Mirror):
        def write(self, batch: MirrorBatch) -> list[NoticeQueue]:
            raise RuntimeError("INSERT … 'a secret'")

    assert await _landed(_laden(), JournalWriter(Broken(engine))) is None
    assert "are not written yet: RuntimeError" in caplog.text
    assert "a secret" not in caplog.text


def test_a_role_sees_the_order_alone() -> None:
    assert _laden().order == _order()
    assert type(_laden().order) is PhaseOrder
