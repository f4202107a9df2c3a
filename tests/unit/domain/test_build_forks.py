"""Forks: a new build begins where a phase of another began, with what was true there."""

import pytest

from baton.domain.fold import fold
from baton.domain.forking import fork_of
from baton.domain.journal import verify
from baton.domain.refusals import Refusal
from baton.domain.vocabulary import EntryKind, Phase, RefusalCode, Role, State, Status
from tests.unit.domain.driver import GOOD, Driver, make_terms

FAILED = {"tests_run": 9, "tests_failed": 1, "test_coverage": 91.5, "findings": ["test_add fails"]}


def told_no(build: Driver, phase: str, **how: object) -> tuple[RefusalCode, str]:
    with pytest.raises(Refusal) as caught:
        build.fork(phase, **how)  # type: ignore[arg-type]
    return caught.value.code, caught.value.message


def test_a_fork_goes_on_where_the_phase_began_and_completes() -> None:
    build = Driver().until("complete")
    fork = build.fork("testing", reason="", key="k-1")

    assert fork.kinds == [EntryKind.WORKFLOW_STARTED]
    assert (fork.state, fork.view.status, fork.view.build_id) == (State.TESTING, Status.IN_PROGRESS, "f-1")
    assert fork.view.completed_phases == [Phase.DISCOVERY, Phase.PLANNING, Phase.IMPLEMENTATION]
    assert fork.order.inputs[Phase.PLANNING] == {"output": {"steps": ["write it"]}}
    assert fork.order.commit == "c0de"
    assert fork.view.commands == {"k-1": 1}
    fork.until("complete")
    assert verify(fork.entries) == fork.view.head
    assert fold(fork.entries) == fork.view
    assert [one.to_role for one in fork.view.handoff_history] == [
        Role.VERIFICATION_OVERSEER,
        Role.RELEASE_MANAGER,
        None,
    ]


def test_a_fork_says_where_it_comes_from() -> None:
    build = Driver().until("complete")
    origin = build.fork("implementation").view.forked_from

    assert origin is not None
    point = build.entries[origin.sequence - 1]
    assert (origin.build_id, origin.first_run_id, origin.phase) == ("b-1", "run-1", Phase.IMPLEMENTATION)
    assert (point.data["to_state"], point.hash, origin.run) == ("implementation", origin.hash, 1)
    assert build.view.forked_from is None


@pytest.mark.parametrize("end", ["complete", "cancelled", "abandoned"])
def test_a_build_that_has_ended_can_be_forked_and_stays_as_it_was(end: str) -> None:
    build = Driver().until("complete" if end == "complete" else "verification")
    if end == "cancelled":
        build.keep(build.build.cancel("not needed", build.now))
    elif end == "abandoned":
        build.send("abandon", expected_state="verification", reason="enough")
    before = [entry.hash for entry in build.entries], build.view.model_dump_json()
    assert build.fork("planning").until("complete").view.status is Status.COMPLETE
    assert ([entry.hash for entry in build.entries], build.view.model_dump_json()) == before


def test_the_latest_run_is_forked_unless_another_is_named() -> None:
    build = Driver().until("testing")
    build.report(**FAILED)
    build.until("complete")
    first, second = (entry.sequence for entry in build.entries if entry.data.get("to_state") == "implementation")
    later, earlier = build.fork("implementation"), build.fork("implementation", at=first)

    assert [fork.view.forked_from.sequence for fork in (later, earlier) if fork.view.forked_from] == [second, first]
    assert later.order.feedback is not None
    assert "test_add fails" in later.order.feedback.findings[-1].message
    assert earlier.order.feedback is None
    assert (later.order.run_in_phase, earlier.order.run_in_phase) == (2, 1)
    code, said = told_no(build, "implementation", at=2)
    assert code is RefusalCode.PHASE_NOT_REACHED
    assert said.endswith(f"did not begin with entry 2; it began with: {first}, {second}")


def test_a_phase_that_was_never_reached_cannot_be_forked_from() -> None:
    build = Driver().until("implementation")
    assert told_no(build, "testing") == (
        RefusalCode.PHASE_NOT_REACHED,
        "build 'b-1' has never been in testing; fork it from a phase that it has reached",
    )


def test_a_fork_of_a_fork_goes_on_with_both() -> None:
    build = Driver().until("testing")
    fork = build.fork("implementation").until("verification")
    second = fork.fork("testing", build_id="f-2")

    assert second.view.forked_from is not None
    assert (second.view.forked_from.build_id, second.order.run_in_phase) == ("f-1", 1)
    assert second.order.inputs.keys() == {Phase.DISCOVERY, Phase.PLANNING, Phase.IMPLEMENTATION}
    assert (
        second.until("complete").view.ledger.phase_runs
        == build.fork("testing").until("complete").view.ledger.phase_runs
    )
    _, said = told_no(fork, "planning")
    assert said == "build 'f-1' began with implementation, as a fork of 'b-1'; fork that one from planning"
    assert fork.fork("implementation", build_id="f-3").view.forked_from.build_id == "f-1"  # type: ignore[union-attr]


def test_what_the_forker_says_is_told_to_the_role() -> None:
    build = Driver().until("testing")
    fork = build.fork("implementation", reason="use a set")
    assert fork.order.feedback is not None
    assert fork.order.feedback.reason == "use a set"
    assert fork.entries[0].data["reason"].endswith(": use a set")
    build.report(**FAILED)
    again = build.fork("implementation", reason="use a set").order.feedback
    assert again is not None
    assert again.reason.endswith("\nuse a set")
    assert again.from_state is State.TESTING


def test_what_the_origin_did_outside_is_not_the_fork_s_to_undo() -> None:
    terms = make_terms(undone=[Phase.TESTING, Phase.DEPLOYMENT])
    build = Driver(terms).until("complete")
    fork = build.fork("deployment")
    fork.back("implementation")
    assert [one.phase for one in fork.view.compensating] == [Phase.DEPLOYMENT]  # its own run of it, which had begun
    before = build.fork("verification")
    before.back("implementation")
    assert before.view.compensating == []
    assert before.until("complete").view.status is Status.COMPLETE


def test_a_fork_of_a_paused_and_of_a_parked_build_is_neither() -> None:
    build = Driver().until("testing")
    build.send("pause")
    assert build.fork("testing").view.status is Status.IN_PROGRESS
    build.send("resume")
    build.fail()
    assert build.fork("testing").view.parked is None


def test_answers_that_were_given_hold_in_the_fork() -> None:
    build = Driver()
    build.report(questions=["Which colour?"])
    build.send("answer", question_id="q1", answer="red")
    fork = build.fork("discovery")
    assert [question.answer for question in fork.order.answers] == ["red"]
    first = build.fork("discovery", at=1)
    assert first.order.answers == ()
    assert first.view.ledger.phase_runs == 1


def test_a_rollback_in_a_fork_goes_back_before_its_beginning() -> None:
    build = Driver().until("complete")
    fork = build.fork("testing")
    fork.back("planning")
    assert (fork.state, fork.order.commit) == (State.PLANNING, build.view.phases[Phase.PLANNING].base_commit)
    assert fork.until("complete").view.status is Status.COMPLETE


def test_a_journal_that_is_cut_after_its_first_entry_tells_the_fork() -> None:
    build = Driver().until("complete")
    fork = build.fork("verification")
    view = fold(fork.entries)
    report = view.phases[Phase.TESTING].report
    assert report is not None
    assert report["test_coverage"] == GOOD[Phase.TESTING]["test_coverage"]
    assert view.phases[Phase.DEPLOYMENT].runs == 0
    assert fork_of(build.entries, Phase.VERIFICATION).phases.keys() == {
        Phase.DISCOVERY, Phase.PLANNING, Phase.IMPLEMENTATION, Phase.TESTING, Phase.VERIFICATION,
    }  # fmt: skip
