"""Each revision is reached from the one before and left for it with rows in the tables, on both databases."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import IntegrityError

from baton.domain.terms import ApprovalTerms
from baton.domain.vocabulary import State
from baton.store import schema
from baton.store.compare import differences
from baton.store.errors import SchemaOutdated
from baton.store.mirror import Mirror
from baton.store.transactions import alone
from tests.journals import START, Story, happy, refused, request, reworked, undone

TABLES = ("build_workflows", "workflow_handoffs", "workflow_events")
ADDED = ("finding_waived", "phase_compensated")


def go(engine: Engine, move: Callable[[Config, str], None], revision: str) -> None:
    config = schema._config()
    with alone(engine, schema.LOCK) as connection:
        config.attributes["connection"] = connection
        move(config, revision)


def rows(engine: Engine) -> dict[str, Sequence[Any]]:
    """All rows, by table; the order of the columns is that of the database."""
    with engine.connect() as connection:
        return {table: connection.execute(text(f"SELECT * FROM {table} ORDER BY id")).all() for table in TABLES}


def shape(engine: Engine) -> dict[str, Any]:
    """What the database says of the table that is made anew, but for its checks, which SQLite does not tell whole."""
    told = inspect(engine)
    table = "workflow_events"
    return {
        "columns": [(one["name"], str(one["type"]), one["nullable"]) for one in told.get_columns(table)],
        "key": told.get_pk_constraint(table),
        "foreign": told.get_foreign_keys(table),
        "indexes": sorted((one["name"], one["column_names"], bool(one["unique"])) for one in told.get_indexes(table)),
    }


def relabel(engine: Engine, kind: str) -> None:
    """Say of one event that it is of this kind."""
    with engine.begin() as connection:
        connection.execute(text("UPDATE workflow_events SET event_type = :kind WHERE sequence = 2"), {"kind": kind})


@pytest.fixture
def stories(engine: Engine) -> list[Story]:
    told = [happy("b-1"), undone("b-2"), reworked("b-3")]
    for story in told:
        Mirror(engine).write(story.batch())
    return told


def test_a_database_of_the_first_revision_is_brought_up_with_its_rows(engine: Engine, stories: list[Story]) -> None:
    whole = rows(engine)
    go(engine, command.downgrade, "0001")
    with engine.begin() as connection:
        kept = connection.scalar(text("SELECT count(*) FROM workflow_events"))
    whole["workflow_events"] = [row for row in whole["workflow_events"] if row.event_type not in ADDED]
    assert len(whole["workflow_events"]) == kept

    assert schema.upgrade(engine) == schema.current(engine) == schema.head()
    assert rows(engine) == whole
    assert schema.check(engine) == []
    assert differences(engine, stories[0].entries) == differences(engine, stories[2].entries) == []
    for kind in ADDED:
        relabel(engine, kind)


def test_the_first_revision_takes_no_words_of_the_second(engine: Engine, stories: list[Story]) -> None:
    before, made = rows(engine), shape(engine)
    go(engine, command.downgrade, "0001")

    assert schema.current(engine) == "0001"
    told = [str(one) for one in schema.check(engine)]
    assert told[0] == (
        f"alembic_version: the database has revision '0001'; this version of Baton works with '{schema.head()}'"
    )
    assert [one for one in told if one.startswith("workflow_events")] == [
        "workflow_events: the check 'ck_workflow_events_event_type' refuses finding_waived, phase_compensated"
    ]
    assert shape(engine) == made
    after = rows(engine)
    assert after["workflow_handoffs"] == before["workflow_handoffs"]
    assert [row.build_id for row in after["build_workflows"]] == [row.build_id for row in before["build_workflows"]]
    assert after["workflow_events"] == [row for row in before["workflow_events"] if row.event_type not in ADDED]
    assert len(after["workflow_events"]) == len(before["workflow_events"]) - 4
    for kind in (*ADDED, "juggled"):
        with pytest.raises(IntegrityError, match="ck_workflow_events_event_type"):
            relabel(engine, kind)
    with pytest.raises(SchemaOutdated, match=r"run: python starter.py db upgrade"):
        Mirror(engine).write(undone("b-4").batch())


def test_there_and_back_the_tables_are_the_same(engine: Engine, stories: list[Story]) -> None:
    made = shape(engine)
    for _ in range(2):
        go(engine, command.downgrade, "0001")
        go(engine, command.upgrade, "head")

    assert shape(engine) == made
    assert schema.check(engine) == []
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(text("UPDATE workflow_events SET sequence = 1 WHERE sequence = 2"))
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM build_workflows"))
    assert {table: len(found) for table, found in rows(engine).items()} == dict.fromkeys(TABLES, 0)


def test_what_a_downgrade_left_out_is_told_entry_by_entry(engine: Engine, stories: list[Story]) -> None:
    story = stories[1]
    left_out = [entry for entry in story.entries if entry.kind in ADDED]
    assert differences(engine, story.entries) == []
    go(engine, command.downgrade, "0001")
    schema.upgrade(engine)

    assert [str(difference) for difference in differences(engine, story.entries)] == [
        f"entry {entry.sequence} ({entry.kind.value}) is missing" for entry in left_out
    ]


def test_all_is_taken_down_again(engine: Engine, stories: list[Story]) -> None:
    go(engine, command.downgrade, "base")

    assert schema.current(engine) is None
    assert not set(TABLES) & set(inspect(engine).get_table_names())
    schema.upgrade(engine)
    assert schema.check(engine) == []


def test_what_builds_wait_for_and_have_used_is_filled_in_from_their_views(engine: Engine) -> None:
    deadline = timedelta(minutes=5)
    approvals = {
        State.HANDOFF_TO_RELEASER: ApprovalTerms(approvers=("anna",), deadline=deadline),
        State.HANDOFF_TO_TESTER: ApprovalTerms(deadline=deadline),
    }
    waiting = Story.begin(request("b-3"), approvals=approvals).until(State.HANDOFF_TO_TESTER)
    on_the_second = Story.begin(request("b-4"), approvals=approvals, at=START.replace(microsecond=0))
    # Every step takes a microsecond more than a second: after a million of them the time is a whole second again.
    on_the_second.at = START.replace(microsecond=999_997)
    for story in (happy("b-1"), refused("b-2"), waiting, on_the_second.until(State.HANDOFF_TO_TESTER)):
        Mirror(engine).write(story.batch())
    before = rows(engine)
    assert {row.waiting_kind for row in before["build_workflows"]} == {None, "decision", "approval"}
    go(engine, command.downgrade, "0002")
    assert "waiting_kind" not in {one["name"] for one in inspect(engine).get_columns("build_workflows")}

    schema.upgrade(engine)
    assert rows(engine) == before
    assert schema.check(engine) == []
