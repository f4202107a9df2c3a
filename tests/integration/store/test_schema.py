"""Migrations make the tables that the models describe, and the check names what differs."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect, select, text
from sqlalchemy.exc import IntegrityError

from baton.store import schema
from baton.store.engine import open_engine
from baton.store.errors import SchemaOutdated
from baton.store.ids import build_key
from baton.store.mirror import Mirror
from baton.store.reading import get_build
from baton.store.tables import Base, BuildWorkflow, WorkflowEvent, WorkflowHandoff
from baton.store.transactions import writing
from baton.store.views import INNER_VIEWS, VIEWS
from tests.journals import happy

TOTALS = ("builds", "ends", "rework", "starts", "stays", "usage", "waits")
INDEXED = {
    "build_workflows": ["build_id", "project_id", "user_id", "current_state", "created_at"],
    "workflow_handoffs": ["workflow_id", "from_role", "timestamp"],
    "workflow_events": ["workflow_id", "event_type", "timestamp"],
}
ENUMS = {
    "build_workflows": ["current_state", "acting_role", "status"],
    "workflow_handoffs": ["from_role", "to_role", "from_state", "to_state"],
    "workflow_events": ["event_type", "actor_kind", "actor_role"],
}


def _told(engine: Engine) -> list[str]:
    return [str(difference) for difference in schema.check(engine)]


def _run(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def test_models_and_migrations_agree(engine: Engine) -> None:
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    assert schema.check(engine) == []


def test_upgrading_twice_changes_nothing(engine: Engine) -> None:
    Mirror(engine).write(happy().batch())

    assert schema.upgrade(engine) == schema.current(engine) == schema.head()
    assert get_build(engine, "b-1") is not None


def test_the_columns_that_reports_read_are_indexed(engine: Engine) -> None:
    inspector = inspect(engine)
    for table, columns in INDEXED.items():
        indexed = [index["column_names"] for index in inspector.get_indexes(table)]
        assert [column for column in columns if [column] not in indexed] == []


def test_an_empty_database_lacks_everything(database_url: str) -> None:
    engine = open_engine(database_url)

    assert schema.current(engine) is None
    assert _told(engine) == [
        f"alembic_version: the database has no revision; this version of Baton works with '{schema.head()}'",
        "api_tokens: the table is missing",
        "build_workflows: the table is missing",
        *(f"total_{name}: the table is missing" for name in TOTALS),
        "webhook_subscriptions: the table is missing",
        *(f"summary_{name}: the table is missing" for name in ("builds", "rework", "stays", "usage", "waits")),
        "webhook_deliveries: the table is missing",
        "workflow_events: the table is missing",
        "workflow_handoffs: the table is missing",
        *(f"{view}: the view is missing" for view in (*sorted(VIEWS.tables), *sorted(INNER_VIEWS.tables))),
    ]
    engine.dispose()


def test_an_empty_database_is_refused_with_the_command_to_run(database_url: str) -> None:
    engine = open_engine(database_url)

    with pytest.raises(SchemaOutdated, match=r"has no tables yet.*run: python starter.py db upgrade --database-url '"):
        schema.require_usable(engine)
    with pytest.raises(SchemaOutdated, match=r"run: python starter.py db upgrade"):
        get_build(engine, "b-1")
    with pytest.raises(SchemaOutdated, match=r"run: python starter.py db upgrade"):
        Mirror(engine).write(happy().batch())
    engine.dispose()


def test_a_current_database_is_accepted(engine: Engine) -> None:
    schema.require_usable(engine)


def test_a_missing_table_and_index_and_column_are_named(engine: Engine) -> None:
    _without_views(engine)
    _run(
        engine,
        "DROP TABLE workflow_handoffs",
        "DROP INDEX ix_build_workflows_user_id",
        "ALTER TABLE build_workflows DROP COLUMN profile",
    )

    assert _told_of_tables(engine) == [
        "build_workflows: the column 'profile' is missing",
        "build_workflows: the index 'ix_build_workflows_user_id' on user_id is missing",
        "workflow_handoffs: the table is missing",
    ]


def test_an_index_that_is_not_unique_or_on_another_column_is_named(engine: Engine) -> None:
    _run(
        engine,
        "DROP INDEX ix_build_workflows_build_id",
        "CREATE INDEX ix_build_workflows_build_id ON build_workflows (build_id)",
        "DROP INDEX ix_workflow_events_timestamp",
        "CREATE INDEX ix_workflow_events_timestamp ON workflow_events (hash)",
        "DROP INDEX uq_workflow_events_sequence",
        "CREATE UNIQUE INDEX uq_workflow_events_sequence ON workflow_events (workflow_id, sequence)",
    )

    assert _told(engine) == [
        "build_workflows: the index 'ix_build_workflows_build_id' is not unique",
        "workflow_events: the index 'ix_workflow_events_timestamp' is on hash, not on timestamp",
        "workflow_events: the index 'uq_workflow_events_sequence' is on all rows, not WHERE NOT superseded",
    ]


def test_a_column_of_another_type_or_nullability_is_named(engine: Engine) -> None:
    _without_views(engine)
    if engine.dialect.name == "postgresql":
        _run(
            engine,
            "ALTER TABLE workflow_handoffs ALTER COLUMN superseded TYPE INTEGER USING 0",
            "ALTER TABLE workflow_handoffs ALTER COLUMN sequence DROP NOT NULL",
        )
    else:
        _rewrite(engine, "workflow_handoffs", ("superseded BOOLEAN", "superseded INTEGER"))
        _rewrite(engine, "workflow_handoffs", ("sequence INTEGER NOT NULL", "sequence INTEGER"))

    assert _told_of_tables(engine) == [
        "workflow_handoffs: the column 'sequence' takes NULL",
        "workflow_handoffs: the column 'superseded' is INTEGER, not BOOLEAN",
    ]


def test_a_check_that_lacks_a_word_and_a_key_that_does_not_cascade_are_named(engine: Engine) -> None:
    if engine.dialect.name == "postgresql":
        _run(
            engine,
            "ALTER TABLE workflow_events DROP CONSTRAINT ck_workflow_events_actor_kind",
            "ALTER TABLE workflow_events ADD CONSTRAINT ck_workflow_events_actor_kind "
            "CHECK (actor_kind IN ('role', 'system', 'person', 'robot'))",
            "ALTER TABLE workflow_events DROP CONSTRAINT fk_workflow_events_workflow_id",
            "ALTER TABLE workflow_events ADD FOREIGN KEY (workflow_id) REFERENCES build_workflows (id)",
        )
    else:
        _rewrite(engine, "workflow_events", ("'agent', 'system'", "'system', 'robot'"), (" ON DELETE CASCADE", ""))

    assert _told(engine) == [
        "workflow_events: the foreign key from workflow_id to build_workflows.id does not say ON DELETE CASCADE",
        "workflow_events: the check 'ck_workflow_events_actor_kind' refuses agent",
        "workflow_events: the check 'ck_workflow_events_actor_kind' takes robot",
    ]


def test_missing_keys_and_checks_are_named(engine: Engine) -> None:
    if engine.dialect.name == "postgresql":
        keys = ("pk_workflow_handoffs", "fk_workflow_handoffs_workflow_id", "ck_workflow_handoffs_from_role")
        _run(engine, *(f"ALTER TABLE workflow_handoffs DROP CONSTRAINT {key}" for key in keys))
    else:
        _rewrite(
            engine,
            "workflow_handoffs",
            ("CONSTRAINT pk_workflow_handoffs PRIMARY KEY (id)", "CHECK (1)"),
            ("CONSTRAINT fk_workflow_handoffs_workflow_id FOREIGN KEY(workflow_id) REFERENCES", "CHECK (1) --"),
            ("CONSTRAINT ck_workflow_handoffs_from_role", ""),
        )

    assert _told(engine) == [
        "workflow_handoffs: the primary key is missing",
        "workflow_handoffs: the foreign key from workflow_id to build_workflows.id is missing",
        "workflow_handoffs: the check 'ck_workflow_handoffs_from_role' is missing",
    ]


def test_a_view_that_is_missing_or_lacks_a_column_or_reads_a_missing_table_is_named(engine: Engine) -> None:
    _run(
        engine,
        "DROP VIEW report_throughput",
        "DROP VIEW report_wait_times",
        "CREATE VIEW report_wait_times AS SELECT project_id, 'answer' AS kind FROM build_workflows",
    )
    cascade = " CASCADE" if engine.dialect.name == "postgresql" else ""
    gone = "the view is missing" if cascade else "the view cannot be read: no such table: main.workflow_handoffs"
    missing = ("waits", "waiting_now", "total_seconds", "p50_seconds", "p90_seconds")
    told = [
        "report_throughput: the view is missing",
        *(f"report_wait_times: the column {name!r} is missing" for name in missing),
    ]
    assert _told(engine) == told

    _run(engine, f"DROP TABLE workflow_handoffs{cascade}")
    assert _told(engine) == [
        "workflow_handoffs: the table is missing",
        f"report_builds: {gone}",
        f"report_projects: {gone}",
        *told,
        f"unsummarized_builds: {gone}",
    ]


def _without_views(engine: Engine) -> None:
    """A database keeps a column as it is while a view reads it."""
    cascade = " CASCADE" if engine.dialect.name == "postgresql" else ""
    _run(engine, *(f"DROP VIEW IF EXISTS {view}{cascade}" for view in (*VIEWS.tables, *INNER_VIEWS.tables)))


def _told_of_tables(engine: Engine) -> list[str]:
    return [difference for difference in _told(engine) if not difference.startswith(("report_", "unsummarized_"))]


def _rewrite(engine: Engine, table: str, *replacements: tuple[str, str]) -> None:
    """Make a SQLite table anew with another definition."""
    with engine.begin() as connection:
        found = text("SELECT sql FROM sqlite_master WHERE tbl_name = :table AND sql IS NOT NULL ORDER BY type DESC")
        statements = list(connection.scalars(found, {"table": table}))
        connection.execute(text(f"DROP TABLE {table}"))
        for statement in statements:
            for old, new in replacements:
                statement = statement.replace(old, new)
            connection.execute(text(statement))


def test_the_database_itself_refuses_an_unknown_word(engine: Engine) -> None:
    Mirror(engine).write(happy().batch())

    for table, columns in ENUMS.items():
        for column in columns:
            with pytest.raises(IntegrityError, match=f"ck_{table}_{column}"):
                _run(engine, f"UPDATE {table} SET {column} = 'juggler'")


def test_the_database_itself_refuses_two_living_entries_of_one_number(engine: Engine) -> None:
    Mirror(engine).write(happy().batch())

    with pytest.raises(IntegrityError):
        _run(engine, "UPDATE workflow_events SET sequence = 1 WHERE sequence = 2")


def test_deleting_a_build_deletes_its_handoffs_and_events(engine: Engine) -> None:
    for build_id in ("b-1", "b-2"):
        Mirror(engine).write(happy(build_id).batch())

    with writing(engine, lock=build_key("b-1")) as session:
        session.delete(session.get(BuildWorkflow, build_key("b-1")))
    with writing(engine, lock=build_key("b-1")) as session:
        columns = (BuildWorkflow.id, WorkflowHandoff.workflow_id, WorkflowEvent.workflow_id)
        left = [set(session.scalars(select(column))) for column in columns]

    assert left == [{build_key("b-2")}] * 3
