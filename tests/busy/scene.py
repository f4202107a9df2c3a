"""A busy mirror: builds of several projects in every status, as they come over some weeks.

``python -m tests.busy.scene DATABASE_URL [COUNT]`` fills a database with some, or with ``COUNT`` plain ones more.
"""

import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from baton.domain.commands import Abandon, Approve, Pause, Refuse
from baton.domain.terms import ApprovalTerms
from baton.domain.vocabulary import Phase, Role, State
from baton.store import schema
from baton.store.engine import open_engine
from baton.store.mirror import Mirror
from tests.busy.tales import Tale, by_hand, reworked, tale
from tests.journals import ANNA, Story

_DEEDS = ("Speed up", "Log", "Validate", "Retry", "Cache", "Export", "Paginate", "Encrypt", "Archive", "Simplify")
_THINGS = ("invoices", "refunds", "sessions", "postings", "webhooks", "statements", "exchange rates", "user exports")


def scene(now: datetime) -> Iterator[Tale]:
    """Some builds of three projects, in every status, the oldest first."""
    gate: dict[str, Any] = {"approvals": {State.HANDOFF_TO_RELEASER: ApprovalTerms(deadline=timedelta(hours=4))}}
    hand: dict[str, Any] = {"roles": by_hand(Role.VERIFICATION_OVERSEER).roles}
    refused = tale(
        "ledger-export", now - timedelta(days=2), project_id="ledger", title="Export postings as CSV", **gate
    )
    refused.phases(Phase.VERIFICATION).later(hours=1)
    yield refused.say(Refuse(actor=ANNA, expected_state=State.HANDOFF_TO_RELEASER, reason="Not before the audit"))
    yield reworked("rounding", now - timedelta(days=1, hours=3), title="Round half to even").phases(Phase.DEPLOYMENT)
    yield tale("invoices-pdf", now - timedelta(hours=22), project_id="invoices", title="Invoices as PDF").phases(
        Phase.DEPLOYMENT
    )
    asked = tale("limits-api", now - timedelta(hours=5), project_id="ledger", user_id="ben", title="Limits over REST")
    yield asked.phase(
        {
            "summary": "Two things are unclear",
            "questions": [
                {"id": "Q-1", "text": "Are limits counted per account or per customer?"},
                {"id": "Q-2", "text": "What is answered when a limit is reached: 403 or 409?"},
            ],
        }
    )
    manual = tale(
        "ledger-audit", now - timedelta(hours=4), project_id="ledger", title="Audit trail of postings", **hand
    )
    yield manual.phases(Phase.TESTING)
    waiting = reworked("money-1-4", now - timedelta(hours=3), title="Release 1.4: currencies without cents", **gate)
    yield waiting.phases(Phase.VERIFICATION)
    paused = tale("search", now - timedelta(hours=2), project_id="invoices", title="Search invoices by amount")
    yield paused.phases(Phase.PLANNING).say(Pause(actor=ANNA, reason="Wait for the new schema"))
    yield reworked("vat-2027", now - timedelta(minutes=70), project_id="invoices", user_id="cy", title="VAT rates 2027")
    yield tale("fx-rates", now - timedelta(minutes=4), title="Daily exchange rates").phase()


def write(engine: Engine, told: Story) -> None:
    """Into the mirror."""
    Mirror(engine).write(told.batch())


def many(engine: Engine, count: int, now: datetime, *, seed: int = 7) -> None:
    """``count`` builds of some weeks."""
    dice = random.Random(seed)
    projects = ["payments", "ledger", "invoices", "identity", "search"]
    for number in range(count):
        at = now - timedelta(minutes=dice.uniform(10, 60_000))
        make = reworked if dice.random() < 0.35 else tale
        told = make(
            f"b-{number:05}",
            at,
            pace=dice.lognormvariate(0, 0.6),
            project_id=dice.choice(projects),
            user_id=dice.choice(["anna", "ben", "cy", "dora"]),
            title=f"{dice.choice(_DEEDS)} {dice.choice(_THINGS)}",
            approvals={State.HANDOFF_TO_RELEASER: ApprovalTerms()} if dice.random() < 0.4 else {},
        )
        last = dice.choices([*Phase], weights=[1, 1, 2, 2, 2, 40])[0]
        if last not in told.build.view.completed_phases:
            _carry(told, last, dice)
        write(engine, told)


def _carry(told: Tale, last: Phase, dice: random.Random) -> None:
    """On to the end of ``last``, with somebody's approval where one is asked for; a few are given up there."""
    if last is not Phase.DEPLOYMENT:
        told.phases(last)
        return
    told.phases(Phase.VERIFICATION)
    state = told.build.view.current_state
    told.later(minutes=dice.lognormvariate(3, 1))
    if dice.random() < 0.08:
        told.say(Abandon(actor=ANNA, expected_state=state, reason="Nobody wants it any more"))
        return
    if told.build.view.pending_approval is not None:
        told.say(Approve(actor=ANNA, expected_state=state))
    told.phases(Phase.DEPLOYMENT)


if __name__ == "__main__":
    _engine = open_engine(sys.argv[1])
    schema.upgrade(_engine)
    _now = datetime.now(UTC)
    for _told in scene(_now):
        write(_engine, _told)
    many(_engine, int(sys.argv[2]) if len(sys.argv) > 2 else 0, _now)
