"""The rows of a member of the population, out of its pattern: what the mirror would have written, hash for hash.

What is the same in all members lies in the database as the pattern has it. Of a member are its names, its times, and
all that follows from them: what its entries hash to, the IDs of its rows, and the documents that hold any of these.
"""

import json
from datetime import datetime
from hashlib import sha1, sha256
from operator import itemgetter
from typing import Any
from uuid import UUID

from baton.domain.jsonvalue import canonical
from baton.store.ids import NAMESPACE
from baton.store.proof.stored import Row
from baton.store.tables import Base, BuildWorkflow, WorkflowEvent, WorkflowHandoff
from bench.scale.holes import ELAPSED, Places, Text
from bench.scale.patterns import Pattern
from bench.scale.population import Member

TABLES: tuple[type[Base], ...] = (BuildWorkflow, WorkflowHandoff, WorkflowEvent)

OWN: dict[type[Base], tuple[str, ...]] = {
    BuildWorkflow: tuple(column.name for column in BuildWorkflow.__table__.columns),
    WorkflowHandoff: ("id", "workflow_id", "timestamp"),
    WorkflowEvent: ("id", "workflow_id", "event_data", "timestamp", "prev_hash", "hash"),
}
"""The columns of which a member has values of its own. NULL stands for what the pattern has."""

Values = tuple[Any, ...]


class Copying:
    """Makes rows of one pattern for a database of a kind: ``sqlite`` or ``postgresql``.

    Those of handoffs and events begin with a number, from ``first`` on: that of the row in :attr:`shared` which has
    what is the same in all members.
    """

    def __init__(self, pattern: Pattern, dialect: str, first: int = 0) -> None:
        self._in_sqlite = dialect == "sqlite"
        build = _columns(pattern.rows.build)
        build["view"] = build["view"] | {"elapsed_time": ELAPSED}
        handoffs, events = list(pattern.rows.handoffs.values()), list(pattern.rows.events.values())
        self.shared: dict[type[Base], list[Row]] = {WorkflowHandoff: handoffs, WorkflowEvent: events}
        self._origin: datetime = build["created_at"]
        self._last = build["updated_at"] - self._origin
        self._places = places = Places(self._origin, [build, *handoffs, *events], [row["hash"] for row in events])
        self._own = len(places)
        self._constants: dict[int, Any] = {}
        self._texts: list[tuple[int, Text]] = []
        self._key = places.new(pattern.rows.key.hex)
        hashes = {row["sequence"]: places.new(row["hash"]) for row in events}
        self._entries = [(hashes[row["sequence"]], _some(places.text(_content(row)))) for row in events]
        self._ids = [(places.new(row["id"].hex), "event:", hashes[row["sequence"]]) for row in events]
        self._ids += [(places.new(row["id"].hex), "handoff:", hashes[row["sequence"]]) for row in handoffs]
        self._build = itemgetter(*self._of(BuildWorkflow, build))
        self._handoffs = [
            itemgetter(*self._of(WorkflowHandoff, row, number)) for number, row in enumerate(handoffs, first)
        ]
        self._events = [itemgetter(*self._of(WorkflowEvent, row, number)) for number, row in enumerate(events, first)]
        self._blank = [self._constants.get(place) for place in range(self._own, len(places))]

    def rows(self, member: Member) -> tuple[Values, list[Values], list[Values]]:
        """The build's row, those of its handoffs and those of its events: the columns of :data:`OWN`."""
        values: list[Any] = [member.build_id, member.project, member.user, member.title, ""]
        values[4] = repr((self._last * member.pace).total_seconds())
        for offset in self._places.offsets:
            values += self._written(member, offset)
        values += self._blank
        values[self._key] = _uuid5(NAMESPACE.bytes, member.build_id)
        key = bytes.fromhex(values[self._key])
        for place, content in self._entries:
            values[place] = sha256(content.of(values).encode()).hexdigest()
        for place, kind, hash_ in self._ids:
            values[place] = _uuid5(key, kind + values[hash_])
        for place, text in self._texts:
            values[place] = text.of(values)
        return self._build(values), [of(values) for of in self._handoffs], [of(values) for of in self._events]

    def _written(self, member: Member, offset: Any) -> tuple[str, str, str]:
        """A time in the forms of :data:`~bench.scale.holes.FORMS`."""
        text = member.at(offset).isoformat(timespec="microseconds")
        whole = text[:19] if text.endswith(".000000") else text
        return f"{text}+00:00", f"{whole}Z", text.replace("T", " ") if self._in_sqlite else f"{text}+00"

    def _of(self, table: type[Base], row: Row, number: int | None = None) -> list[int]:
        first = [] if number is None else [self._constant(number)]
        own = [self._column(table, name, row[name]) for name in OWN[table]]
        if others := [name for name in row if name not in OWN[table] and self._has_own(row[name])]:
            raise ValueError(
                f"{', '.join(others)} of {table.__tablename__} differs from member to member: name it in OWN"
            )
        return first + own

    def _column(self, table: type[Base], name: str, value: Any) -> int:
        match value:
            case datetime():
                return self._places.time(value)
            case UUID():
                return self._places.new(value.hex)
            case dict() | list():
                text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
            case str():
                text = value
            case _:
                return self._constant(value)
        if found := self._places.text(text, escaped=not self._in_sqlite):
            self._texts.append((place := self._places.new(f"text {len(self._texts)}"), found))
            return place
        if table is not BuildWorkflow:
            return self._constant(None)
        return self._constant(text if self._in_sqlite else text.replace("\\", r"\\"))

    def _has_own(self, value: Any) -> bool:
        text = json.dumps(value, default=lambda own: own.isoformat() if isinstance(own, datetime) else own.hex)
        return self._places.text(text) is not None

    def _constant(self, value: Any) -> int:
        if isinstance(value, bool):
            value = int(value)
        if not self._in_sqlite:
            value = r"\N" if value is None else str(value)
        place = self._places.new(f"constant {value!r}")
        self._constants[place] = value
        return place


def _columns(build: Row) -> Row:
    return {"metadata" if name == "metadata_" else name: value for name, value in build.items()} | {
        "run_id": None,
        "summarized": False,
    }


def _content(event: Row) -> str:
    """What :func:`baton.domain.journal.digest` hashes."""
    actor = {"kind": event["actor_kind"], "id": event["actor_id"], "role": event["actor_role"]}
    at = event["timestamp"].isoformat(timespec="microseconds")
    content = {"sequence": event["sequence"], "kind": event["event_type"], "actor": actor, "at": at}
    content |= {name: event[column] for name, column in {"data": "event_data"}.items()}
    return canonical(content | {"command_id": event["command_id"], "prev_hash": event["prev_hash"]}).decode()


def _some(text: Text | None) -> Text:
    if text is None:
        raise ValueError("an entry without a time")
    return text


def _uuid5(namespace: bytes, name: str) -> str:
    """The 32 digits of :func:`uuid.uuid5`."""
    digits = sha1(namespace + name.encode(), usedforsecurity=False).hexdigest()
    return f"{digits[:12]}5{digits[13:16]}{'89ab'[int(digits[16], 16) & 3]}{digits[17:32]}"
