"""Planning: lay out the work, a step and a test for each acceptance criterion."""

from collections.abc import Iterator, Mapping
from typing import Any

from baton.domain.reports import PhaseReport
from baton.domain.steps import PhaseOrder
from baton.domain.vocabulary import Phase
from baton.runners.failures import RequestUnusable
from baton.runners.toolchain.brief import Brief, read_brief
from baton.runners.toolchain.discovery import aside, ask, brief_of


def plan(order: PhaseOrder) -> PhaseReport:
    """Report the plan. Asks as discovery does when nobody has given acceptance criteria yet."""
    brief = _brief(order)
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


def _brief(order: PhaseOrder) -> Brief:
    """What discovery found, whoever did it; where that has no criteria, what the request says."""
    for told in _discovered(order):
        try:
            brief = read_brief(order.request.title, told)
        except RequestUnusable:
            continue  # another role's report has another form: then the request counts
        if brief.acceptance_criteria:
            return brief.model_copy(update={"assumptions": _assumptions(told)})
    return brief_of(order)


def _assumptions(told: Mapping[str, Any]) -> tuple[str, ...]:
    found = told.get("assumptions")
    return tuple(text for text in found if isinstance(text, str)) if isinstance(found, list) else ()


def _discovered(order: PhaseOrder) -> Iterator[Mapping[str, Any]]:
    report = order.inputs.get(Phase.DISCOVERY, {})
    if isinstance(report.get("output"), dict):
        yield report["output"]
    yield report
