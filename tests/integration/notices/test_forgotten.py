"""Nothing that is to be told is lost: not with a worker that dies, nor when nobody could be woken."""

import asyncio
import signal
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import ActivityEnvironment

from activities.journal_writer import JournalWriter
from activities.mirror_journal import JournalMirror
from baton.contracts.messages import StartBuild
from baton.contracts.names import BUILDS_QUEUE, workflow_id
from baton.domain.notices import DeliveryStatus
from baton.runtime.embedded import EmbeddedTemporal
from baton.store.compare import differences
from baton.store.mirror import Mirror
from baton.store.notices import subscriptions
from baton.store.notices.deliveries import redeliver
from gateway.worker import forgotten
from gateway.worker.forgotten import look, rounds
from tests.integration.doors.conftest import environ
from tests.integration.doors.programs import program
from tests.integration.notices.conftest import House, new_build
from tests.integration.store.notices.conftest import queued, subscribe
from tests.journals import happy
from tests.receiver import Receiver, reply
from tests.workflow.stage import all_manual, request
from workflows.build import BuildWorkflow

__all__ = ["environ"]

ENTRIES = 12
_A_SECOND = timedelta(seconds=1)
DYING = Path(__file__).with_name("dying_worker.py").relative_to(Path(__file__).parents[3])

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_a_worker_killed_between_the_write_and_the_waking_costs_no_notice(
    house: House, database_url: str, environ: dict[str, str], temporal_server: EmbeddedTemporal, tmp_path: Path
) -> None:
    build = new_build()
    env = environ | {"PYTHONPATH": f"{environ['PYTHONPATH']}:{Path(__file__).parents[3]}"}
    async with Receiver() as receiver, house.notifying():
        house.subscribe(receiver)
        with program(str(DYING), temporal_server.address, database_url, env=env, cwd=tmp_path) as dying:
            handle = await house.client.start_workflow(
                BuildWorkflow.run,
                StartBuild(request=request(build)),
                id=workflow_id(build),
                task_queue=BUILDS_QUEUE,
                task_timeout=_A_SECOND,
            )
            assert await dying.end() == -signal.SIGKILL
        assert [row.status for row in queued(house.engine)] == ["pending"]
        assert receiver.received == []

        async with house.building(all_manual()):
            (got,) = await receiver.until(1)
            await handle.terminate()

    assert (got.json["type"], got.json["data"]["build_id"]) == ("build.workflow_started", build)
    assert len(receiver.received) == 1


async def test_what_nobody_was_woken_for_is_found_by_the_notifier(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgotten, "_FRESH", -_A_SECOND)
    build = new_build()
    async with Receiver() as receiver, house.notifying(), rounds(house.client, house.engine, every_seconds=0.1):
        ops = subscribe(house.engine, url=receiver.url)
        Mirror(house.engine).write(happy(build).batch())
        await receiver.until(ENTRIES)
        await house.sending(ops, build).result()
        assert redeliver(house.engine, ops.id, delivery=queued(house.engine)[3].id) == 1
        await receiver.until(ENTRIES + 1)
        subscriptions.disable(house.engine, "ops", "a pause")
        redeliver(house.engine, ops.id, delivery=queued(house.engine)[5].id)
        subscriptions.enable(house.engine, "ops")
        await receiver.until(ENTRIES + 2)

    assert [one.sequence for one in receiver.received] == [*range(1, ENTRIES + 1), 4, 6]
    assert receiver.received[-1].id == receiver.received[5].id


async def test_who_is_at_work_is_left_alone_by_the_rounds(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgotten, "_FRESH", -_A_SECOND)
    monkeypatch.setattr(forgotten, "_TRIED", -_A_SECOND)
    build = new_build()
    async with Receiver([reply(500)], forever=True) as receiver, house.notifying():
        ops = subscribe(house.engine, url=receiver.url)
        Mirror(house.engine).write(happy(build).batch())
        await look(house.client, house.engine)
        await receiver.until(1)
        before = await house.sending(ops, build).describe()
        for _ in range(5):
            await look(house.client, house.engine)
        after = await house.sending(ops, build).describe()
        await house.sending(ops, build).terminate()

    assert (before.run_id, before.history_length) == (after.run_id, after.history_length)


async def test_a_temporal_that_cannot_wake_anybody_fails_no_write_and_delays_it_a_little(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    subscribe(engine)
    client = await Client.connect("127.0.0.1:9", lazy=True, data_converter=pydantic_data_converter)
    began = time.monotonic()

    await ActivityEnvironment(client=client).run(
        JournalMirror(JournalWriter(Mirror(engine))).mirror_journal, happy().batch()
    )

    assert time.monotonic() - began < 5
    assert differences(engine, happy().entries) == []
    assert len(queued(engine, DeliveryStatus.PENDING)) == ENTRIES
    assert "the notices of build 'b-1' to 'ops' wait for the notifier to find them" in caplog.text


async def test_rounds_go_on_when_the_database_was_away(
    house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(forgotten, "_FRESH", -_A_SECOND)
    build = new_build()
    file, away = tmp_path / "mirror.db", tmp_path / "away.db"
    async with Receiver() as receiver, house.notifying():
        subscribe(house.engine, url=receiver.url)
        Mirror(house.engine).write(happy(build).batch(1, 1))
        house.engine.dispose()
        file.rename(away)
        async with rounds(house.client, house.engine, every_seconds=0.05):
            await asyncio.sleep(0.3)
            assert receiver.received == []
            house.engine.dispose()
            away.rename(file)
            await receiver.until(1)
