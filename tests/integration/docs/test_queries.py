"""The queries in docs/reports.md run, on both databases, and find what they are for."""

import re

import pytest
from sqlalchemy import Engine, text

from baton.domain.vocabulary import State
from baton.store.mirror import Mirror
from tests.journals import BAD_TESTS, Story, request
from tests.pages import page

REPORTS = page("docs/reports.md")


@pytest.fixture
def mirrored(engine: Engine) -> Engine:
    """The database with the build that the queries name: sent back once, then complete."""
    build, project = (re.search(rf"{name} = '([^']+)'", REPORTS.text) for name in ("build_id", "project_id"))
    assert build is not None
    assert project is not None
    asked = request(build[1], project_id=project[1])
    story = Story.begin(asked).until(State.TESTING).step(BAD_TESTS).until(State.COMPLETE)
    Mirror(engine).write(story.batch())
    return engine


def queries_for(engine: Engine) -> list[str]:
    return [query for label in ("", engine.dialect.name) for query in REPORTS.fenced("sql", label)]


def test_every_query_finds_something_in_every_column(mirrored: Engine) -> None:
    queries = queries_for(mirrored)
    assert len(queries) == len(REPORTS.fenced("sql")) - 1  # all but the one for the other database
    with mirrored.connect() as connection:
        for query in queries:
            rows = connection.execute(text(query)).mappings().all()
            assert rows, query
            assert {name for row in rows for name, value in row.items() if value is not None} == set(rows[0]), query


def test_the_story_of_a_build_is_told_in_order(mirrored: Engine) -> None:
    (query,) = [query for query in queries_for(mirrored) if query.startswith("SELECT e.sequence")]
    with mirrored.connect() as connection:
        rows = connection.execute(text(query)).all()
    assert [row.sequence for row in rows] == list(range(1, len(rows) + 1))
    assert (rows[0].event_type, rows[-1].event_type) == ("workflow_started", "build_completed")


def test_the_reasons_for_rework_are_counted(mirrored: Engine) -> None:
    (query,) = [query for query in queries_for(mirrored) if "AS times" in query]
    with mirrored.connect() as connection:
        (row,) = connection.execute(text(query)).all()
    assert (row.triggered_by, row.times) == ("test_auditor", 1)
    assert "1 of the tests failed" in row.reason
