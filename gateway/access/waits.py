"""Who of many can do what a build waits for."""

from collections.abc import Collection

from baton.domain.vocabulary import ActorKind, CommandName, Role
from gateway.access.caller import Caller

_DECISIONS = (CommandName.REQUEST_RETRY, CommandName.ROLLBACK, CommandName.EXTEND_LIMITS, CommandName.WAIVE)


def waits_for(caller: Caller, kind: str | None, *, role: Role | None, approvers: Collection[str]) -> bool:
    """Whether ``caller`` can do what a build waits for: ``kind`` and ``role`` are those of the build.

    ``approvers`` are those who alone may decide on its handoff; none is anybody whose token allows it.
    """
    may = caller.grant.may
    match kind:
        case "approval":
            person = caller.actor.kind is ActorKind.PERSON
            return person and (not approvers or caller.name in approvers) and may(CommandName.APPROVE)
        case "answer":
            return may(CommandName.ANSWER)
        case "report":
            return role is not None and may(CommandName.ADVANCE, playing=role)
        case "resume":
            return may(CommandName.RESUME)
        case "decision":
            return any(may(command) for command in _DECISIONS)
        case _:
            return False
