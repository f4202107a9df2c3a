"""What a hand in the database can do to a build: each deed with what has to be said of it."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, insert, select, text

from baton.store.ids import build_key
from baton.store.tables import Base, BuildWorkflow, WorkflowEvent

OTHER = UUID(int=11)
_OF = "WHERE workflow_id = (SELECT id FROM build_workflows WHERE build_id = :build)"


@dataclass(frozen=True, slots=True)
class Damage:
    """A deed. ``by_history`` and ``by_chain`` are what ``mirror verify`` and ``audit verify`` say first of it."""

    do: Callable[[Connection, str], None]
    by_history: str
    by_chain: str


def _sql(*statements: str) -> Callable[[Connection, str], None]:
    def do(connection: Connection, build_id: str) -> None:
        for statement in statements:
            connection.execute(text(statement.replace("OF_BUILD", _OF)), {"build": build_id})

    return do


def _insert(connection: Connection, build_id: str) -> None:
    """One entry more at the end, as like the others as can be."""
    events = WorkflowEvent.__table__
    rows = connection.execute(select(events).where(events.c.workflow_id == build_key(build_id), ~events.c.superseded))
    last = max(rows.mappings(), key=lambda row: row["sequence"])
    row = dict(last) | {"id": OTHER, "sequence": last["sequence"] + 1, "prev_hash": last["hash"], "hash": "f" * 64}
    connection.execute(insert(WorkflowEvent), row)


def _usurp(connection: Connection, build_id: str) -> None:
    """The build's row goes, with all below it; another one has its ID."""
    builds = Base.metadata.tables[BuildWorkflow.__tablename__]
    row = dict(connection.execute(select(builds).where(builds.c.build_id == build_id)).mappings().one())
    _sql("DELETE FROM build_workflows WHERE build_id = :build")(connection, build_id)
    connection.execute(builds.insert(), row | {"id": OTHER})


DAMAGES = {
    "an entry's JSON edited": Damage(
        _sql("UPDATE workflow_events SET event_data = '{\"forged\": true}' OF_BUILD AND sequence = 4"),
        "entry 4 (state_advanced): event_data.forged is True, not absent",
        "entry 4 (state_advanced) was changed: its content has the hash",
    ),
    "an entry's time moved": Damage(
        _sql("UPDATE workflow_events SET timestamp = '2026-01-01 00:00:00.000000+00:00' OF_BUILD AND sequence = 4"),
        "entry 4 (state_advanced): timestamp is 2026-01-01T00:00:00+00:00, not ",
        "entry 4 (state_advanced) was changed",
    ),
    "an entry's actor replaced": Damage(
        _sql("UPDATE workflow_events SET actor_id = 'mallory' OF_BUILD AND sequence = 4"),
        "entry 4 (state_advanced): actor_id is 'mallory', not",
        "entry 4 (state_advanced) was changed",
    ),
    "an entry credited to another in the reports": Damage(
        _sql("UPDATE workflow_events SET triggered_by = 'mallory' OF_BUILD AND sequence = 4"),
        "entry 4 (state_advanced): triggered_by is 'mallory', not",
        "entry 4 (state_advanced): triggered_by is 'mallory', not",
    ),
    "an entry's hash changed": Damage(
        _sql("UPDATE workflow_events SET hash = 'abc' OF_BUILD AND sequence = 4"),
        "entry 4 (state_advanced): hash is 'abc', not",
        "entry 4 (state_advanced) was changed",
    ),
    "an entry deleted": Damage(
        _sql("DELETE FROM workflow_events OF_BUILD AND sequence = 5"),
        "entry 5 (state_advanced) is missing",
        "entry 5 is missing",
    ),
    "an entry inserted": Damage(_insert, "is not in the journal", "was changed: its content has the hash"),
    "two entries swapped": Damage(
        _sql(
            "UPDATE workflow_events SET sequence = 1003 OF_BUILD AND sequence = 3",
            "UPDATE workflow_events SET sequence = 3 OF_BUILD AND sequence = 4 AND NOT superseded",
            "UPDATE workflow_events SET sequence = 4 OF_BUILD AND sequence = 1003",
        ),
        "entry 3 (state_advanced): sequence is 4, not 3",
        "entry 3 (state_advanced) was changed",
    ),
    "an entry set aside": Damage(
        _sql("UPDATE workflow_events SET superseded = true OF_BUILD AND sequence = 5"),
        "entry 5 (state_advanced): superseded is True, not False",
        "entry 5 is missing",
    ),
    "the row of an entry renamed": Damage(
        _sql(f"UPDATE workflow_events SET id = '{OTHER.hex}' OF_BUILD AND sequence = 5"),
        "entry 5 (state_advanced): id is UUID(",
        "entry 5 (state_advanced): id is UUID(",
    ),
    "a handoff changed": Damage(
        _sql("UPDATE workflow_handoffs SET to_role = 'release_manager', data_transferred = '{}' OF_BUILD"),
        "the handoff of entry 3: to_role is 'release_manager', not 'code_writer'",
        "the handoff of entry 3: to_role is 'release_manager', not 'code_writer'",
    ),
    "the handoffs deleted": Damage(
        _sql("DELETE FROM workflow_handoffs OF_BUILD"),
        "the handoff of entry 3 is missing",
        "the handoff of entry 3 is missing",
    ),
    "a build's column changed": Damage(
        _sql("UPDATE build_workflows SET current_state = 'testing', tokens = tokens + 1 WHERE build_id = :build"),
        "the build: current_state is 'testing', not",
        "the build: current_state is 'testing', not",
    ),
    "a build's view edited": Damage(
        _sql("UPDATE build_workflows SET view = '{}', metadata = '{\"ticket\": 1}' WHERE build_id = :build"),
        "the build: metadata.ticket is 1, not absent",
        "the build: metadata.ticket is 1, not absent",
    ),
    "a build's journal cut and its head moved": Damage(
        _sql(
            "DELETE FROM workflow_events OF_BUILD AND sequence > 7",
            "UPDATE build_workflows SET head_sequence = 7 WHERE build_id = :build",
        ),
        "entry 8 (state_advanced) is missing",
        "the handoff of entry",
    ),
    "a build deleted": Damage(
        _sql("DELETE FROM build_workflows WHERE build_id = :build"), "entry 1 (workflow_started) is missing", ""
    ),
    "a build usurped": Damage(_usurp, "entry 1 (workflow_started) is missing", ""),
}
"""Each deed by its name. ``by_chain`` is empty where nothing of the build is left to be checked."""
