"""The handoffs of a build: from whom to whom, with which commit, and what was handed over."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from baton.domain.handing import handed_over, makes_handoff
from baton.domain.journal import Entry
from baton.domain.view import BuildView
from baton.domain.vocabulary import Role, State

_WHOLE = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(frozen=True, slots=True)
class Passed:
    """One handoff. ``base`` is the commit of the one before: what changed lies between the two."""

    sequence: int
    at: datetime
    from_role: Role
    to_role: Role | None
    from_state: State
    to_state: State
    commit: str | None
    base: str | None
    fields: tuple[str, ...]
    said: str
    back: bool

    @property
    def changed(self) -> bool:
        """Whether there is a difference to show."""
        ends = (self.base, self.commit)
        return ends[0] != ends[1] and all(end is not None and _WHOLE.fullmatch(end) for end in ends)


def passed(view: BuildView, entries: Sequence[Entry]) -> list[Passed]:
    """All handoffs, in order."""
    made = {entry.sequence: entry for entry in entries if makes_handoff(entry)}
    found: list[Passed] = []
    base = view.base_commit
    for record in view.handoff_history:
        data = handed_over(made[record.sequence]) or {}
        entry = made[record.sequence]
        found.append(
            Passed(
                sequence=record.sequence,
                at=record.timestamp,
                from_role=record.from_role,
                to_role=record.to_role,
                from_state=record.from_state,
                to_state=record.to_state,
                commit=record.commit,
                base=base,
                fields=tuple(data),
                said=str(data.get("reason") or data.get("summary") or ""),
                back=entry.data.get("move") == "rework" or entry.kind.value == "rolled_back",
            )
        )
        base = record.commit or base
    return found
