"""The acceptance criteria that a build is judged by, whoever understood the request."""

from collections.abc import Iterator, Mapping
from typing import Any

from baton.domain.steps import PhaseOrder
from baton.domain.vocabulary import Phase
from baton.runners.failures import RequestUnusable
from baton.runners.toolchain.brief import Brief, Criterion, read_brief
from baton.runners.toolchain.discovery import brief_of


def brief_handed_on(order: PhaseOrder, *phases: Phase) -> Brief:
    """What the first of ``phases`` reported that has criteria, whoever did it; else what the request says."""
    for told in _told(order, phases or (Phase.DISCOVERY,)):
        try:
            brief = read_brief(order.request.title, told)
        except RequestUnusable:
            continue  # another role's report has another form: then the next counts
        if brief.acceptance_criteria:
            return brief.model_copy(update={"assumptions": _assumptions(told)})
    return brief_of(order)


def criteria_of(order: PhaseOrder) -> tuple[Criterion, ...]:
    """The criteria by ID: those of planning, else of discovery, else of the request; none where nobody gave any."""
    try:
        return brief_handed_on(order, Phase.PLANNING, Phase.DISCOVERY).acceptance_criteria
    except RequestUnusable:
        return ()


def _assumptions(told: Mapping[str, Any]) -> tuple[str, ...]:
    found = told.get("assumptions")
    return tuple(text for text in found if isinstance(text, str)) if isinstance(found, list) else ()


def _told(order: PhaseOrder, phases: tuple[Phase, ...]) -> Iterator[Mapping[str, Any]]:
    for phase in phases:
        report = order.inputs.get(phase, {})
        if isinstance(report.get("output"), dict):
            yield report["output"]
        yield report
