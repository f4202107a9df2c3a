"""The activity that mirrors: once, with heartbeats, and with errors that say whether another try helps."""

import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.journal_writer import JournalWriter
from activities.mirror_journal import JournalMirror
from baton.contracts.activities import mirror_journal
from baton.contracts.messages import MirrorBatch, NoticeQueue
from baton.store.compare import differences
from baton.store.engine import open_engine
from baton.store.mirror import Mirror
from tests.journals import happy


async def _write(engine: Engine, batch: MirrorBatch) -> None:
    await ActivityEnvironment().run(JournalMirror(JournalWriter(Mirror(engine))).mirror_journal, batch)


async def _fail(engine: Engine, batch: MirrorBatch) -> ApplicationError:
    with pytest.raises(ApplicationError) as failure:
        await _write(engine, batch)
    assert failure.value.__cause__ is None
    assert failure.value.__suppress_context__
    return failure.value


async def test_it_writes_once_however_often_it_is_called(engine: Engine) -> None:
    story = happy()

    for _ in range(2):
        await _write(engine, story.batch())

    assert differences(engine, story.entries) == []


async def test_a_broken_batch_is_not_tried_again(engine: Engine) -> None:
    batch = happy().batch()
    batch = batch.model_copy(update={"entries": batch.entries[::-1]})

    failure = await _fail(engine, batch)

    assert (failure.type, failure.non_retryable) == ("batch_broken", True)
    assert "is not a piece of its journal" in failure.message


async def test_a_gap_is_tried_again_and_says_where_to_go_on(engine: Engine) -> None:
    failure = await _fail(engine, happy().batch(5))

    assert (failure.type, failure.non_retryable, failure.details) == ("mirror_gap", False, (1,))


async def test_an_outdated_schema_is_tried_again_and_says_what_to_run(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'empty.db'}")

    failure = await _fail(engine, happy().batch())

    assert (failure.type, failure.non_retryable) == ("mirror_failed", False)
    assert "starter.py db upgrade" in failure.message
    engine.dispose()


async def test_what_the_driver_says_of_the_row_stays_here(engine: Engine) -> None:
    trigger = "CREATE TRIGGER no BEFORE INSERT ON build_workflows BEGIN SELECT RAISE(ABORT, 'no'); END"
    with engine.begin() as connection:
        connection.execute(text(trigger))

    failure = await _fail(engine, happy(title="very private").batch())

    assert (failure.type, failure.non_retryable) == ("mirror_failed", False)
    assert failure.message == "build 'b-1' could not be mirrored: IntegrityError: (sqlite3.IntegrityError) no"


async def test_a_message_is_capped(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path.joinpath(*['x' * 200] * 5)}/mirror.db")

    failure = await _fail(engine, happy().batch())

    assert len(failure.message) == 1000
    assert failure.message.endswith("…")
    engine.dispose()


async def test_it_beats_while_it_waits_for_the_database(engine: Engine) -> None:
    beaten = threading.Event()

    class Waiting(Mirror):
        def write(self, batch: MirrorBatch) -> list[NoticeQueue]:
            assert beaten.wait(10)
            return []

    environment = ActivityEnvironment()
    environment.info = replace(environment.info, heartbeat_timeout=timedelta(milliseconds=8))
    beats: list[object] = []

    def hear(*details: object) -> None:
        beats.append(details)
        if len(beats) == 3:
            beaten.set()

    environment.on_heartbeat = hear

    await environment.run(JournalMirror(JournalWriter(Waiting(engine))).mirror_journal, happy().batch())

    assert len(beats) >= 3


def test_it_is_registered_under_the_name_that_the_workflow_calls() -> None:
    names = [getattr(f, "__temporal_activity_definition").name for f in (mirror_journal, JournalMirror.mirror_journal)]

    assert names == ["mirror_journal", "mirror_journal"]
