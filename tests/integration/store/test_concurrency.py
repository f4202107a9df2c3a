"""Several writers at once, and several processes that upgrade."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from baton.store import schema
from baton.store.compare import differences
from baton.store.engine import open_engine
from baton.store.errors import MirrorGap
from baton.store.mirror import Mirror
from tests.integration.store.upgrading import upgraded
from tests.journals import Story, happy, reworked


def test_writers_of_one_build_do_not_get_in_each_others_way(engine: Engine, database_url: str) -> None:
    story = reworked()
    size = len(story.entries)
    batches = [story.batch(first, first + 3) for first in range(1, size + 1)]
    engines = [engine, open_engine(database_url)]

    def write_all(offset: int) -> None:
        mirror = Mirror(engines[offset % 2])
        pending = batches[offset:] + batches[:offset]
        while pending:
            batch = pending.pop(0)
            try:
                mirror.write(batch)
            except MirrorGap:
                pending.append(batch)

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(write_all, offset) for offset in (0, 3, 7, 11)]:
            done.result(timeout=60)
    engines[1].dispose()

    assert differences(engine, story.entries) == []


def test_the_first_batch_of_a_build_may_be_written_by_two_at_once(engine: Engine) -> None:
    stories: list[Story] = [happy(f"b-{number}") for number in range(8)]

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(Mirror(engine).write, story.batch()) for story in stories for _ in range(3)]:
            done.result(timeout=60)

    for story in stories:
        assert differences(engine, story.entries) == []


@pytest.mark.parametrize("processes", [3])
def test_processes_may_upgrade_at_the_same_time(database_url: str, processes: int) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([upgraded.__module__])
    with ProcessPoolExecutor(processes, context) as pool:
        started = [pool.submit(upgraded, database_url) for _ in range(processes)]
        outcomes = [one.result(timeout=60) for one in started]

    assert outcomes == [schema.head()] * processes
    engine = open_engine(database_url)
    assert schema.check(engine) == []
    engine.dispose()
