"""What a phase may spend, held against what its agent tells.

An agent that tells what each answer uses is stopped in the middle; one that sums up at its end has ended by then, and
its work stands.
"""

from collections.abc import Callable
from dataclasses import dataclass

from baton.domain.attempts import Budget
from baton.domain.evidence import Usage
from baton.runners.llm.failures import BudgetSpent


@dataclass(frozen=True, slots=True)
class Allowance:
    """``used`` tells what all attempts at the phase have used so far."""

    budget: Budget
    used: Callable[[], Usage | None]

    @property
    def money(self) -> float | None:
        """US dollars that are left; ``None`` is no limit."""
        if self.budget.money is None:
            return None
        used = self.used()
        return max(0.0, self.budget.money - ((used.cost_usd or 0.0) if used is not None else 0.0))

    def overdrawn(self) -> BudgetSpent | None:
        """The failure that says which limit is reached, or ``None``."""
        used, budget = self.used(), self.budget
        if used is None:
            used = Usage()
        tokens, cost = used.input_tokens + used.output_tokens, used.cost_usd or 0.0
        if budget.requests is not None and used.requests >= budget.requests:
            return _spent("requests", f"{used.requests:,} of {budget.requests:,} requests")
        if budget.tokens is not None and tokens >= budget.tokens:
            return _spent("tokens", f"{tokens:,} of {budget.tokens:,} tokens")
        if budget.money is not None and cost >= budget.money:
            return _spent("money", f"{cost:.4f} of {budget.money:.4f} US dollars")
        return None


def _spent(limit: str, told: str) -> BudgetSpent:
    return BudgetSpent(
        f"the phase has used up its {limit}: {told}. Raise the limit, in the profile or by extend-limits for this "
        "build, then retry: the phase begins anew"
    )
