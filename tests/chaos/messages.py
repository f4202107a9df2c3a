"""Random commands, right and wrong, as they come over the wire."""

import random
from collections.abc import Sequence
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue

from baton.domain.moves import ORDER, OWNERS
from baton.domain.vocabulary import CommandName, LimitName, Phase, Role, State
from tests.chaos.player import REPORTS

_PEOPLE: tuple[Any, ...] = (
    {"id": "lead"},
    {"id": "ada"},
    {"kind": "agent", "id": "agent-7"},
    {"kind": "role"},
    "",
    None,
)
_TEXTS = ("once more", "", " ", "x" * 11_000, "\x1b[31mred\0", "ü" * 40)
_GARBAGE: tuple[Any, ...] = (None, [], "text", 7, True, {}, {"actor": {}}, {"actor": {"id": "ada"}, "extra": [[[]]]})


def command(dice: random.Random, here: State, questions: Sequence[str] = ()) -> tuple[CommandName, list[Any]]:
    """A command's name and the arguments of its update or signal, for a build that is believed to be ``here``, with
    these open ``questions``.
    """
    name = dice.choice(list(CommandName))
    fate = dice.random()
    if questions and fate < 0.4:
        return CommandName.ANSWER, [{"actor": {"id": "ada"}, "question_id": questions[0], "answer": "so it is"}]
    if fate < 0.45:
        return CommandName.ADVANCE, [_report(dice, here)]
    if fate < 0.85:
        return name, [_message(dice, name, here)]
    if fate < 0.93:
        return name, [dice.choice(_GARBAGE)]
    return name, _raw(dice)


def _report(dice: random.Random, here: State) -> dict[str, Any]:
    """What the owner of the state would say, mostly."""
    state = here if dice.random() < 0.9 else dice.choice(list(State))
    result = dict(REPORTS.get(state.value, {}))
    if dice.random() < 0.15:
        result |= dice.choice(
            (
                {"tests_failed": 2},
                {"questions": ["why?"]},
                {"verdict": "rejected"},
                {"output": {"a": "b" * 300_000}},
                {"usage": 7},
            )
        )
    role = OWNERS.get(state) or _takes(state)
    return {
        "actor": {"kind": "agent", "id": "agent-7"},
        "role": role.value,
        "completed_state": state.value,
        "result": result,
    }


def _takes(state: State) -> Role:
    """Who takes the work that lies in a handoff."""
    after = ORDER[ORDER.index(state) + 1 :] if state in ORDER else []
    return next((OWNERS[one] for one in after if one in OWNERS), Role.CODE_WRITER)


def _message(dice: random.Random, name: CommandName, here: State) -> dict[str, Any]:
    state = here if dice.random() < 0.7 else dice.choice(list(State))
    message: dict[str, Any] = {"actor": dice.choice(_PEOPLE[: 2 if dice.random() < 0.8 else None])}
    if dice.random() < 0.3:
        message["command_id"] = f"key-{dice.randrange(30)}"
    fields: dict[CommandName, dict[str, Any]] = {
        CommandName.ADVANCE: {"role": dice.choice(list(Role)).value, "completed_state": state.value},
        CommandName.ROLLBACK: {"target_state": dice.choice(list(Phase)).value},
        CommandName.ANSWER: {"question_id": dice.choice(("q1", "discovery-1", "")), "answer": dice.choice(_TEXTS)},
        CommandName.EXTEND_LIMITS: {
            "limits": {dice.choice(list(LimitName)).value: dice.choice((None, 5, 1000, -1, 0.5, 1e300, "many"))}
        },
        CommandName.WAIVE: {"finding_id": dice.choice(("dilution-1", "compensation-deployment", ""))},
    }
    rare = name is CommandName.ABANDON and dice.random() < 0.9
    return (
        message
        | {"expected_state": "nowhere" if rare else state.value, "reason": dice.choice(_TEXTS[:1] * 4 + _TEXTS)}
        | fields.get(name, {})
    )


def _raw(dice: random.Random) -> list[Any]:
    """What no client of Baton's would send."""
    if dice.random() < 0.3:
        return [{"actor": {"id": "ada"}}] * dice.choice((0, 2, 3))
    encoding = dice.choice((b"json/plain", b"binary/plain", b"binary/null", b"json/protobuf", b"binary/encrypted", b""))
    data = dice.choice(
        (
            b"",
            b"{",
            b"\xff\xfe",
            b'{"actor": NaN}',
            b"[" * 3_000,
            b'{"a": 1}' * 2,
            b'{"actor": {"id": "\\ud800"}}',
            dice.randbytes(40),
        )
    )
    return [RawValue(Payload(metadata={"encoding": encoding}, data=data))]
