"""A journal as the runs of its phases."""

from datetime import timedelta

from baton.domain.vocabulary import Phase, Role, State
from gateway.cli.demo.runs import Outcome, PhaseRun, runs_of
from tests.journals import BAD_TESTS, START, Story, happy, request, reworked, rolled_back


def told(runs: list[PhaseRun]) -> list[tuple[str, int, str]]:
    return [(run.phase.value, run.number, run.outcome.value) for run in runs]


def test_a_happy_build_is_one_run_of_each_phase() -> None:
    runs = runs_of(happy().entries)
    assert told(runs) == [(phase.value, 1, "done") for phase in Phase]
    assert [run.role for run in runs][:3] == [Role.Q_ASSISTANT, Role.Q_ASSISTANT, Role.CODE_WRITER]


def test_rework_is_a_run_that_is_sent_back_and_a_second_one_of_both_phases() -> None:
    runs = runs_of(reworked().entries)
    assert told(runs)[2:6] == [
        ("implementation", 1, "done"),
        ("testing", 1, "sent back"),
        ("implementation", 2, "done"),
        ("testing", 2, "done"),
    ]
    assert [finding.message for finding in runs[3].findings][-1] == "half went up"
    assert runs[3].summary == "one test fails"


def test_the_last_run_of_a_build_that_goes_on_is_being_worked_on() -> None:
    story = Story.begin(request()).until(State.TESTING)
    run = runs_of(story.entries)[-1]
    assert (run.phase, run.outcome, run.ended_at) == (Phase.TESTING, Outcome.WORKING, None)
    assert run.seconds(run.started_at + timedelta(seconds=7)) == 7


def test_nobody_works_while_a_handoff_lies_there() -> None:
    run = runs_of(Story.begin(request()).until(State.HANDOFF_TO_CODER).entries)[-1]
    assert (run.phase, run.outcome) == (Phase.PLANNING, Outcome.DONE)
    assert run.seconds(START + timedelta(days=1)) < 10


def test_a_failure_ends_a_run_with_its_message() -> None:
    story = Story.begin(request()).until(State.TESTING)
    number = story.build.view.ledger.phase_runs
    story.entries += story.build.fail(number, "runner_failed", "no disk", story.at)
    run = runs_of(story.entries)[-1]
    assert (run.outcome, run.summary) == (Outcome.FAILED, "no disk")


def test_a_run_that_somebody_overtakes_is_left() -> None:
    assert ("verification", 1, "left") in told(runs_of(rolled_back().entries))


def test_rework_for_failing_tests_names_who_found_them() -> None:
    story = Story.begin(request()).until(State.TESTING).step(BAD_TESTS)
    sent_back = runs_of(story.entries)[-2]
    assert (sent_back.outcome, sent_back.role) == (Outcome.SENT_BACK, Role.TEST_AUDITOR)
