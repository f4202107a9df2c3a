from datetime import timedelta
from typing import Any

import pytest

from baton.domain.steps import Wait
from baton.domain.vocabulary import EntryKind, RefusalCode, Role, State, Status
from tests.unit.domain.driver import START, Driver, make_terms


def asking(*questions: Any, terms: Any = None) -> Driver:
    driver = Driver(terms)
    driver.report(questions=list(questions))
    return driver


def test_a_question_waits_for_its_answer_and_the_phase_runs_again_with_it() -> None:
    driver = asking("Which till?")
    assert driver.kinds[-1] is EntryKind.QUESTION_ASKED
    assert driver.build.next_step() == Wait()
    waiting = driver.view.waiting_for
    assert waiting is not None
    assert (waiting.kind, waiting.what) == ("answer", "q1: Which till?")
    assert waiting.command == "starter.py answer b-1 q1 ANSWER"
    driver.send("answer", question_id="q1", answer="the red one")
    order = driver.order
    assert (order.number, order.run_in_phase) == (2, 2)
    assert [(question.id, question.answer) for question in order.answers] == [("q1", "the red one")]
    assert driver.until(State.COMPLETE).view.questions == []


def test_the_phase_waits_for_all_answers() -> None:
    driver = asking("Which till?", {"id": "colour", "text": "Which colour?"})
    driver.send("answer", question_id="colour", answer="red")
    assert (driver.view.status, driver.view.ledger.phase_runs) == (Status.WAITING, 1)
    driver.send("answer", question_id="q1", answer="the big one")
    assert driver.view.ledger.phase_runs == 2


def test_numbers_that_a_role_used_itself_are_not_given_again() -> None:
    driver = asking({"id": "q2", "text": "a"}, "b", "c")
    assert [question.id for question in driver.view.questions] == ["q2", "q1", "q3"]
    for question in driver.view.open_questions:
        driver.send("answer", question_id=question.id, answer="yes")
    driver.report(questions=["d"])
    assert [question.id for question in driver.view.open_questions] == ["q4"]
    assert len(driver.view.questions) == 4


def test_a_question_asked_again_under_its_id_is_open_again() -> None:
    driver = asking({"id": "till", "text": "Which?"})
    driver.send("answer", question_id="till", answer="what?")
    driver.report(questions=[{"id": "till", "text": "Which till, red or blue?"}])
    assert [question.text for question in driver.view.questions] == ["Which till, red or blue?"]
    assert len(driver.view.open_questions) == 1


def test_the_usage_of_a_run_that_only_asked_is_counted() -> None:
    driver = Driver()
    driver.report(questions=["?"], usage={"input_tokens": 7})
    assert driver.view.ledger.tokens == 7


def test_an_answer_to_no_question_is_refused() -> None:
    message = asking("Which till?").refused(RefusalCode.NO_SUCH_QUESTION, "answer", question_id="q9", answer="yes")
    assert message == "no open question 'q9'; open: q1"
    message = Driver().refused(RefusalCode.NO_SUCH_QUESTION, "answer", question_id="q1", answer="yes")
    assert message == "no open question 'q1'; open: none"


def test_a_role_played_by_hand_gets_its_answers_before_it_reports() -> None:
    driver = Driver(make_terms(Role))
    driver.advance(result={"questions": ["Which till?"]})
    message = driver.refused(
        RefusalCode.QUESTION_OPEN, "advance", role="q_assistant", completed_state="discovery", result={}
    )
    assert message == "answer the open questions first: q1"
    driver.send("answer", question_id="q1", answer="red")
    driver.advance()
    assert driver.state is State.PLANNING


def test_questions_that_nobody_answers_in_time_park_the_build() -> None:
    driver = asking("Which till?", terms=make_terms(answer_deadline=timedelta(hours=2)))
    assert driver.build.next_step() == Wait(deadline=START + timedelta(hours=2))
    assert driver.pass_time(hours=1) == []
    driver.pass_time(hours=1)
    code, message, what_next = driver.parked
    assert (code, message) == ("question_unanswered", "nobody answered before the deadline: q1: Which till?")
    assert what_next.startswith("Request-retry to perform discovery again: it will ask once more")
    told = driver.refused(RefusalCode.PARKED, "answer", question_id="q1", answer="late")
    assert told == f"the build is parked and takes no answers. {what_next}"
    driver.send("request_retry", expected_state="error", reason="somebody is here")
    assert driver.view.questions == []
    driver.until(State.COMPLETE)


def test_an_answered_question_has_no_deadline_left() -> None:
    driver = asking("Which till?", terms=make_terms(answer_deadline=timedelta(hours=2)))
    driver.send("answer", question_id="q1", answer="red")
    assert driver.pass_time(hours=3) == []


def test_answers_outlast_a_failure_of_the_phase() -> None:
    driver = asking("Which till?")
    driver.send("answer", question_id="q1", answer="red")
    driver.keep(driver.build.fail(driver.order.number, "runner_failed", "crash", driver.now))
    driver.send("request_retry", expected_state="error", reason="again")
    assert [question.answer for question in driver.order.answers] == ["red"]


def test_the_last_answer_parks_a_build_that_has_no_run_left() -> None:
    driver = asking("a", "b", terms=make_terms(limits={"phase_runs": 1}))
    driver.send("answer", question_id="q1", answer="yes")
    driver.send("answer", question_id="q2", answer="yes")
    assert driver.parked[0] == "limit_phase_runs"


@pytest.mark.parametrize(("given", "shown"), [("x; rm -rf ~", "'x; rm -rf ~'"), ("colour", "colour")])
def test_an_id_that_an_agent_chose_is_shown_quoted(given: str, shown: str) -> None:
    waiting = asking({"id": given, "text": "?"}).view.waiting_for
    assert waiting is not None
    assert waiting.command == f"starter.py answer b-1 {shown} ANSWER"
