"""The journal as lines, newest first, some at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from baton.domain.journal import Entry
from gateway.story.sentences import sentence
from gateway.web.pages.words import entry_tone, kind_word, role_word

_ON_A_PAGE = 100


@dataclass(frozen=True, slots=True)
class Record:
    """One entry."""

    sequence: int
    at: datetime
    kind: str
    tone: str
    said: str
    who: str
    hash: str


@dataclass(frozen=True, slots=True)
class Records:
    """Some entries. ``before`` is where the older ones go on; ``total`` is how many there are."""

    records: list[Record]
    before: int | None
    total: int


def records(entries: Sequence[Entry], before: int | None = None) -> Records:
    """The last entries, or those before the entry ``before``."""
    older = [entry for entry in entries if before is None or entry.sequence < before]
    shown = older[-_ON_A_PAGE:]
    found = [
        Record(
            sequence=entry.sequence,
            at=entry.at,
            kind=kind_word(entry.kind.value),
            tone=entry_tone(entry.kind),
            said=sentence(entry),
            who=_who(entry),
            hash=entry.hash,
        )
        for entry in reversed(shown)
    ]
    return Records(found, shown[0].sequence if len(older) > len(shown) else None, len(entries))


def _who(entry: Entry) -> str:
    actor = entry.actor
    if actor.role is None:
        return "Baton" if actor.kind.value == "system" else actor.id
    role = role_word(actor.role)
    return role if actor.id == actor.role.value else f"{actor.id} as {role}"
