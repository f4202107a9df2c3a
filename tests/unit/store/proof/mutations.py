"""Every way of tampering with the rows of a build, one at a time."""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid5

from baton.domain.journal import chained
from baton.store.proof.entries import read_entry
from baton.store.proof.stored import Row, StoredBuild
from baton.store.proof.wanted import wanted_event

OTHER = UUID(int=7)
_WORDS = {"hash", "prev_hash", "triggered_by", "actor_id", "command_id"}
_KINDS = {"event_type": "paused", "actor_kind": "agent", "actor_role": "release_manager"}


@dataclass(frozen=True, slots=True)
class Mutation:
    """What was done, and to which entry, if to one."""

    told: str
    sequence: int | None


def changed(value: Any, chance: Random) -> Any:
    """A value of the same sort that is another one."""
    match value:
        case bool():
            return not value
        case int() | float():
            return value + chance.choice((1, -1, 1000))
        case str():
            return value + chance.choice(("x", " ", "\u200b")) if chance.random() < 0.5 or not value else value[:-1]
        case datetime():
            return value + timedelta(microseconds=chance.choice((1, -1, 10**9)))
        case UUID():
            return uuid5(value, "other")
        case None:
            return "x"
        case _:
            return [value]


def change_inside(document: Any, chance: Random, *, less: bool = True) -> None:
    """One change anywhere inside a JSON object: a value, a key more, and with ``less`` a key less."""
    keys = list(document) if isinstance(document, dict) else list(range(len(document)))
    deeper = [key for key in keys if isinstance(document[key], dict | list) and document[key]]
    if deeper and chance.random() < 0.7:
        change_inside(document[chance.choice(deeper)], chance, less=less)
    elif isinstance(document, dict) and chance.random() < 0.3:
        document["added"] = 1
    elif less and chance.random() < 0.3:
        del document[chance.choice(keys)]
    else:
        key = chance.choice(keys)
        document[key] = changed(document[key], chance)


def _edit(row: Row, chance: Random, *, less: bool = True) -> str:
    column = chance.choice([name for name in row if name != "view"])
    if isinstance(row[column], dict) and row[column] and chance.random() < 0.8:
        change_inside(row[column], chance, less=less)
    elif column in _KINDS and row[column] != _KINDS[column]:
        row[column] = _KINDS[column]
    elif column == "completed_at" and row[column] is None:
        row[column] = datetime(2026, 1, 1, tzinfo=UTC)
    else:
        row[column] = changed(row[column], chance)
    return column


def edit_entry(build: StoredBuild, chance: Random) -> Mutation:
    """Any column of any entry."""
    row = chance.choice(build.events)
    sequence = row["sequence"]
    return Mutation(f"{_edit(row, chance)} of an entry", sequence)


def delete_entry(build: StoredBuild, chance: Random) -> Mutation:
    """Any entry."""
    row = chance.choice(build.events)
    build.events.remove(row)
    return Mutation("an entry deleted", row["sequence"])


def insert_entry(build: StoredBuild, chance: Random) -> Mutation:
    """An entry between others, which all move up; or one at the end, chained as it should be."""
    place = chance.randint(1, len(build.events))
    entry = read_entry(build.events[place - 1])
    assert entry is not None
    new = chained(entry.head, entry.kind, entry.actor, entry.at, {"forged": True})
    for row in build.events[place:]:
        row["sequence"] += 1
    build.events.insert(place, wanted_event(build.key, new))
    return Mutation("an entry inserted", None)


def repeat_entry(build: StoredBuild, chance: Random) -> Mutation:
    """A copy of any entry at the end."""
    row = copy.deepcopy(chance.choice(build.events))
    row["sequence"] = len(build.events) + 1
    build.events.append(row)
    return Mutation("an entry repeated", row["sequence"])


def swap_entries(build: StoredBuild, chance: Random) -> Mutation:
    """Two entries change places."""
    one, other = chance.sample(build.events, 2)
    one["sequence"], other["sequence"] = other["sequence"], one["sequence"]
    build.events.sort(key=lambda row: row["sequence"])
    return Mutation("two entries swapped", one["sequence"])


def edit_handoff(build: StoredBuild, chance: Random) -> Mutation:
    """Any column of any handoff."""
    return Mutation(f"{_edit(chance.choice(build.handoffs), chance)} of a handoff", None)


def delete_handoff(build: StoredBuild, chance: Random) -> Mutation:
    """Any handoff."""
    build.handoffs.remove(chance.choice(build.handoffs))
    return Mutation("a handoff deleted", None)


def insert_handoff(build: StoredBuild, chance: Random) -> Mutation:
    """One more."""
    row = chance.choice(build.handoffs) | {"id": OTHER}
    build.handoffs.append(row)
    return Mutation("a handoff inserted", None)


def edit_build(build: StoredBuild, chance: Random) -> Mutation:
    """Any column of the build, or anything in its view.

    A key less is no change there: what an older version of Baton wrote lacks fields, and says their defaults by it.
    """
    assert build.build is not None
    if chance.random() < 0.5:
        change_inside(build.build["view"], chance, less=False)
        return Mutation("the build's view", None)
    return Mutation(f"{_edit(build.build, chance, less=False)} of the build", None)


def delete_build(build: StoredBuild, _: Random) -> Mutation:
    """The build's row."""
    build.build = None
    return Mutation("the build deleted", None)


MUTATIONS: list[Callable[[StoredBuild, Random], Mutation]] = [
    edit_entry,
    delete_entry,
    insert_entry,
    repeat_entry,
    swap_entries,
    edit_handoff,
    delete_handoff,
    insert_handoff,
    edit_build,
    delete_build,
]
