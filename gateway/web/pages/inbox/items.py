"""What waits for whom: the builds in which the one who looks can do something, and those that wait for others."""

from dataclasses import dataclass
from datetime import datetime

from baton.domain.view import BuildView
from baton.store.browsing import WaitingLine
from gateway.access.caller import Caller
from gateway.access.waits import waits_for
from gateway.web.pages.build.offers import Offer, offers

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
    return waits_for(caller, line.build.waiting_kind, role=line.build.role, approvers=line.approvers)


def item(line: WaitingLine, view: BuildView, caller: Caller) -> Item:
    """``line`` with the commands that move the build on."""
    parked = view.parked is not None
    wanted = [offer for offer in offers(view, caller) if offer.name in _QUICK]
    return Item(line, view, [offer for offer in wanted if offer.tone != "plain" or (parked and offer.name in _QUICK)])
