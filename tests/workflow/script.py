"""What is asked for, under which terms, and what roles report when a test says nothing else."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from baton.domain.moves import OWNERS
from baton.domain.requests import BuildRequest
from baton.domain.terms import CURRENT_RULES, Limits, RoleTerms, Terms
from baton.domain.vocabulary import Phase, Role

GOOD: dict[Phase, dict[str, Any]] = {
    Phase.DISCOVERY: {"output": {"acceptance_criteria": [{"id": "AC-1", "text": "it works"}]}},
    Phase.PLANNING: {"output": {"steps": ["write it"]}},
    Phase.IMPLEMENTATION: {"summary": "written"},
    Phase.TESTING: {"all_tests_passed": True, "tests_run": 3, "tests_failed": 0, "test_coverage": 95.0},
    Phase.VERIFICATION: {"approved_for_deployment": True},
    Phase.DEPLOYMENT: {"deployment_successful": True, "output": {"archive": "thing-1.0.tar.gz"}},
}
"""What a role reports when its script says nothing else."""

FAILED_TESTS = {"tests_run": 3, "tests_failed": 1, "findings": [{"id": "F-1", "message": "test_add fails"}]}


def terms(
    *,
    manual: Sequence[Role] = (),
    attempts: int = 2,
    heartbeat: timedelta = timedelta(seconds=10),
    undone: Sequence[Phase] = (),
    **more: Any,
) -> Terms:
    """Terms with every role played by the script, but for the ``manual`` ones.

    A rollback has to undo what the phases ``undone`` did.
    """
    roles = {
        role: RoleTerms(
            runner="manual" if role in manual else "script",
            manual=role in manual,
            attempts=attempts,
            timeout=timedelta(minutes=10),
            heartbeat=heartbeat,
            compensates=tuple(phase for phase in undone if OWNERS[phase.state] is role),
        )
        for role in Role
    }
    fields = {"profile": "script", "digest": "0" * 64, "roles": roles, "rules": CURRENT_RULES, "limits": Limits()}
    return Terms.model_validate(fields | more)


def all_manual(**more: Any) -> Terms:
    """Terms with every role played by hand."""
    return terms(manual=tuple(Role), **more)


def request(build_id: str, **more: Any) -> BuildRequest:
    """A request for a small thing."""
    fields = {
        "build_id": build_id,
        "project_id": "shop",
        "user_id": "ada",
        "title": "A small thing",
        "requirements": "# A small thing",
        "profile": "script",
    }
    return BuildRequest.model_validate(fields | more)
