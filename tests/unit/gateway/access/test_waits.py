"""Who can do what a build waits for."""

import pytest

from baton.domain.access import Grant
from baton.domain.vocabulary import AccessRole, Role
from gateway.access.caller import Caller
from gateway.access.waits import waits_for


def caller(role: AccessRole, agent_role: Role | None = None) -> Caller:
    return Caller("grace", Grant(role=role, agent_role=agent_role))


KINDS = ("approval", "answer", "report", "resume", "decision")


@pytest.mark.parametrize(
    ("role", "kinds"),
    [
        (AccessRole.VIEWER, set()),
        (AccessRole.BUILDER, {"answer", "report", "resume", "decision"}),
        (AccessRole.APPROVER, {"approval", "answer", "decision"}),
        (AccessRole.ADMIN, set(KINDS)),
    ],
)
def test_each_sort_of_token_is_waited_for_with_its_own(role: AccessRole, kinds: set[str]) -> None:
    found = {kind for kind in KINDS if waits_for(caller(role), kind, role=Role.CODE_WRITER, approvers=())}
    assert found == kinds


def test_an_agent_is_waited_for_by_builds_that_its_role_reports_in() -> None:
    agent = caller(AccessRole.AGENT, Role.CODE_WRITER)
    assert waits_for(agent, "report", role=Role.CODE_WRITER, approvers=())
    assert not waits_for(agent, "report", role=Role.TEST_AUDITOR, approvers=())
    assert not waits_for(agent, "approval", role=Role.CODE_WRITER, approvers=())


def test_where_approvers_are_named_others_are_not_waited_for() -> None:
    assert waits_for(caller(AccessRole.APPROVER), "approval", role=None, approvers=["ada", "grace"])
    assert not waits_for(caller(AccessRole.ADMIN), "approval", role=None, approvers=["ada"])


def test_a_build_that_waits_for_nothing_waits_for_nobody() -> None:
    assert not waits_for(caller(AccessRole.ADMIN), None, role=Role.CODE_WRITER, approvers=())
