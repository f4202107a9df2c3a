"""What a build has used up. It only grows: rework, rollback and continue-as-new carry it on."""

from datetime import datetime
from typing import TypeVar

from pydantic import BaseModel, Field

from baton.domain.attempts import Budget
from baton.domain.evidence import Usage
from baton.domain.terms import Limits, PhaseLimits
from baton.domain.vocabulary import LimitName


def amount(number: float) -> str:
    """A quantity as people read it: ``1,500,000``, never ``1.5e+06``."""
    return f"{number:,.12g}"


class Ledger(BaseModel):
    """Counters of one build. Money in US dollars."""

    phase_runs: int = 0
    rework_rounds: int = 0
    rollbacks: int = 0
    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cost_usd: float = 0.0
    unpriced_reports: int = Field(default=0, description="reports with tokens whose price is unknown")

    @property
    def tokens(self) -> int:
        """Input and output tokens together."""
        return self.input_tokens + self.output_tokens

    def add(self, usage: Usage) -> None:
        """Count ``usage``."""
        self.requests += usage.requests
        self.input_tokens += usage.input_tokens
        self.output_tokens += usage.output_tokens
        self.cached_tokens += usage.cached_tokens
        if usage.cost_usd is not None:
            self.cost_usd = round(self.cost_usd + usage.cost_usd, 9)
        elif usage.input_tokens or usage.output_tokens:
            self.unpriced_reports += 1

    def used(self, name: LimitName, *, since: datetime, now: datetime) -> float:
        """How much of the budget ``name`` is used (``wall_clock`` in seconds since ``since``)."""
        if name is LimitName.WALL_CLOCK:
            return (now - since).total_seconds()
        if name is LimitName.MONEY:
            return self.cost_usd
        value: int = getattr(self, name.value)
        return value

    def over(self, limits: Limits, *, since: datetime, now: datetime) -> LimitName | None:
        """The first budget that leaves no room for the phase that is about to begin, or ``None``.

        Rounds and runs are counted when they begin, so theirs is reached above the maximum; what is spent while
        working (tokens, money, time) is reached at it.
        """
        for name in LimitName:
            maximum = limits.maximum(name)
            if maximum is None:
                continue
            used = self.used(name, since=since, now=now)
            if used > maximum or (used == maximum and not name.counts_begun):
                return name
        return None


def left(ledger: Ledger, limits: Limits, phase: PhaseLimits) -> Budget:
    """What the next phase may spend: its own limits, or what is left of the build's where that is less."""
    return Budget(
        requests=_least(phase.requests, limits.requests, ledger.requests),
        tokens=_least(phase.tokens, limits.tokens, ledger.tokens),
        money=_least(phase.money, limits.money, ledger.cost_usd),
    )


_Amount = TypeVar("_Amount", int, float)


def _least(own: _Amount | None, of_build: _Amount | None, used: _Amount) -> _Amount | None:
    remaining = None if of_build is None else max(round(of_build - used, 9), type(of_build)(0))
    known = [amount for amount in (own, remaining) if amount is not None]
    return min(known, default=None)
