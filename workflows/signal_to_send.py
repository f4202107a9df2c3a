"""The signal that moves a waiting build on, ready to be pasted into Temporal's Web UI."""

import json
from dataclasses import dataclass
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from baton.domain.moves import phase_of
    from baton.domain.view import LIMIT_CODE, BuildView
    from baton.domain.vocabulary import CommandName, LimitName

_ACTOR = {"id": "YOU"}


@dataclass(frozen=True, slots=True)
class SignalToSend:
    """A signal's name and its data as JSON. Words in capitals are for the sender to fill in."""

    name: str
    data: str


def signal_to_send(view: BuildView) -> SignalToSend | None:
    """What moves the build on; ``None`` for one that waits for nobody."""
    waits = view.waiting_for
    if waits is None:
        return None
    state = view.current_state.value
    match waits.kind:
        case "decision":
            return _decision(view)
        case "resume":
            return _signal(CommandName.RESUME)
        case "approval":
            return _signal(CommandName.APPROVE, expected_state=state)
        case "answer":
            return _signal(CommandName.ANSWER, question_id=view.open_questions[0].id, answer="ANSWER")
        case _:
            assert view.current_role is not None
            result = {"result": {"summary": "WHAT CAME OF IT"}} if phase_of(view.current_state) is not None else {}
            return _signal(CommandName.ADVANCE, role=view.current_role.value, completed_state=state, **result)


def _decision(view: BuildView) -> SignalToSend:
    """A retry; at a limit that leaves no room, a higher one first."""
    assert view.parked is not None
    if view.parked.code.startswith(LIMIT_CODE):
        name = LimitName(view.parked.code.removeprefix(LIMIT_CODE))
        used = view.ledger.used(name, since=view.clock_began, now=view.parked.at)
        most = view.maximum(name)
        if most is not None and most <= used:
            return _signal(CommandName.EXTEND_LIMITS, limits={name.value: int(used) + 1})
    return _signal(CommandName.REQUEST_RETRY, reason="WHY", expected_state=view.current_state.value)


def _signal(name: CommandName, **fields: Any) -> SignalToSend:
    return SignalToSend(name.value, json.dumps({"actor": _ACTOR, **fields}, ensure_ascii=False))
