import pytest

from baton.domain.moves import (
    ENDED,
    HANDOFFS,
    MOVES,
    OWNERS,
    PHASES,
    MoveKind,
    following,
    phase_before,
    phase_of,
)
from baton.domain.moving import check_move
from baton.domain.refusals import Refusal
from baton.domain.vocabulary import Phase, RefusalCode, Role, State

# From the rows to the columns, in the same order: F forward, W rework, P park, R resume, C cancel, . refused.
TABLE = """
discovery            . F . . . . . . . . . P C
planning             . . F . . . . . . . . P C
handoff_to_coder     . . . F . . . . . . . P C
implementation       . W . . F . . . . . . P C
handoff_to_tester    . . . . . F . . . . . P C
testing              . . . W . . F . . . . P C
handoff_to_verifier  . . . . . . . F . . . P C
verification         . . . W . . . . F . . P C
handoff_to_releaser  . . . . . . . . . F . P C
deployment           . . . . . . . W . . F P C
complete             . . . . . . . . . . . . .
error                R R . R . R . R . R . . C
cancelled            . . . . . . . . . . . . .
"""
STATES = [line.split()[0] for line in TABLE.strip().splitlines()]
KINDS = {
    "F": MoveKind.FORWARD,
    "W": MoveKind.REWORK,
    "P": MoveKind.PARK,
    "R": MoveKind.RESUME,
    "C": MoveKind.CANCEL,
    ".": None,
}
PAIRS = [
    pytest.param(State(here), State(there), KINDS[letter], id=f"{here}-{there}")
    for here, *letters in (line.split() for line in TABLE.strip().splitlines())
    for there, letter in zip(STATES, letters, strict=True)
]


def test_the_table_speaks_of_every_pair_of_the_thirteen_states() -> None:
    assert set(STATES) == set(State)
    assert len(PAIRS) == 169


@pytest.mark.parametrize(("here", "there", "kind"), PAIRS)
def test_a_pair_of_states_is_a_move_of_its_kind_or_refused(here: State, there: State, kind: MoveKind | None) -> None:
    assert MOVES.get((here, there)) is kind
    if kind is not None:
        assert check_move(here, there) is kind
        return
    with pytest.raises(Refusal) as caught:
        check_move(here, there)
    assert caught.value.code is RefusalCode.MOVE_NOT_ALLOWED
    assert caught.value.message == f"a build cannot go from {here.value!r} to {there.value!r}"


def test_each_state_on_the_way_is_owned_by_the_role_that_acts_in_it() -> None:
    q, coder, tester, verifier, releaser = Role
    assert [OWNERS.get(State(name)) for name in STATES] == [
        *(q, q, coder, coder, tester, tester, verifier, verifier, releaser, releaser),
        *(None, None, None),
    ]


def test_what_follows_a_state_is_the_next_one_on_the_way() -> None:
    way = STATES[:11]
    assert [following(State(state)).value for state in way[:-1]] == way[1:]


@pytest.mark.parametrize("state", [State.COMPLETE, State.ERROR, State.CANCELLED])
def test_nothing_follows_a_state_outside_the_way(state: State) -> None:
    with pytest.raises(KeyError):
        following(state)


def test_a_phase_is_a_state_in_which_a_role_works() -> None:
    assert [phase_of(phase.state) for phase in Phase] == list(PHASES)
    assert [state.value for state in HANDOFFS] == [name for name in STATES if name.startswith("handoff_")]
    assert all(phase_of(state) is None for state in (*HANDOFFS, *ENDED, State.ERROR))


@pytest.mark.parametrize(
    ("state", "phase"),
    [
        ("discovery", "discovery"),
        ("handoff_to_coder", "planning"),
        ("testing", "testing"),
        ("handoff_to_releaser", "verification"),
        ("complete", "deployment"),
    ],
)
def test_the_work_that_a_state_holds_came_from_the_phase_before(state: str, phase: str) -> None:
    assert phase_before(State(state)) == phase


@pytest.mark.parametrize("state", [State.ERROR, State.CANCELLED])
def test_no_phase_is_before_a_state_outside_the_way(state: State) -> None:
    with pytest.raises(KeyError):
        phase_before(state)
