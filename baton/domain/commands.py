"""What a running build can be told. Each command has one model; a signal and an update of the same name carry it."""

from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, StringConstraints, ValidationError

from baton.domain.actors import Actor
from baton.domain.jsonvalue import NotJson, clean
from baton.domain.model import Value, describe
from baton.domain.refusals import Refusal
from baton.domain.vocabulary import ActorKind, CommandName, LimitName, Phase, RefusalCode, Role, State

_MAX_REASON = 10_000


def _lower(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


Reason = Annotated[str, StringConstraints(min_length=1, max_length=_MAX_REASON, strip_whitespace=True)]
OptionalReason = Annotated[str, StringConstraints(max_length=_MAX_REASON, strip_whitespace=True)]
AnyCaseRole = Annotated[Role, BeforeValidator(_lower)]
AnyCaseState = Annotated[State, BeforeValidator(_lower)]
AnyCasePhase = Annotated[Phase, BeforeValidator(_lower)]


class Command(Value):
    """What every command carries."""

    name: ClassVar[CommandName]
    actor: Actor
    command_id: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = Field(
        default=None,
        description="the same key twice is the same command: the second gets the first one's answer",
    )


class Advance(Command):
    """A role reports the state complete that it owns; in a handoff state it takes the work.

    ``result`` is the report of the phase. When the Q Assistant reports discovery and planning at once,
    ``completed_state`` is discovery, ``next_state`` is handoff_to_coder and ``result`` holds both under their names.
    """

    name = CommandName.ADVANCE
    role: AnyCaseRole
    completed_state: AnyCaseState
    result: dict[str, Any] = Field(default_factory=dict)
    next_state: AnyCaseState | None = Field(default=None, description="where the sender expects the build to go")


class RequestRetry(Command):
    """Perform a parked phase again, or the running one afresh."""

    name = CommandName.REQUEST_RETRY
    reason: Reason
    expected_state: AnyCaseState


class Rollback(Command):
    """Return to an earlier phase and to the commit that it started from."""

    name = CommandName.ROLLBACK
    target_state: AnyCasePhase
    reason: Reason
    expected_state: AnyCaseState


class Approve(Command):
    """Let the handoff ``expected_state`` go on."""

    name = CommandName.APPROVE
    expected_state: AnyCaseState
    reason: OptionalReason = ""


class Refuse(Command):
    """Stop the handoff ``expected_state``; the build is parked and the reason becomes feedback."""

    name = CommandName.REFUSE
    expected_state: AnyCaseState
    reason: Reason


class Answer(Command):
    """Answer a role's question."""

    name = CommandName.ANSWER
    question_id: str
    answer: Reason


class Pause(Command):
    """Start no new phase. One that runs goes on to its end."""

    name = CommandName.PAUSE
    reason: OptionalReason = ""


class Resume(Command):
    """Start phases again."""

    name = CommandName.RESUME
    reason: OptionalReason = ""


class ExtendLimits(Command):
    """Raise budgets to new maxima; ``null`` takes a budget away. ``wall_clock`` counts in seconds."""

    name = CommandName.EXTEND_LIMITS
    limits: dict[LimitName, float | None] = Field(min_length=1)
    reason: OptionalReason = ""


class Abandon(Command):
    """Give the build up. Its workflow fails, and says so."""

    name = CommandName.ABANDON
    reason: Reason
    expected_state: AnyCaseState


class Waive(Command):
    """Let a finding pass: it holds nothing from now on."""

    name = CommandName.WAIVE
    finding_id: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    reason: Reason


COMMANDS: dict[CommandName, type[Command]] = {command.name: command for command in Command.__subclasses__()}
"""The model of each command."""


def parse_command(name: CommandName, message: Any) -> Command:
    """Read a command from a decoded message. Raises :class:`Refusal` (malformed) with what is wrong and where."""
    if isinstance(message, Command):
        message = message.model_dump(mode="json")
    if not isinstance(message, dict):
        raise Refusal(
            RefusalCode.MALFORMED,
            f"{name.value} takes one JSON object, not {type(message).__name__}; see docs/commands.md",
        )
    try:
        return COMMANDS[name].model_validate(clean(message, where=name.value))
    except NotJson as error:
        raise Refusal(RefusalCode.MALFORMED, str(error)) from error
    except ValidationError as error:
        raise Refusal(RefusalCode.MALFORMED, f"{name.value}: {describe(error)}") from error


def sender_of(message: Any) -> Actor:
    """Who sent a message that may be malformed."""
    try:
        return Actor.model_validate(clean(message["actor"]))
    except (TypeError, KeyError, ValueError):
        return Actor(kind=ActorKind.SYSTEM, id="unidentified")
