"""Planning: lay out the work, a step and a test for each acceptance criterion."""

from typing import Any

from baton.domain.reports import PhaseReport
from baton.domain.steps import PhaseOrder
from baton.runners.toolchain.criteria import brief_handed_on
from baton.runners.toolchain.discovery import aside, ask


def plan(order: PhaseOrder) -> PhaseReport:
    """Report the plan. Asks as discovery does when nobody has given acceptance criteria yet."""
    brief = brief_handed_on(order)
    if not brief.acceptance_criteria:
        return ask(brief)
    steps = [
        {
            "id": f"S-{number}",
            "criterion": criterion.id,
            "task": f"Make this true: {criterion.text}",
            "test": f"A test that fails when {criterion.id} is not met",
        }
        for number, criterion in enumerate(brief.acceptance_criteria, start=1)
    ]
    output: dict[str, Any] = {**brief.model_dump(mode="json"), "steps": steps}
    if order.feedback is not None:
        output["to_mend"] = [finding.message for finding in order.feedback.findings] or [order.feedback.reason]
    one = len(steps) == 1
    summary = " ".join([f"{len(steps)} step{'' if one else 's'}, one for each criterion", *aside(brief)])
    return PhaseReport(summary=summary, output=output)
