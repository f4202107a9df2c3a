"""What a database knows of its rows is refreshed, and leads to the builds that have no summary."""

import asyncio

import pytest
from sqlalchemy import Engine, text

from baton.store import browsing
from baton.store.statistics import refresh_statistics
from bench.scale.filling import fill
from gateway.worker.summaries import summarizing

BUILDS = 40


def _known(engine: Engine) -> dict[str, str]:
    with engine.connect() as connection:
        if not connection.scalar(text("SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_stat1'")):
            return {}
        rows = connection.execute(text("SELECT coalesce(idx, tbl), stat FROM sqlite_stat1"))
        return {row[0]: row[1] for row in rows}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_builds_without_a_summary_are_found_by_their_index(engine: Engine) -> None:
    fill(engine, BUILDS, tell=lambda _: None)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS sqlite_stat1"))
    _, others = browsing.count_queries(None)
    refresh_statistics(engine)
    assert int(_known(engine)["ix_build_workflows_unsummarized"].split()[0]) < BUILDS
    with engine.connect() as connection:
        plan = connection.execute(text(f"EXPLAIN QUERY PLAN {others.compile(engine)}")).all()
    assert "ix_build_workflows_unsummarized" in plan[0][-1]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_worker_refreshes_it(engine: Engine) -> None:
    assert _known(engine) == {}
    async with summarizing(engine, every_seconds=0.01), asyncio.timeout(30):
        while not _known(engine):
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_postgresql_is_left_to_itself(engine: Engine) -> None:
    with engine.connect() as connection:
        asked = text("SELECT count(*) FROM pg_stat_user_tables WHERE last_analyze IS NOT NULL")
        before = connection.scalar(asked)
    refresh_statistics(engine)
    with engine.connect() as connection:
        assert connection.scalar(asked) == before


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_postgresql_plans_each_question_for_its_parameters(engine: Engine) -> None:
    with engine.connect() as connection:
        told = {name: connection.scalar(text(f"SHOW {name}")) for name in ("plan_cache_mode", "jit")}
    assert told == {"plan_cache_mode": "force_custom_plan", "jit": "off"}
