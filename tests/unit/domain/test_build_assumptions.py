"""Questions that nobody answers in time, where the profile says to assume."""

from datetime import timedelta
from typing import Any

import pytest

from baton.domain.actors import SYSTEM
from baton.domain.steps import Wait
from baton.domain.vocabulary import EntryKind, Role, State, Status
from tests.unit.domain.driver import START, Driver, make_terms


def assuming(*questions: Any, **terms: Any) -> Driver:
    driver = Driver(make_terms(answer_deadline=timedelta(hours=2), on_unanswered="assume", **terms))
    driver.report(questions=list(questions))
    return driver


def test_the_role_goes_on_with_what_is_most_likely_and_is_told_so() -> None:
    driver = assuming("Which till?")
    assert driver.build.next_step() == Wait(deadline=START + timedelta(hours=2))
    assert driver.pass_time(hours=1) == []
    (entry,) = driver.pass_time(hours=1)
    assert (entry.kind, entry.actor, entry.data["assumed"]) == (EntryKind.QUESTION_ANSWERED, SYSTEM, True)
    order = driver.order
    assert (order.number, order.run_in_phase) == (2, 2)
    (answer,) = order.answers
    assert (answer.id, answer.assumed) == ("q1", True)
    assert answer.answer == "Nobody answered in time. Assume what is most likely, and say what you assumed."
    assert driver.view.answer_deadline is None
    driver.until(State.COMPLETE)


def test_only_what_is_open_is_assumed_and_the_phase_runs_once() -> None:
    driver = assuming("a", "b", "c")
    driver.send("answer", question_id="q2", answer="yes")
    entries = driver.pass_time(hours=2)
    assert [entry.data["question_id"] for entry in entries] == ["q1", "q3"]
    assert [(question.answer, question.assumed) for question in driver.order.answers][1] == ("yes", False)
    assert [question.assumed for question in driver.order.answers] == [True, False, True]
    assert driver.view.ledger.phase_runs == 2


def test_a_question_asked_twice_under_one_id_is_assumed_once() -> None:
    driver = assuming({"id": "till", "text": "Which?"}, {"id": "till", "text": "Which one?"}, "Why?")
    assert len(driver.pass_time(hours=2)) == 2
    assert (driver.view.ledger.phase_runs, driver.view.open_questions) == (2, [])
    driver = assuming({"id": "till", "text": "Which?"}, {"id": "till", "text": "Which one?"})
    assert len(driver.pass_time(hours=2)) == 1
    assert driver.view.ledger.phase_runs == 2


def test_a_role_that_asks_again_waits_again() -> None:
    driver = assuming("a")
    driver.pass_time(hours=2)
    driver.report(questions=[{"id": "q1", "text": "a, really?"}])
    assert [question.assumed for question in driver.view.questions] == [False]
    assert driver.build.next_step() == Wait(deadline=START + timedelta(hours=4))
    driver.pass_time(hours=2)
    assert driver.view.ledger.phase_runs == 3


def test_a_role_that_only_asks_is_bounded_by_its_runs() -> None:
    driver = assuming("a", limits={"phase_runs": 3})
    for _ in range(3):
        driver.pass_time(hours=2)
        if driver.view.parked is None:
            driver.report(questions=["b"])
    assert driver.parked[0] == "limit_phase_runs"
    assert driver.pass_time(days=1) == []


def test_an_assumption_that_leaves_no_budget_parks_the_build_with_the_answers() -> None:
    driver = Driver(make_terms(answer_deadline=timedelta(hours=2), on_unanswered="assume", limits={"tokens": 5}))
    driver.report(questions=["a", "b"], usage={"input_tokens": 5})
    entries = driver.pass_time(hours=2)
    assert [entry.kind for entry in entries] == ["question_answered", "question_answered", "limit_reached"]
    driver.send("extend_limits", limits={"tokens": None})
    driver.retry()
    assert [question.assumed for question in driver.order.answers] == [True, True]


def test_the_wall_clock_goes_before_the_assumption() -> None:
    driver = assuming("a", limits={"wall_clock": 7200})
    driver.pass_time(hours=2)
    assert driver.parked[0] == "limit_wall_clock"


@pytest.mark.parametrize("manual", [(), tuple(Role)], ids=["runner", "by hand"])
def test_a_paused_build_assumes_and_goes_on_when_it_is_resumed(manual: tuple[Role, ...]) -> None:
    driver = Driver(make_terms(manual, answer_deadline=timedelta(hours=2), on_unanswered="assume"))
    if manual:
        driver.advance(result={"questions": ["a"]})
    else:
        driver.report(questions=["a"])
    driver.send("pause")
    assert driver.build.next_step() == Wait(deadline=START + timedelta(hours=2))
    driver.pass_time(hours=2)
    assert (driver.view.status, driver.view.open_questions) == (Status.PAUSED, [])
    driver.send("resume")
    driver.until(State.COMPLETE)


def test_an_answer_of_before_is_kept_when_the_phase_is_retried() -> None:
    driver = assuming("a")
    driver.pass_time(hours=2)
    driver.fail()
    driver.retry()
    assert [question.assumed for question in driver.order.answers] == [True]
    driver.until(State.PLANNING)
    assert driver.order.answers == ()
