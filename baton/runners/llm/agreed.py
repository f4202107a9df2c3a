"""What is agreed on when an order is given: the brief, and by which IDs its criteria go."""

from typing import Any

from baton.domain.steps import PhaseOrder
from baton.domain.vocabulary import Phase
from baton.runners.failures import RequestUnusable
from baton.runners.toolchain.brief import Brief, read_brief
from baton.runners.toolchain.discovery import brief_of


def agreed_brief(order: PhaseOrder) -> Brief:
    """The brief of the latest phase that handed one on, whoever did it; else what the request itself says."""
    for phase in (Phase.PLANNING, Phase.DISCOVERY):
        for told in (order.inputs.get(phase, {}).get("output"), order.inputs.get(phase)):
            if not isinstance(told, dict):
                continue
            try:
                brief = read_brief(order.request.title, told)
            except RequestUnusable:
                continue  # another program's report has a form of its own
            if brief.acceptance_criteria:
                return brief
    try:
        return brief_of(order)
    except RequestUnusable:
        return Brief(title=order.request.title)


def executed(order: PhaseOrder) -> frozenset[str]:
    """What was executed in the build so far, by ID: what findings rest on, and the tests that testing saw pass."""
    sources: list[dict[str, Any]] = [*order.inputs.values()]
    if order.feedback is not None:
        sources.append(order.feedback.model_dump(mode="json"))
    findings = [one for source in sources for one in _items(source.get("findings")) if isinstance(one, dict)]
    proofs = order.inputs.get(Phase.TESTING, {}).get("proofs")
    tests = [test for ids in proofs.values() for test in _items(ids)] if isinstance(proofs, dict) else []
    ids = [*(finding.get("evidence") for finding in findings), *tests]
    return frozenset(one for one in ids if isinstance(one, str))


def _items(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []
