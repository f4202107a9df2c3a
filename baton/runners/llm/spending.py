"""What a model's answers use, and whether there may be another one."""

from dataclasses import dataclass

from pydantic_ai.messages import ModelResponse

from baton.domain.attempts import Budget
from baton.domain.reports import Usage
from baton.runners.llm.failures import BudgetSpent

MOST_REQUESTS = 200
"""Requests of a phase for which the profile has no limit: a model that goes in circles shall end."""


def used_by(response: ModelResponse) -> Usage:
    """What one answer used. Cached tokens are part of the input. An unknown price is ``None``."""
    usage = response.usage
    known = usage.cost is not None and not usage.unmeasured_requests
    return Usage(
        requests=1,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cached_tokens=usage.cache_read_tokens,
        cost_usd=float(usage.cost) if known and usage.cost is not None else None,
    )


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a phase may use, in all its attempts."""

    budget: Budget

    @property
    def requests(self) -> int:
        """How many answers there may be."""
        return MOST_REQUESTS if self.budget.requests is None else self.budget.requests

    def check(self, used: Usage) -> None:
        """Raise BudgetSpent unless another request may be made."""
        money, cost = self.budget.money, used.cost_usd
        if used.requests >= self.requests:
            default = " (Baton's own limit, as the profile sets none)" if self.budget.requests is None else ""
            raise _spent("requests", f"{used.requests} of {self.requests} requests{default}")
        tokens = used.input_tokens + used.output_tokens
        if self.budget.tokens is not None and tokens >= self.budget.tokens:
            raise _spent("tokens", f"{tokens:,} of {self.budget.tokens:,} tokens")
        if money is None:
            return
        if money <= 0 or (cost is not None and cost >= money):
            raise _spent("money", f"{cost or 0:.4f} of {money:.4f} US dollars")
        if used.requests and cost is None:
            raise BudgetSpent(
                f"the phase may use {money:.4f} US dollars, and what {used.requests} answers of the model cost is not "
                "known: it has no price in genai-prices. Have the profile limit 'tokens' or 'requests' instead of "
                "'money', then retry"
            )


def _spent(limit: str, told: str) -> BudgetSpent:
    return BudgetSpent(
        f"the phase has used up its {limit}: {told}. Raise the limit, in the profile or by extend-limits for this "
        "build, then retry: the phase begins anew"
    )
