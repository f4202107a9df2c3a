"""What is offered is what the build would take: no button leads to a refusal, and none is missing."""

from datetime import timedelta
from typing import Any

import pytest

from baton.domain.access import EVERYTHING, Grant
from baton.domain.build import Build
from baton.domain.commands import parse_command
from baton.domain.fold import fold
from baton.domain.refusals import Refusal
from baton.domain.terms import ApprovalTerms
from baton.domain.vocabulary import AccessRole, CommandName, Phase, Role, State
from gateway.access.caller import Caller
from gateway.web.pages.build.offers import offers
from tests.busy.tales import by_hand
from tests.journals import STORIES, Story, happy

ADMIN = Caller("anna", EVERYTHING)
SAMPLE: dict[CommandName, dict[str, Any]] = {
    CommandName.ADVANCE: {},
    CommandName.REQUEST_RETRY: {"reason": "again"},
    CommandName.ROLLBACK: {"reason": "back", "target_state": "discovery"},
    CommandName.APPROVE: {},
    CommandName.REFUSE: {"reason": "no"},
    CommandName.PAUSE: {},
    CommandName.RESUME: {},
    CommandName.EXTEND_LIMITS: {"limits": {"rework_rounds": 99}},
    CommandName.ABANDON: {"reason": "enough"},
}
"""Commands with what they need; ``answer`` and ``waive`` name what the build asked or found."""


def _moments() -> list[tuple[str, Story]]:
    found = []
    for name, tell in STORIES.items():
        whole = tell()
        # A build never stands between its last move and the entry that ends it: both are written at once.
        between = len(whole.entries) - 1 if whole.build.view.ended else 0
        stands = (upto for upto in range(1, len(whole.entries) + 1) if upto != between)
        found += [(f"{name}-{upto}", whole.branch(upto)) for upto in stands]
    manual = Story.begin(roles=by_hand(*Role).roles)
    guarded = Story.begin(approvals={State.HANDOFF_TO_RELEASER: ApprovalTerms(approvers=("ben",))})
    return [*found, ("by hand", manual), ("not mine to approve", guarded.until(State.HANDOFF_TO_RELEASER))]


MOMENTS = _moments()


@pytest.mark.parametrize("story", [story for _, story in MOMENTS], ids=[name for name, _ in MOMENTS])
def test_every_command_that_the_build_would_take_is_offered_and_no_other(story: Story) -> None:
    view = story.build.view
    offered = {offer.name.replace("-", "_") for offer in offers(view, ADMIN)} - {"cancel", "fork"}
    taken = {name.value for name in SAMPLE if _takes(story, name)}
    assert offered - {"answer", "waive"} == taken


def _takes(story: Story, name: CommandName) -> bool:
    build = Build(fold(story.entries))
    view = build.view
    said = {"actor": {"id": "anna"}, "expected_state": view.current_state.value} | SAMPLE[name]
    if name is CommandName.ADVANCE:
        if view.current_role is None:
            return False
        said = {"actor": {"id": "anna"}, "role": view.current_role, "completed_state": view.current_state}
    elif name in (CommandName.PAUSE, CommandName.RESUME, CommandName.EXTEND_LIMITS):
        del said["expected_state"]
    try:
        build.handle(parse_command(name, said), story.at + timedelta(seconds=1))
    except Refusal:
        return False
    return True


@pytest.mark.parametrize("role", [one for one in AccessRole if one is not AccessRole.AGENT])
def test_nobody_is_offered_what_their_token_does_not_allow(role: AccessRole) -> None:
    caller = Caller("ben", Grant(role=role))
    for _, story in MOMENTS:
        for offer in offers(story.build.view, caller):
            assert offer.name in ("cancel", "fork") or caller.grant.may(CommandName(offer.name.replace("-", "_")))


def test_an_agent_is_offered_the_work_of_its_role_alone() -> None:
    view = Story.begin(roles=by_hand(*Role).roles).build.view
    asking = Caller("bot", Grant(role=AccessRole.AGENT, agent_role=Role.Q_ASSISTANT))
    coding = Caller("bot", Grant(role=AccessRole.AGENT, agent_role=Role.CODE_WRITER))
    assert [offer.name for offer in offers(view, asking)] == ["advance"]
    assert offers(view, coding) == []


def test_a_build_that_has_ended_can_be_forked_and_nothing_else() -> None:
    view = happy().build.view
    [fork] = offers(view, ADMIN)
    assert fork.name == "fork"
    [phase, *_] = fork.fields
    assert [value for value, _ in phase.options] == [one.value for one in Phase]
    assert offers(view, Caller("ben", Grant(role=AccessRole.APPROVER))) == []


def test_a_build_of_a_project_that_is_not_seen_offers_nothing() -> None:
    assert offers(Story.begin().build.view, Caller("ben", Grant(role=AccessRole.ADMIN, projects=("other",)))) == []
