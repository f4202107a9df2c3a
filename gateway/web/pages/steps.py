"""The six phases of a build as small steps: done, here, or still to come."""

from collections.abc import Iterable
from dataclasses import dataclass

from baton.domain.moves import PHASES, phase_before
from baton.domain.vocabulary import Phase, State, Status


@dataclass(frozen=True, slots=True)
class PhaseStep:
    """One phase. ``stage`` is ``done``, ``here`` or ``ahead``; a build that cannot go on stands still ``here``."""

    phase: Phase
    stage: str
    tone: str


def steps(done: Iterable[Phase], state: State, status: Status) -> list[PhaseStep]:
    """The steps of a build that has ``done`` these phases and is in ``state``."""
    finished = frozenset(done)
    here = _here(finished, state, status)
    return [
        PhaseStep(phase, "done" if phase in finished else "here" if phase is here else "ahead", _TONES[status])
        for phase in PHASES
    ]


def first_phases(progress: float) -> tuple[Phase, ...]:
    """The phases that are completed when ``progress`` percent of all are: always the first ones."""
    return PHASES[: round(progress * len(PHASES) / 100)]


def _here(finished: frozenset[Phase], state: State, status: Status) -> Phase | None:
    if status is Status.COMPLETE:
        return None
    ahead = next((phase for phase in PHASES if phase not in finished), None)
    if state in (State.ERROR, State.CANCELLED):
        return ahead
    before = phase_before(state)
    return ahead if before in finished else before


_TONES = {
    Status.IN_PROGRESS: "work",
    Status.WAITING: "wait",
    Status.PAUSED: "still",
    Status.ERROR: "bad",
    Status.COMPLETE: "good",
    Status.CANCELLED: "still",
    Status.FAILED: "bad",
}
