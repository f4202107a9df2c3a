"""Whatever happened to a build, every run of every phase of it can be forked, and goes on as it went on there."""

from random import Random

import pytest

from baton.domain.fold import fold
from baton.domain.forking import fork_of
from baton.domain.journal import Entry, verify
from baton.domain.moves import PHASES
from baton.domain.refusals import Refusal
from baton.domain.steps import Perform, order_for
from baton.domain.view import BuildView
from baton.domain.vocabulary import LimitName, Phase, Status
from tests.integration.store.reports.wandering import Wanderer
from tests.unit.domain.driver import Driver

SAME = (
    "number",
    "run_in_phase",
    "phase",
    "role",
    "inputs",
    "feedback",
    "answers",
    "commit",
    "base_commit",
    "approvals",
)


def beginnings(entries: list[Entry]) -> list[tuple[Phase, int]]:
    """Each run of each phase, told by the ledger: by the entry with which it began."""
    found: list[tuple[Phase, int]] = []
    runs = 0
    for number in range(1, len(entries) + 1):
        view = fold(entries[:number])
        if view.ledger.phase_runs > runs:
            runs = view.ledger.phase_runs
            changed = [phase for phase in PHASES if view.phases[phase].runs > sum(one is phase for one, _ in found)]
            found += [(phase, number) for phase in changed]
    return found


def wandered(seed: int) -> Wanderer:
    return Wanderer(Random(seed), seed).wander(40)


@pytest.mark.parametrize("seed", range(24))
def test_a_fork_orders_what_was_ordered_there_and_counts_on(seed: int) -> None:
    build = wandered(seed)
    for phase, sequence in beginnings(build.entries):
        there = fold(build.entries[:sequence])
        fork = build.fork(phase, at=sequence)
        view = fork.view

        assert fold(fork.entries) == view
        assert verify(fork.entries) == view.head
        assert view.ledger == there.ledger
        assert view.forked_from is not None
        assert view.forked_from.seconds == (there.updated_at - there.created_at).total_seconds()
        assert view.completed_phases == there.completed_phases
        ordered, expected = order_for(_running(view)), order_for(there)
        assert {name: getattr(ordered, name) for name in SAME} == {
            name: getattr(expected, name) for name in SAME if name != "base_commit"
        } | {"base_commit": there.base_commit or build.view.base_commit}


@pytest.mark.parametrize("seed", range(24))
def test_a_fork_completes_whatever_became_of_its_origin(seed: int) -> None:
    build = wandered(seed)
    phase, sequence = beginnings(build.entries)[-1]
    there = fold(build.entries[:sequence])
    limits: dict[LimitName, float | None] = {name: None for name in LimitName if there.maximum(name) is not None}
    fork = build.fork(phase, at=sequence, limits=limits)
    assert fork.until("complete").view.status is Status.COMPLETE
    assert _sum_of_runs(fork) == fork.view.ledger.phase_runs


@pytest.mark.parametrize("seed", range(0, 24, 4))
def test_no_other_entry_begins_a_phase(seed: int) -> None:
    entries = wandered(seed).entries
    known = beginnings(entries)
    for phase in PHASES:
        for entry in entries:
            if (phase, entry.sequence) not in known:
                with pytest.raises(Refusal):
                    fork_of(entries, phase, at=entry.sequence)


def _running(view: BuildView) -> BuildView:
    """The view of a fork, before a limit parked it at the door."""
    assert view.forked_from is not None
    return view.model_copy(update={"current_state": view.forked_from.phase.state})


def _sum_of_runs(build: Driver) -> int:
    return sum(record.runs for record in build.view.phases.values())


def test_what_runners_would_do_is_ordered_at_once() -> None:
    assert isinstance(Driver().until("testing").fork("testing").build.next_step(), Perform)
