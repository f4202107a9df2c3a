"""A database that a later version has upgraded: this version goes on writing to it, or says why it cannot."""

import pytest
from sqlalchemy import Engine, text

from baton.runtime.settings import Settings
from baton.store import schema
from baton.store.errors import SchemaOutdated
from baton.store.mirror import Mirror
from baton.store.reading import get_build
from gateway.doctor import Health, check_database
from tests.journals import happy, reworked

EXPANDING = (
    "ALTER TABLE build_workflows ADD COLUMN region TEXT",
    "ALTER TABLE workflow_events ADD COLUMN weight INTEGER DEFAULT 1 NOT NULL",
    "CREATE TABLE races (id INTEGER PRIMARY KEY, winner TEXT NOT NULL)",
    "CREATE INDEX ix_workflow_events_weight ON workflow_events (weight)",
)


def _upgraded_by_a_later_version(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in (*statements, "UPDATE alembic_version SET version_num = '9999'"):
            connection.execute(text(statement))


def test_this_version_goes_on_writing_to_a_schema_that_was_expanded(engine: Engine) -> None:
    Mirror(engine).write(happy("b-1").batch())
    _upgraded_by_a_later_version(engine, *EXPANDING)

    assert schema.require_usable(engine) == schema.upgrade(engine) == "9999"
    Mirror(engine).write(reworked("b-2").batch())
    assert [build is not None for build in (get_build(engine, "b-1"), get_build(engine, "b-2"))] == [True, True]
    assert [str(one) for one in schema.check(engine)] == [
        f"alembic_version: the database has revision '9999'; this version of Baton works with '{schema.head()}'"
    ]


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("ALTER TABLE workflow_handoffs RENAME TO handovers", "workflow_handoffs: the table is missing"),
        (
            "ALTER TABLE api_tokens RENAME COLUMN note TO remark",
            "api_tokens: the column 'note' is missing",
        ),
        (
            "ALTER TABLE api_tokens RENAME COLUMN name TO title",
            "the column 'title', which is new, has no default and refuses NULL",
        ),
    ],
)
def test_a_schema_that_was_contracted_is_refused_with_what_is_in_the_way(
    engine: Engine, statement: str, told: str
) -> None:
    _upgraded_by_a_later_version(engine, statement)

    for asked in (schema.require_usable, schema.upgrade):
        with pytest.raises(
            SchemaOutdated, match=r"has the schema '9999', which this version of Baton does not know"
        ) as no:
            asked(engine)
        assert told in str(no.value)
        assert "Use the version of Baton that upgraded it, or a later one" in str(no.value)


def test_a_check_that_lost_a_word_is_in_the_way(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite changes a check only by making the table anew")
    name = "ck_workflow_events_actor_kind"
    _upgraded_by_a_later_version(
        engine,
        f"ALTER TABLE workflow_events DROP CONSTRAINT {name}",
        f"ALTER TABLE workflow_events ADD CONSTRAINT {name} CHECK (actor_kind IN ('role', 'person', 'system'))",
    )

    with pytest.raises(SchemaOutdated, match=f"the check '{name}' refuses agent"):
        schema.require_usable(engine)


def test_the_doctor_is_content_with_a_later_schema_and_not_with_one_in_the_way(
    engine: Engine, database_url: str
) -> None:
    settings = Settings.from_environment({}, database_url=database_url)
    _upgraded_by_a_later_version(engine, *EXPANDING)
    found = check_database(settings)
    assert (found.health, found.advice) == (Health.OK, "")
    assert "schema 9999 of a later version of Baton" in found.found

    _upgraded_by_a_later_version(engine, "ALTER TABLE workflow_handoffs RENAME TO handovers")
    found = check_database(settings)
    assert (found.health, found.advice) == (Health.FAILED, "")
    assert "workflow_handoffs: the table is missing" in found.found
