"""Parking a build in ``error``: what happened, and what a person can do next, in plain words."""

from datetime import datetime

from baton.domain.facts import ApprovalExpired, ApprovalRefused, LimitReached, PhaseCompensated, PhaseFailed
from baton.domain.grounds import COMPENSATION
from baton.domain.ledger import amount
from baton.domain.view import LIMIT_CODE, BuildView, Parked
from baton.domain.vocabulary import LimitName, Phase, State

_UNITS = {
    LimitName.REWORK_ROUNDS: "rework rounds",
    LimitName.PHASE_RUNS: "phase runs",
    LimitName.REQUESTS: "requests to models",
    LimitName.TOKENS: "tokens",
    LimitName.MONEY: "US dollars",
    LimitName.WALL_CLOCK: "seconds of wall clock",
}

REWORK_STALLED = "rework_stalled"
"""The code of a build that is parked because its rework goes nowhere."""

COMPENSATION_FAILED = "compensation_failed"
"""The code of a build that is parked because what a phase did outside the workspace could not be undone."""

_STALLED = (
    "Rollback to an earlier phase with a reason that says how to mend it; or waive what may be waived, or mend the "
    "cause outside, then request-retry to perform {phase} again; or cancel, or abandon."
)


def park_for_failure(view: BuildView, fact: PhaseFailed, at: datetime) -> None:
    """A phase could not be done."""
    _park(
        view,
        at,
        code=fact.code,
        message=f"{fact.phase.value} failed: {fact.message}",
        what_next=_STALLED.format(phase=fact.phase.value)
        if fact.code == REWORK_STALLED
        else f"Mend the cause, then request-retry to perform {fact.phase.value} again; "
        "or rollback to an earlier phase, cancel, or abandon.",
        retry_phase=fact.phase,
    )


def park_for_answer(view: BuildView, fact: PhaseFailed, at: datetime) -> None:
    """A question was not answered in time."""
    _park(
        view,
        at,
        code=fact.code,
        message=fact.message,
        what_next=f"Request-retry to perform {fact.phase.value} again: it will ask once more; or cancel, or abandon.",
        retry_phase=fact.phase,
    )


def park_for_compensation(view: BuildView, fact: PhaseCompensated, at: datetime) -> None:
    """What a phase did outside the workspace could not be undone."""
    phase = fact.phase.value
    _park(
        view,
        at,
        code=COMPENSATION_FAILED,
        message=f"what {phase} did could not be undone: {fact.message or 'it gave no reason'}",
        what_next=f"Mend the cause, then request-retry to undo it and go on with {view.current_state.value}; "
        f"or waive {COMPENSATION}{phase} when it was undone by hand, then request-retry; or cancel, or abandon.",
        retry_phase=Phase(view.current_state.value),
    )


def park_for_refusal(view: BuildView, fact: ApprovalRefused, at: datetime, who: str) -> None:
    """Somebody refused a handoff."""
    _park(
        view,
        at,
        code="approval_refused",
        message=f"{who} refused {fact.state.value}: {fact.reason}",
        what_next=f"Request-retry sends the work back to {fact.retry_phase.value} with this reason; "
        "or rollback to an earlier phase, cancel, or abandon.",
        retry_phase=fact.retry_phase,
    )


def park_for_expiry(view: BuildView, fact: ApprovalExpired, at: datetime) -> None:
    """Nobody approved a handoff in time."""
    _park(
        view,
        at,
        code="approval_expired",
        message=f"nobody approved {fact.state.value} before its deadline",
        what_next=f"Request-retry performs {fact.retry_phase.value} again and asks for the approval anew; "
        "or cancel, or abandon.",
        retry_phase=fact.retry_phase,
    )


def park_for_limit(view: BuildView, fact: LimitReached, at: datetime) -> None:
    """A budget is used up."""
    _park(
        view,
        at,
        code=f"{LIMIT_CODE}{fact.limit.value}",
        message=f"the limit of {amount(fact.maximum)} {_UNITS[fact.limit]} is reached"
        + ("" if fact.limit.counts_begun else f" ({amount(fact.used)} used)"),
        what_next=f"Extend-limits with a higher {fact.limit.value}{_room(fact)}, then request-retry to go on with "
        f"{fact.phase.value}; or cancel, or abandon.",
        retry_phase=fact.phase,
    )


def _room(fact: LimitReached) -> str:
    """How much a retry needs; it begins a run more than was counted when the limit was reached."""
    if not fact.limit.counts_begun:
        return f" (more than {amount(fact.used)})"
    return f" (at least {amount(fact.used + (fact.limit is LimitName.PHASE_RUNS))})"


def _park(view: BuildView, at: datetime, *, code: str, message: str, what_next: str, retry_phase: Phase) -> None:
    view.parked = Parked(
        code=code,
        message=message,
        what_next=what_next,
        from_state=view.current_state,
        retry_phase=retry_phase,
        at=at,
    )
    view.current_state = State.ERROR
    view.pending_approval = None
    view.answer_deadline = None
