"""The course of a build: its journal walked once, with what is worth telling and what its place rests on."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import tzinfo

from baton.domain.facts import (
    FACTS,
    ApprovalExpired,
    ApprovalGranted,
    ApprovalRefused,
    ApprovalRequested,
    BuildAbandoned,
    BuildCancelled,
    CommandRefused,
    Fact,
    FindingWaived,
    LimitExtended,
    LimitReached,
    Paused,
    PhaseCompensated,
    PhaseFailed,
    QuestionAnswered,
    QuestionAsked,
    Resumed,
    RetryRequested,
    RolledBack,
    StateAdvanced,
)
from baton.domain.fold import evolve
from baton.domain.journal import Entry
from baton.domain.lineage import Lineage
from baton.domain.moves import MoveKind, phase_of
from baton.domain.view import BuildView
from baton.domain.vocabulary import EntryKind, Phase, State
from gateway.story import decisions, phases
from gateway.story.beats import Beat
from gateway.story.plain import line
from gateway.story.wording import joined, moment, quoted, the_role, who


@dataclass
class Course:
    """The build after its journal, and how it came to that.

    ``here`` is the entry that brought it to its state, or began the state anew; ``parked`` the one that parked it, if
    it is, ``tested`` the one that passed its tests last. ``last`` is the last entry of each kind, ``spent`` are those
    that changed the ledger.
    """

    view: BuildView
    beats: list[Beat]
    here: Entry
    parked: int = 0
    tested: int = 0
    last: dict[EntryKind, int] = field(default_factory=dict)
    spent: list[int] = field(default_factory=list)

    @property
    def over(self) -> bool:
        """Whether nothing more happens; the entry that ends a complete build comes right after its last move."""
        return self.view.ended or self.view.current_state is State.COMPLETE

    @property
    def rests_on(self) -> int:
        """The first entry of those that its place rests on: what brought it there, of a release the tests too."""
        return self.tested if self.view.current_state is State.COMPLETE else self.here.sequence

    @property
    def terms(self) -> int:
        """The entry that says what holds for the build's budgets now."""
        return self.last.get(EntryKind.LIMIT_EXTENDED, 1)


def course_of(entries: Iterable[Entry], zone: tzinfo) -> Course:
    """Walk a whole journal, or the first part of one. Raises ``ValueError`` where it does not begin with its start."""
    walk = iter(entries)
    first = next(walk, None)
    if first is None:
        raise ValueError("a journal without entries tells nothing")
    view = evolve(None, first)
    course = Course(view, [_opening(view, first, zone)], here=first, last={first.kind: 1}, spent=[1])
    if Phase.TESTING in view.completed_phases:  # a fork took them along
        course.tested = 1
    for entry in walk:
        _take(course, entry)
    return course


def _take(course: Course, entry: Entry) -> None:
    view = course.view
    fact = FACTS[entry.kind].model_validate(entry.data)
    if (beat := _beat(course, fact, entry)) is not None:
        _keep(course.beats, beat)
    stood, parked, ledger = (view.current_state, view.ledger.phase_runs), view.parked, view.ledger.model_copy()
    course.view = view = evolve(view, entry)
    if (view.current_state, view.ledger.phase_runs) != stood:
        course.here = entry
    if view.parked is not None and view.parked is not parked:
        course.parked = entry.sequence
    if isinstance(fact, StateAdvanced) and fact.to_state is State.HANDOFF_TO_VERIFIER:
        course.tested = entry.sequence
    if view.ledger != ledger:
        course.spent.append(entry.sequence)
    course.last[entry.kind] = entry.sequence


def _keep(beats: list[Beat], beat: Beat) -> None:
    """Add ``beat``. The wait that it closes goes with it."""
    begun = _begun(beats, beat.closes)
    if begun is not None:
        beats.remove(begun)
        beat = replace(beat, entries=(*begun.entries, *beat.entries))
    beats.append(beat)


def _begun(beats: list[Beat], wait: str) -> Beat | None:
    """The beat that opened ``wait``, if there is one that nothing has closed."""
    return next((beat for beat in reversed(beats) if wait and beat.opens == wait), None)


def _opening(view: BuildView, entry: Entry, zone: tzinfo) -> Beat:
    by_hand = [the_role(role) for role, terms in view.terms.roles.items() if terms.manual]
    hands = {0: "", len(view.terms.roles): ", in which all roles are played by hand"}
    played = hands.get(len(by_hand), f", in which people or programs from outside play {joined(by_hand)}")
    profile = f"at {moment(entry.at, zone)}, with the profile {line(view.terms.profile, 60)}{played}"
    if view.forked_from is not None:
        return _forking(view, view.forked_from, entry, profile)
    request = view.request
    asked = f"asked for {quoted(request.title)} in project {line(request.project_id, 60)}"
    return Beat(line(request.user_id, 60), f"{asked} {profile}", (entry.sequence,), named=True)


def _forking(view: BuildView, origin: Lineage, entry: Entry, profile: str) -> Beat:
    begins = f"where {origin.phase.value} began with its entry {origin.sequence}"
    did = f"forked {quoted(view.request.title)} from {line(origin.build_id, 100)}, {begins}, {profile}"
    return Beat(who(entry.actor), did, (entry.sequence,), named=True)


def _beat(course: Course, fact: Fact, entry: Entry) -> Beat | None:
    """What ``entry`` is to the story; ``None`` for one that goes without saying."""
    view = course.view
    match fact:
        case StateAdvanced():
            return _advanced(course, fact, entry)
        case PhaseFailed():
            return phases.failed(fact, entry)
        case QuestionAsked():
            return phases.asked(fact, entry)
        case QuestionAnswered():
            return phases.answered(fact, entry, view)
        case RetryRequested():
            return decisions.retried(fact, entry, view)
        case RolledBack():
            return decisions.rolled_back(fact, entry, view)
        case ApprovalRequested():
            return decisions.approval_requested(fact, entry)
        case ApprovalGranted():
            return decisions.approval_granted(fact, entry, view)
        case ApprovalRefused():
            return decisions.approval_refused(fact, entry, view)
        case ApprovalExpired():
            return decisions.approval_expired(fact, entry)
        case Paused():
            return decisions.paused(fact, entry)
        case Resumed():
            return decisions.resumed(fact, entry, _begun(course.beats, decisions.PAUSE))
        case LimitReached():
            return decisions.limit_reached(fact, entry)
        case LimitExtended():
            return decisions.limit_extended(fact, entry)
        case CommandRefused():
            return decisions.command_refused(fact, entry)
        case FindingWaived():
            return decisions.waived(fact, entry)
        case PhaseCompensated():
            return decisions.compensated(fact, entry)
        case BuildCancelled() | BuildAbandoned():
            return decisions.stopped(fact, entry)
        case _:
            return None


def _advanced(course: Course, fact: StateAdvanced, entry: Entry) -> Beat | None:
    """A phase that ended; taking a handoff is no news. Who does two phases in a row did them in one go."""
    if phase_of(fact.from_state) is None:
        return None
    beat, before = phases.phase_ended(fact, entry, course.view), course.beats[-1]
    in_a_row = fact.from_state is State.PLANNING and fact.move is MoveKind.FORWARD and before.who == beat.who
    if in_a_row and before.routine and before.entries == (entry.sequence - 1,):
        course.beats.pop()
        return replace(beat, did=f"{before.did} and {beat.did}", entries=(*before.entries, *beat.entries))
    return beat
