"""What waits for whom: the builds in which the one who looks can do something, and those that wait for others."""

from dataclasses import dataclass
from datetime import datetime

from baton.domain.view import BuildView
from baton.domain.vocabulary import ActorKind, CommandName
from baton.store.browsing import WaitingLine
from gateway.access.caller import Caller
from gateway.web.pages.build.offers import Offer, offers

_DECISIONS = (CommandName.REQUEST_RETRY, CommandName.ROLLBACK, CommandName.EXTEND_LIMITS, CommandName.WAIVE)
_QUICK = {"approve", "refuse", "answer", "advance", "request-retry", "extend-limits", "resume", "waive"}


@dataclass(frozen=True, slots=True)
class Item:
    """One build that waits. ``dialogs`` are the commands that can be given right here."""

    line: WaitingLine
    view: BuildView
    dialogs: list[Offer]

    @property
    def deadline(self) -> datetime | None:
        """Until when somebody has to act."""
        return self.line.build.waiting_deadline


def is_for(caller: Caller, line: WaitingLine) -> bool:
    """Whether ``caller`` can do what ``line`` waits for."""
    may = caller.grant.may
    match line.build.waiting_kind:
        case "approval":
            person = caller.actor.kind is ActorKind.PERSON
            named = not line.approvers or caller.name in line.approvers
            return person and named and may(CommandName.APPROVE)
        case "answer":
            return may(CommandName.ANSWER)
        case "report":
            return line.build.role is not None and may(CommandName.ADVANCE, playing=line.build.role)
        case "resume":
            return may(CommandName.RESUME)
        case _:
            return any(may(command) for command in _DECISIONS)


def item(line: WaitingLine, view: BuildView, caller: Caller) -> Item:
    """``line`` with the commands that move the build on."""
    parked = view.parked is not None
    wanted = [offer for offer in offers(view, caller) if offer.name in _QUICK]
    return Item(line, view, [offer for offer in wanted if offer.tone != "plain" or (parked and offer.name in _QUICK)])
