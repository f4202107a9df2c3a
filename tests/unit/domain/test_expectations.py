import shlex
from collections.abc import Callable

import pytest

from baton.domain.commands import COMMANDS
from baton.domain.expectations import TASKS
from baton.domain.moves import OWNERS
from baton.domain.vocabulary import CommandName, Role, State, Status
from tests.unit.domain.driver import Driver, make_terms


def test_every_state_has_a_task() -> None:
    assert set(TASKS) == set(State)
    assert all(task.endswith(".") for task in TASKS.values())


@pytest.mark.parametrize("state", [state for state in State if state not in (State.ERROR, State.CANCELLED)])
def test_a_build_says_who_acts_next_and_on_what(state: State) -> None:
    expected = Driver().until(state).view.next_expectations
    assert (expected.role, expected.task) == (OWNERS.get(state), TASKS[state])


def report() -> Driver:
    return Driver(make_terms(Role))


def take() -> Driver:
    return report().until(State.HANDOFF_TO_CODER)


def decision() -> Driver:
    driver = Driver()
    driver.report(verdict="rejected")
    return driver


def resume() -> Driver:
    driver = Driver()
    driver.send("pause")
    return driver


def approval() -> Driver:
    return Driver(make_terms(approvals={"handoff_to_coder": {}})).until(State.HANDOFF_TO_CODER)


def answer() -> Driver:
    driver = Driver()
    driver.report(questions=["Which till?"])
    return driver


@pytest.mark.parametrize(
    ("make", "kind", "status", "command"),
    [
        (report, "report", Status.WAITING, "advance b-1 --role q_assistant --state discovery --result FILE"),
        (take, "report", Status.WAITING, "advance b-1 --role code_writer --state handoff_to_coder"),
        (decision, "decision", Status.ERROR, "request-retry b-1 --reason WHY"),
        (resume, "resume", Status.PAUSED, "resume b-1"),
        (approval, "approval", Status.WAITING, "approve b-1"),
        (answer, "answer", Status.WAITING, "answer b-1 q1 ANSWER"),
    ],
)
def test_a_build_that_waits_names_the_command_that_moves_it_on(
    make: Callable[[], Driver], kind: str, status: Status, command: str
) -> None:
    view = make().view
    assert view.waiting_for is not None
    assert (view.waiting_for.kind, view.status) == (kind, status)
    assert view.waiting_for.command == f"starter.py {command}"
    _, verb, build, *_ = shlex.split(view.waiting_for.command)
    assert CommandName(verb.replace("-", "_")) in COMMANDS
    assert build == "b-1"
    assert view.waiting_for.what


def test_a_role_played_by_hand_is_told_its_task() -> None:
    waiting = report().view.waiting_for
    assert waiting is not None
    assert waiting.what == f"q_assistant is played by hand: {TASKS[State.DISCOVERY]}"
    assert waiting.who == ["q_assistant"]


def test_an_approval_without_a_list_is_anybodys() -> None:
    waiting = approval().view.waiting_for
    assert waiting is not None
    assert waiting.what == "handoff_to_coder needs an approval by a person."
    assert waiting.who == []


def test_a_build_that_works_waits_for_nothing() -> None:
    view = Driver().view
    assert (view.status, view.waiting_for) == (Status.IN_PROGRESS, None)
