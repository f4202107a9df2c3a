"""The table of moves, as data: where a build may go from where it is.

Every pair of states is either in :data:`MOVES` or refused; no state moves to itself and no phase can be skipped.
"""

import itertools
from enum import StrEnum

from baton.domain.vocabulary import Phase, Role, State


class MoveKind(StrEnum):
    """Why a build moves."""

    FORWARD = "forward"  # to the next state
    REWORK = "rework"  # back to the role that has to mend what was found
    PARK = "park"  # into ``error``
    RESUME = "resume"  # out of ``error`` into a phase
    CANCEL = "cancel"  # into ``cancelled``


ORDER: tuple[State, ...] = (
    State.DISCOVERY,
    State.PLANNING,
    State.HANDOFF_TO_CODER,
    State.IMPLEMENTATION,
    State.HANDOFF_TO_TESTER,
    State.TESTING,
    State.HANDOFF_TO_VERIFIER,
    State.VERIFICATION,
    State.HANDOFF_TO_RELEASER,
    State.DEPLOYMENT,
    State.COMPLETE,
)
"""The way of a build that needs no rework."""

PHASES: tuple[Phase, ...] = tuple(Phase)
"""The six phases in their order."""

REWORK: dict[Phase, Phase] = {
    Phase.IMPLEMENTATION: Phase.PLANNING,
    Phase.TESTING: Phase.IMPLEMENTATION,
    Phase.VERIFICATION: Phase.IMPLEMENTATION,
    Phase.DEPLOYMENT: Phase.VERIFICATION,
}
"""Which phase mends what a phase rejects. Discovery and planning have nobody before them."""

OWNERS: dict[State, Role] = {
    State.DISCOVERY: Role.Q_ASSISTANT,
    State.PLANNING: Role.Q_ASSISTANT,
    State.HANDOFF_TO_CODER: Role.CODE_WRITER,
    State.IMPLEMENTATION: Role.CODE_WRITER,
    State.HANDOFF_TO_TESTER: Role.TEST_AUDITOR,
    State.TESTING: Role.TEST_AUDITOR,
    State.HANDOFF_TO_VERIFIER: Role.VERIFICATION_OVERSEER,
    State.VERIFICATION: Role.VERIFICATION_OVERSEER,
    State.HANDOFF_TO_RELEASER: Role.RELEASE_MANAGER,
    State.DEPLOYMENT: Role.RELEASE_MANAGER,
}
"""Who acts next in a state: in a phase the role that works, in a handoff the role that takes the work."""

_PHASES_BY_STATE = {phase.state: phase for phase in PHASES}

HANDOFFS: tuple[State, ...] = tuple(state for state in ORDER if state.value.startswith("handoff_"))
"""The four states in which a gate can hold the work."""

ENDED: frozenset[State] = frozenset({State.COMPLETE, State.CANCELLED})
"""States that nothing leaves."""


def _table() -> dict[tuple[State, State], MoveKind]:
    moves = dict.fromkeys(itertools.pairwise(ORDER), MoveKind.FORWARD)
    moves |= {(here.state, there.state): MoveKind.REWORK for here, there in REWORK.items()}
    for state in ORDER[:-1]:
        moves[state, State.ERROR] = MoveKind.PARK
        moves[state, State.CANCELLED] = MoveKind.CANCEL
    moves |= {(State.ERROR, phase.state): MoveKind.RESUME for phase in PHASES}
    moves[State.ERROR, State.CANCELLED] = MoveKind.CANCEL
    return moves


MOVES: dict[tuple[State, State], MoveKind] = _table()
"""Every allowed move and its kind."""


def following(state: State) -> State:
    """The next state on the way forward. Raises ``KeyError`` for a state that has none."""
    for here, there in itertools.pairwise(ORDER):
        if here is state:
            return there
    raise KeyError(state)


def phase_of(state: State) -> Phase | None:
    """The phase of the same name, or ``None`` for a state in which no role works."""
    return _PHASES_BY_STATE.get(state)


def phase_before(state: State) -> Phase:
    """The last phase at or before ``state``: the work that a handoff carries came from it.

    Raises ``KeyError`` for a state outside :data:`ORDER`.
    """
    if state not in ORDER:
        raise KeyError(state)
    here = ORDER.index(state)
    return next(phase for phase in reversed(PHASES) if ORDER.index(phase.state) <= here)
