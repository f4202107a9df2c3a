"""``extend_limits``: budgets are raised, never lowered; a fork may begin with raised ones."""

from pydantic import ValidationError

from baton.domain.commands import ExtendLimits
from baton.domain.facts import LimitExtended
from baton.domain.ledger import amount
from baton.domain.model import describe
from baton.domain.recorder import Recorder
from baton.domain.refusals import Refusal
from baton.domain.terms import Limits
from baton.domain.vocabulary import LimitName, RefusalCode


def extend_limits(recorder: Recorder, command: ExtendLimits) -> None:
    """Carry out ``command``."""
    raised(recorder.view.limits, command.limits)
    recorder.record(LimitExtended(limits=command.limits, reason=command.reason), command.actor)


def raised(limits: Limits, maxima: dict[LimitName, float | None]) -> Limits:
    """``limits`` with new ``maxima``. Raises :class:`Refusal` (malformed) for one that does not raise its budget."""
    for name, maximum in maxima.items():
        present = limits.maximum(name)
        if present is None:
            raise Refusal(RefusalCode.MALFORMED, f"{name.value} has no limit, so there is nothing to extend")
        if maximum is not None and maximum <= present:
            raise Refusal(
                RefusalCode.MALFORMED,
                f"{name.value} is {amount(present)} already; extend it to more, not to {amount(maximum)}",
            )
        if maximum is not None and name is not LimitName.MONEY and maximum != int(maximum):
            raise Refusal(RefusalCode.MALFORMED, f"{name.value} is a whole number, not {amount(maximum)}")
    try:
        return limits.extended(maxima)
    except ValidationError as error:
        raise Refusal(RefusalCode.MALFORMED, f"extend_limits: {describe(error)}") from error
