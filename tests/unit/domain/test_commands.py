from typing import Any

import pytest
from pydantic import ValidationError

from baton.domain.actors import Actor
from baton.domain.commands import Advance, Pause, Waive, parse_command, sender_of
from baton.domain.model import describe
from baton.domain.refusals import Refusal
from baton.domain.vocabulary import ActorKind, CommandName, RefusalCode, Role, State
from tests.unit.domain.driver import PERSON


def told(name: CommandName, message: Any) -> str:
    with pytest.raises(Refusal) as caught:
        parse_command(name, message)
    assert caught.value.code is RefusalCode.MALFORMED
    assert str(caught.value) == caught.value.message
    return caught.value.message


@pytest.mark.parametrize("message", [None, "pause", 1, [], b"{}"])
def test_a_command_is_one_json_object(message: Any) -> None:
    assert told(CommandName.PAUSE, message).startswith("pause takes one JSON object, not ")


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        ({}, "pause: actor: Field required"),
        ({"actor": "lead"}, "pause: actor: Input should be"),
        ({"actor": {"id": ""}}, "pause: actor.id: String should have at least 1 character"),
        ({"actor": {"id": "a\n"}}, "pause: actor.id: String should match pattern"),
        ({"actor": {"id": "a" * 201}}, "pause: actor.id: String should have at most 200 characters"),
        ({"actor": {"id": "a", "kind": "robot"}}, "pause: actor.kind: Input should be 'role', 'person'"),
        ({"actor": PERSON, "reson": "x"}, "pause: reson: Extra inputs are not permitted (got 'x')"),
        ({"actor": PERSON, "reason": 5}, "pause: reason: Input should be a valid string (got 5)"),
        ({"actor": PERSON, "reason": "x" * 10_001}, "pause: reason: String should have at most 10000 characters"),
        ({"actor": PERSON, "command_id": ""}, "pause: command_id: String should have at least 1 character"),
        ({"actor": PERSON, "reason": float("nan")}, "pause.reason is nan, which JSON cannot carry"),
        ({"actor": PERSON, 5: "x"}, "pause has the key 5, which is not text"),
    ],
)
def test_a_malformed_command_says_what_is_wrong_and_where(message: dict[Any, Any], problem: str) -> None:
    assert told(CommandName.PAUSE, message).startswith(problem)


@pytest.mark.parametrize(
    ("name", "field"),
    [
        (CommandName.REQUEST_RETRY, "reason"),
        (CommandName.REFUSE, "reason"),
        (CommandName.ABANDON, "reason"),
        (CommandName.WAIVE, "reason"),
        (CommandName.ANSWER, "answer"),
    ],
)
def test_what_is_asked_for_in_words_cannot_be_blank(name: CommandName, field: str) -> None:
    about = {CommandName.ANSWER: {"question_id": "q1"}, CommandName.WAIVE: {"finding_id": "dilution-1"}}.get(
        name, {"expected_state": "testing"}
    )
    message = {"actor": PERSON, field: "  \n "} | about
    assert told(name, message) == f"{name}: {field}: String should have at least 1 character (got '  \\n ')"


def test_an_unknown_state_or_role_lists_the_known_ones() -> None:
    message = told(CommandName.ADVANCE, {"actor": PERSON, "role": "tester", "completed_state": "test"})
    assert message.startswith("advance: role: Input should be 'q_assistant', 'code_writer', 'test_auditor'")
    assert "(got 'tester'); completed_state: Input should be 'discovery', 'planning'" in message


def test_case_and_space_around_a_state_or_role_do_not_matter() -> None:
    command = parse_command(
        CommandName.ADVANCE, {"actor": PERSON, "role": " Code_Writer", "completed_state": "IMPLEMENTATION\n"}
    )
    assert isinstance(command, Advance)
    assert (command.role, command.completed_state) == (Role.CODE_WRITER, State.IMPLEMENTATION)


def test_a_state_that_is_not_text_is_malformed() -> None:
    assert "completed_state" in told(CommandName.ADVANCE, {"actor": PERSON, "role": 1, "completed_state": ["x"]})


@pytest.mark.parametrize("finding", ["", "x" * 301, 7, None])
def test_a_finding_is_named_by_a_text_of_some_length(finding: Any) -> None:
    assert "finding_id" in told(CommandName.WAIVE, {"actor": PERSON, "finding_id": finding, "reason": "so"})


def test_the_name_of_a_finding_is_taken_as_it_is() -> None:
    message = {"actor": PERSON, "finding_id": " dilution-1 ", "reason": " so "}
    command = parse_command(CommandName.WAIVE, message)
    assert isinstance(command, Waive)
    assert (command.finding_id, command.reason) == (" dilution-1 ", "so")


@pytest.mark.parametrize(
    "message", [None, [], "pause", {}, {"actor": "lead"}, {"actor": {"id": ""}}, {"actor": {"id": 1.5}}]
)
def test_the_sender_of_a_message_without_a_sender_is_unidentified(message: Any) -> None:
    assert sender_of(message) == Actor(kind=ActorKind.SYSTEM, id="unidentified")


def test_the_sender_of_a_malformed_message_is_known_by_its_actor() -> None:
    assert sender_of({"actor": PERSON, "reson": 5}) == Actor(id="lead")


def test_texts_are_made_storable() -> None:
    command = parse_command(CommandName.PAUSE, {"actor": PERSON, "reason": " tea\x00time \ud800 "})
    assert isinstance(command, Pause)
    assert command.reason == "tea\ufffdtime \ufffd"


def test_a_command_object_is_read_like_its_message() -> None:
    command = parse_command(CommandName.PAUSE, {"actor": PERSON, "reason": "tea"})
    assert parse_command(CommandName.PAUSE, command) == command
    assert "completed_state: Field required" in told(CommandName.ADVANCE, command)


def test_of_many_problems_five_are_told_and_long_values_are_cut() -> None:
    message = told(CommandName.PAUSE, {f"field{number}": "x" * 1000 for number in range(20)})
    assert message.count(";") == 4
    assert len(message) < 1000


def test_a_hostile_key_does_not_make_a_hostile_message() -> None:
    assert len(told(CommandName.PAUSE, {"k" * 1_000_000: 1})) == 2000


def test_a_problem_with_the_whole_is_told_of_the_message() -> None:
    with pytest.raises(ValidationError) as caught:
        Pause.model_validate([])
    assert describe(caught.value).startswith("message: Input should be a valid dictionary")


def deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def test_nesting_has_a_bound() -> None:
    message = {"actor": PERSON, "role": "code_writer", "completed_state": "implementation"}
    parse_command(CommandName.ADVANCE, message | {"result": {"x": deep(60)}})
    assert "is nested too deep; at most 64 levels are taken" in told(
        CommandName.ADVANCE, message | {"result": {"x": deep(100)}}
    )
