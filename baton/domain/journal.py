"""The journal: everything that happened to a build, numbered, time-stamped and hash-chained."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from pydantic import Field, field_validator

from baton.domain.actors import Actor
from baton.domain.jsonvalue import canonical
from baton.domain.model import Value
from baton.domain.vocabulary import EntryKind

GENESIS = "0" * 64
"""What the first entry names as the hash before it."""


class Head(Value):
    """The end of a journal: what the next entry is chained to."""

    sequence: int = 0
    hash: str = GENESIS


class Entry(Value):
    """One thing that happened. Never changed, never removed."""

    sequence: int = Field(ge=1)
    kind: EntryKind
    actor: Actor
    at: datetime
    data: dict[str, Any]
    command_id: str | None = Field(default=None, description="the key of the command that caused it, if it had one")
    prev_hash: str
    hash: str = Field(description="SHA-256 over all other fields as canonical JSON")

    @field_validator("at")
    @classmethod
    def _utc(cls, value: datetime) -> datetime:
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value.astimezone(UTC)

    @property
    def head(self) -> Head:
        """The journal's end when this entry is its last."""
        return Head(sequence=self.sequence, hash=self.hash)


def chained(
    head: Head,
    kind: EntryKind,
    actor: Actor,
    at: datetime,
    data: dict[str, Any],
    command_id: str | None = None,
) -> Entry:
    """The entry that follows ``head``. ``data`` must be clean JSON (:func:`baton.domain.jsonvalue.clean`)."""
    sequence = head.sequence + 1
    return Entry(
        sequence=sequence,
        kind=kind,
        actor=actor,
        at=at,
        data=data,
        command_id=command_id,
        prev_hash=head.hash,
        hash=digest(sequence, kind, actor, at, data, command_id, head.hash),
    )


def digest(
    sequence: int,
    kind: EntryKind,
    actor: Actor,
    at: datetime,
    data: dict[str, Any],
    command_id: str | None,
    prev_hash: str,
) -> str:
    """The hash of an entry with these fields, in hexadecimal. Times count in microseconds, in UTC."""
    content = {
        "sequence": sequence,
        "kind": kind.value,
        "actor": actor.model_dump(mode="json"),
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "data": data,
        "command_id": command_id,
        "prev_hash": prev_hash,
    }
    return hashlib.sha256(canonical(content)).hexdigest()


class ChainBroken(ValueError):
    """A journal that was edited, cut, reordered or mixed with another, from entry ``sequence`` on."""

    def __init__(self, sequence: int, message: str) -> None:
        super().__init__(message)
        self.sequence = sequence


def verify(entries: Iterable[Entry], *, after: Head = Head()) -> Head:  # noqa: B008 - immutable
    """Check that ``entries`` follow ``after`` without a gap; return the new head. Raises :class:`ChainBroken`."""
    head = after
    for entry in entries:
        expected = head.sequence + 1
        if entry.sequence != expected:
            raise ChainBroken(expected, f"entry {expected} is missing: entry {entry.sequence} follows {head.sequence}")
        if entry.prev_hash != head.hash:
            raise ChainBroken(expected, f"entry {expected} is not chained to entry {head.sequence}")
        real = digest(entry.sequence, entry.kind, entry.actor, entry.at, entry.data, entry.command_id, entry.prev_hash)
        if entry.hash != real:
            raise ChainBroken(expected, f"entry {expected} was changed: its content does not have its hash")
        head = entry.head
    return head
