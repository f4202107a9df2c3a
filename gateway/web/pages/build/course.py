"""The way of a build through its journal: how long it stayed where, and what the roles reported there."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from baton.domain.fold import evolve
from baton.domain.journal import Entry
from baton.domain.moves import OWNERS, phase_before, phase_of
from baton.domain.outside import OutsideEnd
from baton.domain.reports import Finding, PhaseReport
from baton.domain.view import BuildView
from baton.domain.vocabulary import EntryKind, Phase, Role, State

_MOVES_BACK = {"rework", "rolled back"}
_SAID = {
    EntryKind.RETRY_REQUESTED: "retried",
    EntryKind.ROLLED_BACK: "rolled back",
    EntryKind.BUILD_CANCELLED: "cancelled",
    EntryKind.BUILD_ABANDONED: "given up",
}


@dataclass(slots=True)
class Piece:
    """A stretch of a stay in which a role works (``waits`` is empty) or people are waited for."""

    begins: datetime
    waits: str
    ends: datetime | None = None


@dataclass(slots=True)
class Stay:
    """One stay in a state. ``phase`` is where it is drawn; ``run`` counts the stays in that phase."""

    state: State
    phase: Phase
    run: int
    role: Role | None
    begins: datetime
    pieces: list[Piece]
    ends: datetime | None = None
    ended_by: str = ""
    told: str = ""
    entry: int = 0

    @property
    def is_phase(self) -> bool:
        """Whether a role works in it."""
        return phase_of(self.state) is not None

    @property
    def goes_back(self) -> bool:
        """Whether it ended with the work going back."""
        return self.ended_by in _MOVES_BACK

    def seconds(self, now: datetime) -> float:
        """How long it took, or has taken so far."""
        return max(0.0, ((self.ends or now) - self.begins).total_seconds())

    def waited(self, now: datetime) -> float:
        """How much of that people were waited for."""
        spans = (((piece.ends or now) - piece.begins).total_seconds() for piece in self.pieces if piece.waits)
        return max(0.0, sum(spans))


@dataclass(frozen=True, slots=True)
class Told:
    """What a role reported at the end of the ``run``-th run of its phase, and what the gate found besides."""

    phase: Phase
    run: int
    entry: Entry
    report: PhaseReport
    gate: tuple[Finding, ...]
    sent_back: bool


@dataclass(slots=True)
class Course:
    """The whole way."""

    stays: list[Stay] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)


def course_of(entries: Sequence[Entry], end: OutsideEnd | None = None) -> Course:
    """The way that a whole journal tells of, up to the ``end`` that it does not tell of, if there is one."""
    course = Course()
    view: BuildView | None = None
    for entry in entries:
        before = None if view is None else view.current_state
        if view is not None and (told := _told(entry, view)) is not None:
            course.told.append(told)
        view = evolve(view, entry)
        again = entry.kind is EntryKind.RETRY_REQUESTED
        if before is not view.current_state or again:
            _leave(course, entry.at, _how(entry), _what(entry.data))
            course.stays.append(_stay(course, view, entry))
        _wait(course.stays[-1], view, entry)
        if view.ended:
            _leave(course, entry.at, _how(entry), _what(entry.data))
    if end is not None:
        _leave(course, end.at, end.kind.value.replace("_", " "), end.reason)
    return course


def _told(entry: Entry, view: BuildView) -> Told | None:
    report = entry.data.get("report")
    if not isinstance(report, dict):
        return None
    phase = Phase(entry.data.get("phase") or entry.data["from_state"])
    findings = tuple(Finding.model_validate(one) for one in entry.data.get("findings", ()))
    sent_back = entry.data.get("move") == "rework" or entry.kind is EntryKind.PHASE_FAILED
    return Told(phase, view.phases[phase].runs, entry, PhaseReport.model_validate(report), findings, sent_back)


def _stay(course: Course, view: BuildView, entry: Entry) -> Stay:
    state = view.current_state
    phase = _drawn_at(state, view)
    run = sum(1 for stay in course.stays if stay.state is state) + 1
    role = OWNERS.get(state)
    return Stay(state, phase, run, role, entry.at, [], entry=entry.sequence)


def _drawn_at(state: State, view: BuildView) -> Phase:
    """The phase in whose row a stay is drawn; what is parked stays where it came from."""
    if state is State.COMPLETE:
        return Phase.DEPLOYMENT
    if state is State.ERROR:
        return phase_before(view.parked.from_state) if view.parked is not None else Phase.DISCOVERY
    if state is State.CANCELLED:
        return next((phase for phase in Phase if phase not in view.completed_phases), Phase.DEPLOYMENT)
    return phase_before(state)


def _leave(course: Course, at: datetime, how: str, told: str) -> None:
    if not course.stays or course.stays[-1].ends is not None:
        return
    stay = course.stays[-1]
    stay.ends = at
    stay.ended_by = how
    stay.told = told
    if stay.pieces:
        stay.pieces[-1].ends = at


def _how(entry: Entry) -> str:
    if entry.kind is EntryKind.STATE_ADVANCED:
        return "rework" if entry.data.get("move") == "rework" else "forward"
    return _SAID.get(entry.kind, "parked" if entry.kind is not EntryKind.BUILD_COMPLETED else "")


def _what(data: dict[str, Any]) -> str:
    report = data.get("report")
    summary = report.get("summary") if isinstance(report, dict) else ""
    return str(data.get("reason") or data.get("message") or summary or "")


def _wait(stay: Stay, view: BuildView, entry: Entry) -> None:
    waits = view.waiting_for.kind if view.waiting_for is not None else ""
    if stay.pieces and stay.pieces[-1].waits == waits:
        return
    if stay.pieces and stay.pieces[-1].begins == entry.at:
        stay.pieces.pop()  # told in the same moment: it was never so
    if stay.pieces:
        stay.pieces[-1].ends = entry.at
    stay.pieces.append(Piece(entry.at, waits))
