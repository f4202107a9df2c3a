"""No question of lists and reports reads a large table from end to end, in databases that planners take for large.

Some builds are written, and statistics are made of them. PostgreSQL is then told that its tables hold so many times as
many rows as would make a million builds, and that a page read in a row, of which a table has too few by as many times,
costs as many times as much: it plans as it would with a million. SQLite plans by its indexes.
"""

import inspect
from collections.abc import Iterator
from types import ModuleType

import pytest
from sqlalchemy import Engine, text

from baton.store import browsing, changes, forks, reading, reconciling, standing
from baton.store.engine import open_engine
from baton.store.reports import asking, comparing
from bench.scale import listed as listing
from bench.scale.filling import fill
from bench.scale.listed import LISTED, Dice
from bench.scale.plans import plan, read_whole, statements

BUILDS = 100
TIMES = 1_000_000 // BUILDS
ROOMS: tuple[ModuleType, ...] = (browsing, reading, changes, forks, reconciling, standing, asking, comparing)
WRITING = {"record_end", "record_life"}

LESSON = """\
{name!r} reads {tables} from end to end. With a million builds that takes seconds:

{statement}

{plan}
"""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def large(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A database with builds, most of which are summarized."""
    if request.param == "sqlite":
        engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('plans') / 'mirror.db'}")
    else:
        url: str = request.getfixturevalue("postgres_url")
        other = open_engine(url)
        with other.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("DROP DATABASE IF EXISTS plans"))
            connection.execute(text("CREATE DATABASE plans"))
        other.dispose()
        engine = open_engine(url.replace("/postgres?", "/plans?"))
    fill(engine, BUILDS, tell=lambda _: None)
    if request.param == "postgresql":
        with engine.begin() as connection:
            connection.execute(
                text(
                    "UPDATE pg_class SET reltuples = reltuples * :times WHERE reltuples > 0 "
                    "AND relnamespace = current_schema()::regnamespace"
                ),
                {"times": TIMES},
            )
            connection.execute(text(f"ALTER DATABASE plans SET seq_page_cost = {TIMES}"))
        engine.dispose()  # who connects from now on plans so
    yield engine
    engine.dispose()


def test_nothing_that_is_asked_reads_a_large_table_whole(large: Engine) -> None:
    found, seen = [], set[str]()
    for listed in LISTED:
        dice = Dice(BUILDS, 3)
        asked = statements(large, lambda listed=listed, dice=dice: listed.ask(large, dice))  # type: ignore[misc]
        assert asked, listed.name
        new = [(statement, parameters) for statement, parameters in asked if statement not in seen]
        seen |= {statement for statement, _ in new}
        with large.connect() as connection:
            for statement, parameters in new:
                if tables := read_whole(connection, statement, parameters):
                    told = plan(connection, statement, parameters)
                    found.append(
                        LESSON.format(name=listed.name, tables=", ".join(tables), statement=statement, plan=told)
                    )
    assert not found, "\n".join(found)


def test_a_question_that_reads_a_large_table_whole_is_found(large: Engine) -> None:
    with large.connect() as connection:
        for table, column in {
            "build_workflows": "title",
            "workflow_handoffs": "commit_id",
            "workflow_events": "hash",
        }.items():
            assert read_whole(connection, f"SELECT count(*) FROM {table} AS it WHERE lower(it.{column}) = 'x'", ()) == [
                table
            ]


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.__name__.rpartition(".")[2])
def test_all_that_looks_something_up_is_asked(room: ModuleType) -> None:
    listed = inspect.getsource(listing)
    name_of_room = room.__name__.rpartition(".")[2]
    unasked = [
        name
        for name, ask in inspect.getmembers(room, inspect.isfunction)
        if ask.__module__ == room.__name__
        and next(iter(inspect.signature(ask).parameters), "") == "engine"
        and name not in WRITING
        and f"{name_of_room}.{name}" not in listed
    ]
    assert unasked == [], (
        f"{room.__name__} looks things up with {', '.join(unasked)}: ask it in bench/scale/listed.py, so that it is "
        "measured and its plans are read, or say there why it need not be"
    )
