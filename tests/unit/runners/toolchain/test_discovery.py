import pytest

from baton.domain.steps import PhaseOrder
from baton.domain.view import Feedback, OpenQuestion
from baton.domain.vocabulary import Phase, State
from baton.runners.failures import RequestUnusable
from baton.runners.toolchain.discovery import QUESTION_ID, discover
from baton.runners.toolchain.planning import plan
from tests.orders import an_order

WITHOUT = "# Dice\n\n## Requirements\n\n- throws dice\n"


def _answered(text: str) -> PhaseOrder:
    answer = OpenQuestion(id=QUESTION_ID, phase=Phase.DISCOVERY, text="?", answer=text)
    return an_order(Phase.DISCOVERY, requirements=WITHOUT, answers=(answer,))


def test_discovery_hands_on_the_brief() -> None:
    report = discover(an_order(Phase.DISCOVERY))
    assert report.questions == ()
    assert report.output["acceptance_criteria"] == [{"id": "AC-1", "text": "`add(1, 2)` gives 3."}]
    assert report.summary == "Adder: 1 acceptance criterion, 0 requirements, 0 constraints"


def test_a_request_without_criteria_raises_a_question() -> None:
    report = discover(an_order(Phase.DISCOVERY, requirements=WITHOUT, title="Dice"))
    (question,) = report.questions
    assert question.id == "acceptance-criteria"
    assert "How will we know that 'Dice' is done?" in question.text
    assert report.output == {}


@pytest.mark.parametrize(
    "answer",
    [
        "1. one\n2. two",
        "- one\n- two",
        "one\ntwo",
        "AC-1: one\nAC-2: two",
        "Here they are:\n\n* one\n* two\n",
        "1) one\r\n2) two\r\n",
        "  one  \n\n\n  two  ",
        "(1) one\n(2) two",
        "## Acceptance criteria\n\n1. one\n2. two",
    ],
)
def test_the_answer_becomes_the_criteria(answer: str) -> None:
    report = discover(_answered(answer))
    assert report.questions == ()
    assert report.output["acceptance_criteria"] == [{"id": "AC-1", "text": "one"}, {"id": "AC-2", "text": "two"}]


@pytest.mark.parametrize("answer", ["  \n ", "---", "-"])
def test_an_answer_that_says_nothing_is_asked_again(answer: str) -> None:
    assert discover(_answered(answer)).questions[0].id == QUESTION_ID


def _unanswered(requirements: str) -> PhaseOrder:
    asked = OpenQuestion(id=QUESTION_ID, phase=Phase.DISCOVERY, text="?", answer="Assume what is likely.", assumed=True)
    return an_order(Phase.DISCOVERY, requirements=requirements, title="Dice", answers=(asked,))


def test_without_an_answer_in_time_each_requirement_is_a_criterion_and_that_is_said() -> None:
    report = discover(_unanswered(WITHOUT + "- any number of them\n"))
    assert report.questions == ()
    assert [criterion["text"] for criterion in report.output["acceptance_criteria"]] == [
        "throws dice",
        "any number of them",
    ]
    assert report.output["assumptions"] == [
        "Nobody answered in time: each requirement is taken for an acceptance criterion."
    ]
    assert report.summary.endswith(
        "(assumed: Nobody answered in time: each requirement is taken for an acceptance criterion.)"
    )
    planned = plan(an_order(Phase.PLANNING, requirements=WITHOUT, inputs={Phase.DISCOVERY: report.to_json()}))
    assert planned.output["assumptions"] == report.output["assumptions"]
    assert "(assumed: " in planned.summary


def test_a_request_from_which_nothing_can_be_assumed_is_unusable() -> None:
    with pytest.raises(RequestUnusable, match="nobody said in time how one knows that 'Dice' is done"):
        discover(_unanswered("# Dice\n"))


def test_nothing_is_assumed_where_the_request_says_it() -> None:
    report = discover(_unanswered("# Dice\n\n## Requirements\n\n- r\n\n## Acceptance criteria\n\n- c\n"))
    assert report.output["assumptions"] == []
    assert report.output["acceptance_criteria"] == [{"id": "AC-1", "text": "c"}]


def test_a_plan_has_a_step_for_each_criterion_that_discovery_found() -> None:
    found = discover(_answered("one\ntwo"))
    report = plan(an_order(Phase.PLANNING, requirements=WITHOUT, inputs={Phase.DISCOVERY: found.to_json()}))
    assert [(step["id"], step["criterion"]) for step in report.output["steps"]] == [("S-1", "AC-1"), ("S-2", "AC-2")]
    assert report.summary == "2 steps, one for each criterion"


def test_a_plan_takes_the_form_of_another_roles_discovery() -> None:
    told = {"acceptance_criteria": ["it works"], "notes": {"any": "thing"}}
    report = plan(an_order(Phase.PLANNING, requirements=WITHOUT, inputs={Phase.DISCOVERY: told}))
    assert report.output["acceptance_criteria"] == [{"id": "AC-1", "text": "it works"}]


def test_a_discovery_in_an_unknown_form_leaves_the_request() -> None:
    told = {"output": {"acceptance_criteria": 42}}
    report = plan(an_order(Phase.PLANNING, inputs={Phase.DISCOVERY: told}))
    assert report.output["acceptance_criteria"][0]["text"] == "`add(1, 2)` gives 3."


def test_planning_asks_when_nobody_has_given_criteria() -> None:
    assert plan(an_order(Phase.PLANNING, requirements=WITHOUT)).questions[0].id == QUESTION_ID


def test_what_was_wrong_with_the_last_plan_is_in_the_new_one() -> None:
    feedback = Feedback(from_state=State.IMPLEMENTATION, reason="the plan leaves out negative numbers")
    report = plan(an_order(Phase.PLANNING, feedback=feedback))
    assert report.output["to_mend"] == ["the plan leaves out negative numbers"]
