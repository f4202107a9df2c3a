"""The rows of a member of the population, out of its pattern, as the database takes them.

They are what the mirror writes in every column that lists and reports read. Left as the pattern has them are the
hashes, which therefore prove nothing, and the times inside of JSON; ``data_transferred`` is empty.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from baton.store.ids import build_key, event_key, handoff_key
from baton.store.proof.stored import Row
from baton.store.tables import Base, BuildWorkflow, WorkflowEvent, WorkflowHandoff
from bench.scale.patterns import BUILD, PROJECT, TITLE, USER, Pattern
from bench.scale.population import Member

TABLES: tuple[type[Base], ...] = (BuildWorkflow, WorkflowHandoff, WorkflowEvent)
_MARKS = (BUILD, PROJECT, USER, TITLE)


def columns_of(table: type[Base]) -> list[str]:
    """The columns that are written, in order."""
    return [column.name for column in table.__table__.columns]


@dataclass(slots=True)
class _Plain:
    """Rows of a pattern as texts and numbers, in the order of the columns."""

    build: list[Any]
    events: list[tuple[str, list[Any]]]  # each with its hash
    handoffs: list[tuple[str, list[Any]]]
    origin: datetime


class Copying:
    """Makes rows for a database of a kind: ``sqlite`` or ``postgresql``."""

    def __init__(self, dialect: str) -> None:
        self._in_sqlite = dialect == "sqlite"
        self._known: dict[str, _Plain] = {}

    def rows(self, member: Member) -> tuple[tuple[Any, ...], list[tuple[Any, ...]], list[tuple[Any, ...]]]:
        """The build's row, those of its handoffs, and those of its events."""
        plain = self._plain(member.pattern)
        key = build_key(member.build_id)
        build = self._row(plain.build, member, plain.origin, key, self._key(key))
        handoffs = [
            self._row(row, member, plain.origin, handoff_key(key, hash_), self._key(key))
            for hash_, row in plain.handoffs
        ]
        events = [
            self._row(row, member, plain.origin, event_key(key, hash_), self._key(key)) for hash_, row in plain.events
        ]
        return build, handoffs, events

    def _row(self, row: list[Any], member: Member, origin: datetime, own: UUID, build: str) -> tuple[Any, ...]:
        return tuple(self._cell(value, member, origin, own, build) for value in row)

    def _cell(self, value: Any, member: Member, origin: datetime, own: UUID, build: str) -> Any:
        match value:
            case datetime():
                return self._time(member.at(value, origin))
            case _Text():
                return value.of(member)
            case _Own():
                return self._key(own)
            case _Build():
                return build
        return value

    def _time(self, moment: datetime) -> str:
        text = moment.strftime("%Y-%m-%d %H:%M:%S.%f")
        return text if self._in_sqlite else f"{text}+00"

    def _key(self, key: UUID) -> str:
        return key.hex if self._in_sqlite else str(key)

    def _plain(self, pattern: Pattern) -> _Plain:
        if pattern.name not in self._known:
            rows = pattern.rows
            hashes = {row["sequence"]: row["hash"] for row in rows.events.values()}
            self._known[pattern.name] = _Plain(
                build=self._values(BuildWorkflow, rows.build),
                events=[(row["hash"], self._values(WorkflowEvent, row)) for row in rows.events.values()],
                handoffs=[
                    (hashes[row["sequence"]], self._values(WorkflowHandoff, row | {"data_transferred": {}}))
                    for row in rows.handoffs.values()
                ],
                origin=rows.build["created_at"],
            )
        return self._known[pattern.name]

    def _values(self, table: type[Base], row: Row) -> list[Any]:
        return [self._value(name, row.get("metadata_" if name == "metadata" else name)) for name in columns_of(table)]

    def _value(self, column: str, value: Any) -> Any:
        if column in ("id", "workflow_id") and isinstance(value, UUID):
            return _Own() if column == "id" else _Build()
        if column == "summarized":
            value = False
        if isinstance(value, bool):
            return int(value) if self._in_sqlite else value
        if isinstance(value, dict):
            value = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return _Text(value) if isinstance(value, str) and any(mark in value for mark in _MARKS) else value


class _Own:
    """The row's own ID stands here."""


class _Build:
    """The ID of the build's row stands here."""


class _Text:
    """A text with stand-ins."""

    def __init__(self, text: str) -> None:
        self._text = text

    def of(self, member: Member) -> str:
        text = self._text.replace(BUILD, member.build_id).replace(PROJECT, member.project)
        return text.replace(USER, member.user).replace(TITLE, member.title)
