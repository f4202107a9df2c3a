"""Migrations are safe while workers of the version before go on: they expand, and contract only what nobody needs.

A later revision may take away what an earlier one has made superfluous, once no version in use needs it. It says so:
``contracts = "0006"`` names the revision that made it superfluous, at least one before it.
"""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, column, inspect, table, text

from baton.store import schema
from baton.store.engine import open_engine
from baton.store.mirror import Mirror
from baton.store.newer import hindrances
from baton.store.reading import get_build
from baton.store.tables import Base, BuildWorkflow, WorkflowEvent, WorkflowHandoff
from tests.integration.store.test_migrations import go
from tests.journals import Story, happy, reworked

MIRROR = tuple(Base.metadata.tables[made.__tablename__] for made in (BuildWorkflow, WorkflowHandoff, WorkflowEvent))
HALF = 6
"""How many entries of each build the version before has written."""

Rows = dict[str, list[dict[str, Any]]]

REVISIONS = list(reversed([*ScriptDirectory.from_config(schema._config()).walk_revisions()]))
NAMES = [script.revision for script in REVISIONS]

LESSON = """\
Migration {after!r} takes away what the version of Baton before it needs, while workers of that version may still write:

    {told}

Expand first: add columns as NULL or with a server default, keep what is there, and have the code write to both.
Contract in a later release, in a migration that says `contracts = "NNNN"`: the revision from which on no code needs it.
"""


def known_to(connection: Connection) -> MetaData:
    """The tables, their columns and the words that their checks take, as code that was made for them knows them."""
    known = MetaData()
    known.reflect(connection)
    return known


def columns_of_views(connection: Connection) -> set[str]:
    """Each column of each view, as ``view.column``: older gateways report from them."""
    told = inspect(connection)
    return {f"{view}.{one['name']}" for view in told.get_view_names() for one in told.get_columns(view)}


def taken_away(connection: Connection, known: MetaData, views: set[str]) -> list[str]:
    """What keeps code that knows ``known`` and reads ``views`` from its work."""
    gone = sorted(views - columns_of_views(connection))
    return [*map(str, hindrances(connection, known)), *(f"{name}: the view has lost it" for name in gone)]


@pytest.mark.parametrize(("before", "after"), list(pairwise(NAMES)), ids=NAMES[1:])
def test_the_version_before_goes_on_writing(
    before: str, after: str, database_url: str, stories: list[Story], tmp_path: Path
) -> None:
    engine = open_engine(database_url)
    go(engine, command.upgrade, before)
    with engine.connect() as connection:
        known, views = known_to(connection), columns_of_views(connection)
    go(engine, command.upgrade, after)

    with engine.connect() as connection:
        told = taken_away(connection, known, views)
    if not contracts(after):
        assert told == [], LESSON.format(after=after, told="\n    ".join(told))
    write_as(engine, known, written(tmp_path, stories))
    engine.dispose()


def test_todays_version_takes_over_what_the_version_before_has_written(
    database_url: str, stories: list[Story], tmp_path: Path
) -> None:
    engine = open_engine(database_url)
    go(engine, command.upgrade, NAMES[-2])
    with engine.connect() as connection:
        known = known_to(connection)
    go(engine, command.upgrade, NAMES[-1])
    write_as(engine, known, written(tmp_path, stories, most=HALF))

    for story in stories:
        half = get_build(engine, story.build.view.build_id)
        assert half is not None
        Mirror(engine).write(story.batch())
        whole = get_build(engine, story.build.view.build_id)
        assert whole is not None
        assert whole.view == story.build.view
    assert schema.check(engine) == []
    engine.dispose()


def test_a_contracting_migration_names_an_earlier_expanding_one() -> None:
    for script in REVISIONS:
        expanding = contracts(script.revision)
        assert expanding is None or expanding in NAMES[: NAMES.index(script.revision) - 1], (
            f"{script.revision} contracts what {expanding!r} made superfluous: name a revision that is older than the "
            "one before it, so that a release lies between them"
        )


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("DROP TABLE api_tokens", "api_tokens: the table is missing"),
        ("ALTER TABLE api_tokens DROP COLUMN note", "api_tokens: the column 'note' is missing"),
        ("ALTER TABLE api_tokens RENAME COLUMN note TO remark", "api_tokens: the column 'note' is missing"),
        ("ALTER TABLE api_tokens RENAME TO tokens", "api_tokens: the table is missing"),
        ("DROP VIEW report_costs", "report_costs.project_id: the view has lost it"),
    ],
)
def test_what_contracts_is_found(engine: Engine, statement: str, told: str) -> None:
    with engine.connect() as connection:
        known, views = known_to(connection), columns_of_views(connection)
        assert taken_away(connection, known, views) == []
    with engine.begin() as connection:
        connection.execute(text(statement))
    with engine.connect() as connection:
        assert told in taken_away(connection, known, views)


def test_a_column_that_has_to_be_given_and_words_that_are_refused_are_found(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite tightens a table only by making it anew")
    with engine.begin() as connection:
        known = known_to(connection)
        for change in (
            "ALTER COLUMN agent_role SET NOT NULL",
            "ADD COLUMN scope TEXT NOT NULL",
            "DROP CONSTRAINT ck_api_tokens_role",
            "ADD CONSTRAINT ck_api_tokens_role CHECK (role IN ('viewer', 'builder', 'agent', 'approver'))",
        ):
            connection.execute(text(f"ALTER TABLE api_tokens {change}"))
        assert taken_away(connection, known, set()) == [
            "api_tokens: the column 'agent_role' refuses NULL",
            "api_tokens: the column 'scope', which is new, has no default and refuses NULL",
            "api_tokens: the check 'ck_api_tokens_role' refuses admin",
        ]


@pytest.fixture(scope="module")
def stories() -> list[Story]:
    return [happy("b-1"), reworked("b-2")]


def written(folder: Path, stories: list[Story], *, most: int | None = None) -> Rows:
    """What the mirror writes of the builds, by table; of ``most`` entries each."""
    engine = open_engine(f"sqlite:///{folder / 'written.db'}")
    schema.upgrade(engine)
    for story in stories:
        Mirror(engine).write(story.batch(last=most))
    with engine.connect() as connection:
        found = {made.name: [row._asdict() for row in connection.execute(made.select())] for made in MIRROR}
    engine.dispose()
    return found


def contracts(revision: str) -> str | None:
    """The revision that made superfluous what ``revision`` takes away, if that takes something away."""
    script = next(script for script in REVISIONS if script.revision == revision)
    found: str | None = getattr(script.module, "contracts", None)
    return found


def write_as(engine: Engine, known: MetaData, rows: Rows) -> None:
    """Insert ``rows`` and change the builds, as code does that knows the columns of ``known`` and no others."""
    for name, found in rows.items():
        types = Base.metadata.tables[name].columns
        columns = [one.name for one in known.tables[name].columns if one.name in types]
        older = table(name, *(column(each, types[each].type) for each in columns))
        with engine.begin() as connection:
            for row in found:
                connection.execute(older.insert().values({each: row[each] for each in columns}))
            if name == BuildWorkflow.__tablename__:
                for row in found:
                    values = {each: row[each] for each in columns if each != "id"}
                    changed = connection.execute(older.update().where(older.c.id == row["id"]).values(values))
                    assert changed.rowcount == 1
