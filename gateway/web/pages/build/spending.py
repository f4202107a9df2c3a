"""What a build has used of what it may."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from baton.domain.evidence import Usage
from baton.domain.view import BuildView
from baton.domain.vocabulary import LimitName, Phase
from gateway.web.pages.build.course import Told
from gateway.web.pages.moments import duration
from gateway.web.pages.words import state_word

_WORDS = {
    LimitName.REWORK_ROUNDS: "Rework rounds",
    LimitName.PHASE_RUNS: "Phase runs",
    LimitName.REQUESTS: "Model requests",
    LimitName.TOKENS: "Tokens",
    LimitName.MONEY: "Cost",
    LimitName.WALL_CLOCK: "Time",
}


@dataclass(frozen=True, slots=True)
class Meter:
    """One budget. ``maximum`` is ``None`` without a limit; ``tone`` says how near it is."""

    name: LimitName
    word: str
    used: float
    maximum: float | None
    said: str
    tone: str


@dataclass(frozen=True, slots=True)
class PhaseSpending:
    """What the runs of one phase used together."""

    phase: Phase
    runs: int
    usage: Usage

    @property
    def word(self) -> str:
        """The phase."""
        return state_word(self.phase)


def meters(view: BuildView, now: datetime) -> list[Meter]:
    """Every budget that has a limit or of which something was used."""
    at = view.completed_at or now
    found = []
    for name in LimitName:
        used = max(0.0, view.ledger.used(name, since=view.clock_began, now=at))
        maximum = view.maximum(name)
        if maximum is None and not used:
            continue
        share = used / maximum if maximum else 0.0
        tone = "bad" if share >= 1 else "wait" if share >= 0.8 else "work"
        said = _said(name, used) + (f" of {_said(name, maximum)}" if maximum is not None else "")
        found.append(Meter(name, _WORDS[name], used, maximum, said, tone))
    return found


def by_phase(told: Sequence[Told]) -> list[PhaseSpending]:
    """What each phase used, of those that used anything."""
    found: dict[Phase, PhaseSpending] = {}
    for one in told:
        if one.report.usage is not None:
            before = found.get(one.phase)
            usage = one.report.usage if before is None else before.usage.plus(one.report.usage)
            found[one.phase] = PhaseSpending(one.phase, one.run, usage)
    return [found[phase] for phase in Phase if phase in found]


def _said(name: LimitName, amount: float) -> str:
    if name is LimitName.WALL_CLOCK:
        return duration(amount)
    return f"${amount:,.2f}" if name is LimitName.MONEY else f"{amount:,.0f}"
