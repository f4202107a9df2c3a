"""Orders as a build gives them."""

from typing import Any

from baton.domain.moves import OWNERS
from baton.domain.requests import BuildRequest
from baton.domain.steps import CompensationOrder, PhaseOrder
from baton.domain.vocabulary import Phase

REQUEST = """# Adder

## Acceptance criteria

1. `add(1, 2)` gives 3.
"""


def an_order(phase: Phase, *, requirements: str | dict[str, Any] = REQUEST, **fields: Any) -> PhaseOrder:
    """An order for ``phase`` of the build ``adder-1``."""
    request = BuildRequest(
        build_id=fields.pop("build_id", "adder-1"),
        project_id="p",
        user_id="u",
        title=fields.pop("title", "Adder"),
        requirements=requirements,
        profile=fields.pop("profile", "local"),
        repo=fields.pop("repo", None),
    )
    defaults: dict[str, Any] = {
        "number": 1,
        "run_in_phase": 1,
        "workflow_id": f"build-{request.build_id}",
        "journal_head": "ab" * 32,
        "minimum_coverage": 80.0,
    }
    return PhaseOrder(phase=phase, role=OWNERS[phase.state], request=request, **defaults | fields)


def a_compensation(phase: Phase, **fields: Any) -> CompensationOrder:
    """An order to undo ``phase`` of the build ``adder-1``."""
    order = an_order(phase)
    defaults: dict[str, Any] = {"number": 31, "run": 1, "reason": "the release is bad", "journal_head": "cd" * 32}
    return CompensationOrder(
        phase=phase, role=order.role, workflow_id=order.workflow_id, request=order.request, **defaults | fields
    )
