"""The numbers of reports, reckoned from journals by folding them entry by entry, in plain Python."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from baton.domain.fold import evolve
from baton.domain.journal import Entry
from baton.domain.ledger import Ledger
from baton.domain.moves import ORDER, OWNERS
from baton.domain.view import BuildView
from baton.domain.vocabulary import EntryKind, Phase, Role, State

_HOW = {
    EntryKind.RETRY_REQUESTED: "retried",
    EntryKind.ROLLED_BACK: "rolled_back",
    EntryKind.PHASE_FAILED: "failed",
    EntryKind.LIMIT_REACHED: "limit",
    EntryKind.APPROVAL_REFUSED: "refused",
    EntryKind.APPROVAL_EXPIRED: "expired",
    EntryKind.PHASE_COMPENSATED: "undo_failed",
    EntryKind.BUILD_CANCELLED: "cancelled",
    EntryKind.BUILD_ABANDONED: "abandoned",
}


_SUBJECTS = {"answer": EntryKind.QUESTION_ASKED, "resume": EntryKind.PAUSED}


@dataclass(frozen=True)
class Stay:
    """From entering a state to leaving it."""

    number: int
    state: State
    role: Role | None
    entered_at: datetime
    left_at: datetime | None = None
    left_to: State | None = None
    ended_by: str | None = None
    code: str | None = None

    @property
    def seconds(self) -> float | None:
        return None if self.left_at is None else (self.left_at - self.entered_at).total_seconds()


@dataclass
class Wait:
    """The time that a build waited for one thing in one stay, from first to last, without other waits in between."""

    stay: int
    kind: str
    state: State
    began_at: datetime
    spent: timedelta = timedelta(0)
    ended_at: datetime | None = None
    ended_by: EntryKind | None = None
    goes_on: bool = False

    @property
    def seconds(self) -> float | None:
        return None if self.goes_on else self.spent.total_seconds()


class Reckoning:
    """One build's journal, folded with an eye on what reports are about."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.stays: list[Stay] = []
        self._waits: dict[tuple[int, str, int | None], Wait] = {}
        self._waiting: Wait | None = None
        self._since = entries[0].at
        self._subjects: dict[EntryKind, int] = {}
        view: BuildView | None = None
        for entry in entries:
            before = None if view is None else view.current_state
            view = evolve(view, entry)
            self._follow_stay(entry, before, view)
            self._follow_wait(entry, view)
        assert view is not None
        self.view = view
        self.kinds = Counter(entry.kind for entry in entries)

    def _follow_stay(self, entry: Entry, before: State | None, view: BuildView) -> None:
        moved = before is not view.current_state or entry.kind in (EntryKind.RETRY_REQUESTED, EntryKind.BUILD_ABANDONED)
        if not moved:
            return
        if self.stays:
            how = _HOW.get(entry.kind) or entry.data["move"]
            code = None if view.parked is None else view.parked.code
            self.stays[-1] = replace(
                self.stays[-1], left_at=entry.at, left_to=view.current_state, ended_by=how, code=code
            )
        if view.outcome is None and view.current_state is not State.COMPLETE:
            role = OWNERS.get(view.current_state)
            self.stays.append(Stay(len(self.stays) + 1, view.current_state, role, entry.at))

    def _follow_wait(self, entry: Entry, view: BuildView) -> None:
        if self._waiting is not None:
            self._waiting.spent += entry.at - self._since
            self._waiting.ended_at, self._waiting.ended_by = entry.at, entry.kind
            self._waiting.goes_on = False
        self._subjects |= {entry.kind: entry.sequence}
        self._since, self._waiting = entry.at, None
        if view.waiting_for is None or view.current_state is State.COMPLETE:
            return
        kind, stay = view.waiting_for.kind, len(self.stays)
        subject = self._subjects.get(_SUBJECTS[kind]) if kind in _SUBJECTS else None
        self._waiting = self._waits.setdefault((stay, kind, subject), Wait(stay, kind, view.current_state, entry.at))
        self._waiting.ended_at, self._waiting.ended_by, self._waiting.goes_on = None, None, True

    @property
    def waits(self) -> list[Wait]:
        """All that took time, or go on."""
        return [wait for wait in self._waits.values() if wait.goes_on or wait.spent]

    @property
    def failures(self) -> list[State]:
        """The states in which it was parked, or given up."""
        return [stay.state for stay in self.stays if stay.left_to is State.ERROR and stay.state is not State.ERROR]

    @property
    def first_pass(self) -> bool | None:
        """Whether it went straight through: each of the states once, from the first or from where it was forked."""
        view = self.view
        begins = State.DISCOVERY if view.forked_from is None else view.forked_from.phase.state
        straight = len(ORDER) - 1 - ORDER.index(begins)
        return None if not view.ended else view.current_state is State.COMPLETE and len(self.stays) == straight

    def tries(self, phase: Phase) -> list[str]:
        """How the stays in ``phase`` ended that its role ended."""
        ends = [stay.ended_by for stay in self.stays if stay.state is phase.state]
        return [end for end in ends if end in ("forward", "rework", "failed")]


def own(view: BuildView) -> Ledger:
    """What the build has used itself: without what its origin had used where it was forked."""
    if view.forked_from is None:
        return view.ledger
    before = view.forked_from.ledger.model_dump()
    return Ledger.model_validate({name: value - before[name] for name, value in view.ledger.model_dump().items()})


def nearest_rank(percent: int, values: Iterable[float | None]) -> float | None:
    """The smallest of ``values`` that at least ``percent`` of a hundred do not exceed; without ``None``."""
    known = sorted(value for value in values if value is not None)
    return known[math.ceil(len(known) * percent / 100) - 1] if known else None


def share(part: int, whole: int) -> float | None:
    """In percent; nothing of nothing."""
    return 100 * part / whole if whole else None


def mean(values: Sequence[float]) -> float | None:
    """Their mean; nothing of none."""
    return sum(values) / len(values) if values else None


def most_common(states: Iterable[State], order: Callable[[State], int]) -> State | None:
    """The most frequent; of several the first in ``order``."""
    counted = Counter(states)
    return min(counted, key=lambda state: (-counted[state], order(state)), default=None)
