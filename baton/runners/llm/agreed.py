"""What is agreed on when an order is given: the brief, and by which IDs its criteria go."""

from baton.domain.steps import PhaseOrder
from baton.domain.vocabulary import Phase
from baton.runners.failures import RequestUnusable
from baton.runners.toolchain.brief import Brief
from baton.runners.toolchain.criteria import brief_handed_on


def agreed_brief(order: PhaseOrder) -> Brief:
    """The brief of the latest phase that handed one on, whoever did it; else what the request itself says."""
    try:
        return brief_handed_on(order, Phase.PLANNING, Phase.DISCOVERY)
    except RequestUnusable:
        return Brief(title=order.request.title)
