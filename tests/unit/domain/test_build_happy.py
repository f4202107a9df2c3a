"""A build that needs no rework, played by runners, by hand, and by both."""

from datetime import timedelta

import pytest

from baton.domain.steps import Ended, Perform, Proceed, Wait
from baton.domain.vocabulary import EntryKind, Phase, Role, State, Status
from tests.unit.domain.driver import GOOD, START, Driver, make_terms

TWELVE = [EntryKind.WORKFLOW_STARTED, *[EntryKind.STATE_ADVANCED] * 10, EntryKind.BUILD_COMPLETED]
ROLES = [None, "q_assistant", "code_writer", "test_auditor", "verification_overseer", "release_manager", None]
PLAYED = {"by runners": (), "by hand": tuple(Role), "by both": (Role.CODE_WRITER, Role.RELEASE_MANAGER)}


@pytest.mark.parametrize("manual", PLAYED.values(), ids=PLAYED)
def test_a_happy_build_is_twelve_entries_and_five_handoffs(manual: tuple[Role, ...]) -> None:
    driver = Driver(make_terms(manual)).until(State.COMPLETE)
    assert driver.kinds == TWELVE
    assert [entry.sequence for entry in driver.entries] == list(range(1, 13))
    assert [handoff.from_role for handoff in driver.view.handoff_history] == ROLES[1:-1]
    assert [handoff.to_role for handoff in driver.view.handoff_history] == ROLES[2:]
    assert driver.view.status is Status.COMPLETE
    assert driver.view.completed_phases == list(Phase)
    assert isinstance(driver.build.next_step(), Ended)


def test_progress_counts_the_six_phases() -> None:
    driver = Driver()
    seen = [driver.view.progress]
    while driver.state is not State.COMPLETE:
        driver.step()
        if driver.view.progress != seen[-1]:
            seen.append(driver.view.progress)
    assert seen == [0.0, 16.7, 33.3, 50.0, 66.7, 83.3, 100.0]


def test_steps_of_runners_alternate_between_phases_and_handoffs() -> None:
    driver = Driver()
    steps = []
    while driver.state is not State.COMPLETE:
        steps.append(type(driver.build.next_step()))
        driver.step()
    assert steps == [Perform, Perform, *[Proceed, Perform] * 4]


def test_a_build_played_by_hand_waits_for_each_report() -> None:
    driver = Driver(make_terms(Role))
    assert driver.build.next_step() == Wait()
    assert driver.view.status is Status.WAITING


def test_a_phase_reported_from_the_handoff_before_it_takes_the_handoff_too() -> None:
    driver = Driver(make_terms(Role)).until(State.HANDOFF_TO_CODER)
    entries = driver.send("advance", role="code_writer", completed_state="implementation", result={"commit": "c0de"})
    assert [(entry.data["from_state"], entry.data["to_state"]) for entry in entries] == [
        ("handoff_to_coder", "implementation"),
        ("implementation", "handoff_to_tester"),
    ]
    assert driver.until(State.COMPLETE).kinds == TWELVE


def test_the_q_assistant_reports_discovery_and_planning_at_once() -> None:
    driver = Driver(make_terms(Role))
    result = {phase.value: GOOD[phase] for phase in (Phase.DISCOVERY, Phase.PLANNING)}
    entries = driver.advance(next_state="handoff_to_coder", result=result)
    assert [entry.data["to_state"] for entry in entries] == ["planning", "handoff_to_coder"]
    assert [entry.data["report"] for entry in entries] == list(result.values())
    assert driver.until(State.COMPLETE).kinds == TWELVE


def test_of_two_reports_at_once_the_second_waits_when_the_first_asks() -> None:
    driver = Driver(make_terms(Role))
    result = {"discovery": {"questions": ["Which till?"]}, "planning": {}}
    assert [entry.kind for entry in driver.advance(next_state="handoff_to_coder", result=result)] == ["question_asked"]
    assert driver.state is State.DISCOVERY


def test_the_note_of_a_taken_handoff_is_kept() -> None:
    driver = Driver(make_terms(Role)).until(State.HANDOFF_TO_CODER)
    (entry,) = driver.advance(result={"eta": "noon"})
    assert entry.data["note"] == {"eta": "noon"}
    assert entry.actor.role is Role.CODE_WRITER


def test_an_order_carries_what_the_phases_before_handed_on() -> None:
    driver = Driver().until(State.IMPLEMENTATION)
    order = driver.order
    assert order.inputs == {Phase.DISCOVERY: GOOD[Phase.DISCOVERY], Phase.PLANNING: GOOD[Phase.PLANNING]}
    assert (order.number, order.run_in_phase, order.role, order.commit) == (3, 1, Role.CODE_WRITER, None)
    assert (order.build_id, order.journal_head) == ("b-1", driver.entries[-1].hash)
    driver.until(State.TESTING)
    assert (driver.order.commit, driver.order.minimum_coverage) == ("c0de", 80.0)


def test_an_order_leaves_out_the_bookkeeping_of_reports() -> None:
    driver = Driver()
    driver.report(summary="s", verdict="passed", usage={"requests": 2})
    assert driver.order.inputs == {Phase.DISCOVERY: {"summary": "s"}}


def test_time_stops_at_the_end() -> None:
    driver = Driver()
    driver.pass_time(seconds=90)
    driver.until(State.COMPLETE)
    view = driver.view
    assert (view.created_at, view.completed_at, view.elapsed_time) == (START, driver.now, 90.0)
    assert view.as_of(driver.now + timedelta(hours=1)).elapsed_time == 90.0


def test_time_runs_until_the_end() -> None:
    driver = Driver()
    assert driver.view.as_of(START + timedelta(hours=1)).elapsed_time == 3600.0
    assert driver.view.as_of(START - timedelta(hours=1)).elapsed_time == 0.0
