"""What decisions, deadlines and limits change in the view of a build. Called by :mod:`baton.domain.effects` alone."""

from baton.domain.evidence import Finding
from baton.domain.facts import (
    ApprovalExpired,
    ApprovalGranted,
    ApprovalRefused,
    ApprovalRequested,
    Fact,
    FindingWaived,
    LimitExtended,
    LimitReached,
    PhaseCompensated,
)
from baton.domain.grounds import COMPENSATION
from baton.domain.journal import Entry
from baton.domain.moves import phase_of
from baton.domain.parking import park_for_compensation, park_for_expiry, park_for_limit, park_for_refusal
from baton.domain.terms import OnDeadline
from baton.domain.view import BuildView, Feedback, GivenApproval, PendingApproval, Waiver


def approval_requested(view: BuildView, fact: ApprovalRequested, entry: Entry) -> None:
    view.pending_approval = PendingApproval(
        state=fact.state, approvers=list(fact.approvers), requested_at=entry.at, deadline=fact.deadline
    )


def approval_granted(view: BuildView, fact: ApprovalGranted, entry: Entry) -> None:
    view.approvals.append(GivenApproval(state=fact.state, by=entry.actor.id, at=entry.at, reason=fact.reason))
    view.pending_approval = None


def approval_refused(view: BuildView, fact: ApprovalRefused, entry: Entry) -> None:
    refusal = Finding(id="approval-refused", message=fact.reason, evidence=f"approval:{fact.state.value}")
    view.feedback = Feedback(from_state=fact.state, reason=fact.reason, findings=[refusal])
    park_for_refusal(view, fact, entry.at, entry.actor.id)


def approval_expired(view: BuildView, fact: ApprovalExpired, entry: Entry) -> None:
    if fact.outcome is OnDeadline.APPROVE:
        view.pending_approval = None
    else:
        park_for_expiry(view, fact, entry.at)


def paused(view: BuildView, fact: Fact, entry: Entry) -> None:
    view.paused = True


def resumed(view: BuildView, fact: Fact, entry: Entry) -> None:
    view.paused = False
    _begin_at_last(view, entry)


def limit_reached(view: BuildView, fact: LimitReached, entry: Entry) -> None:
    record = view.phases[fact.phase]
    if record.started_at == entry.at:  # stopped at the door
        record.started_at = None
    park_for_limit(view, fact, entry.at)


def limit_extended(view: BuildView, fact: LimitExtended, entry: Entry) -> None:
    view.limits = view.limits.extended(fact.limits)


def waived(view: BuildView, fact: FindingWaived, entry: Entry) -> None:
    if fact.finding_id.startswith(COMPENSATION):
        _undone(view)
        _begin_at_last(view, entry)
    else:
        view.waivers.append(Waiver(finding_id=fact.finding_id, by=entry.actor.id, at=entry.at, reason=fact.reason))


def compensated(view: BuildView, fact: PhaseCompensated, entry: Entry) -> None:
    pending = view.compensating[0]
    if fact.succeeded:
        _undone(view)
        _begin_at_last(view, entry)
    else:
        pending.runs += 1
        pending.message = fact.message or "it gave no reason"
        park_for_compensation(view, fact, entry.at)


def _undone(view: BuildView) -> None:
    """Nothing is left of the first of ``view.compensating``."""
    pending = view.compensating.pop(0)
    view.phases[pending.phase].compensated = pending.up_to


def _begin_at_last(view: BuildView, entry: Entry) -> None:
    """The phase that was entered before begins, if nothing else keeps it waiting."""
    phase = phase_of(view.current_state)
    if phase is None or view.paused or view.compensating:
        return
    record = view.phases[phase]
    record.started_at = record.started_at or entry.at
