"""Until when a build waits for a person, and what happens when nobody comes."""

from baton.domain.terms import OnDeadline, OnUnanswered
from baton.domain.view import BuildView
from gateway.cli.looks import clock


def until(view: BuildView) -> str:
    """In a few words; empty for a build that waits for as long as it takes."""
    waits = view.waiting_for
    if waits is None or waits.deadline is None:
        return ""
    then = _then(view)
    return f"until {clock(waits.deadline)}" + (f"; then {then}" if then else "")


def _then(view: BuildView) -> str:
    if view.pending_approval is not None:
        approves = view.terms.approvals[view.pending_approval.state].on_deadline is OnDeadline.APPROVE
        return "it counts as approved" if approves else "the build is parked"
    if view.open_questions:
        assumes = view.terms.on_unanswered is OnUnanswered.ASSUME
        return "the role goes on with an assumption, and says so" if assumes else "the build is parked"
    return ""
