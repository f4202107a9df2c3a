"""What happens when nobody does anything: the deadlines of a build, and what passes with them."""

from datetime import datetime

from baton.domain.actors import SYSTEM
from baton.domain.facts import ApprovalExpired, LimitReached, PhaseFailed, QuestionAnswered
from baton.domain.moves import phase_before
from baton.domain.moving import check_limits, check_move
from baton.domain.recorder import Recorder
from baton.domain.terms import OnDeadline, OnUnanswered
from baton.domain.view import BuildView, PendingApproval
from baton.domain.vocabulary import LimitName, Phase, State

_ASSUME = "Nobody answered in time. Assume what is most likely, and say what you assumed."


def wall_clock_ends(view: BuildView) -> datetime | None:
    """When the build's wall clock runs out."""
    limit = view.limits.wall_clock
    return None if limit is None else view.clock_began + limit


def next_deadline(view: BuildView) -> datetime | None:
    """The earliest moment at which something passes; none for a build that is parked or has ended."""
    if view.ended or view.parked is not None:
        return None
    approval = view.pending_approval.deadline if view.pending_approval is not None else None
    known = [at for at in (approval, view.answer_deadline, wall_clock_ends(view)) if at is not None]
    return min(known, default=None)


def expire(recorder: Recorder) -> None:
    """Record what has passed by the recorder's time, if anything has."""
    view = recorder.view
    if view.ended or view.parked is not None:
        return
    at = recorder.at
    pending = view.pending_approval
    end = wall_clock_ends(view)
    if end is not None and at >= end:
        _time_is_up(recorder)
    elif pending is not None and pending.deadline is not None and at >= pending.deadline:
        _nobody_approved(recorder, pending)
    elif view.answer_deadline is not None and at >= view.answer_deadline:
        _nobody_answered(recorder)


def _time_is_up(recorder: Recorder) -> None:
    view = recorder.view
    check_move(view.current_state, State.ERROR)
    name = LimitName.WALL_CLOCK
    maximum = view.maximum(name)
    assert maximum is not None
    used = view.ledger.used(name, since=view.clock_began, now=recorder.at)
    phase = phase_before(view.current_state)
    recorder.record(LimitReached(limit=name, used=used, maximum=maximum, phase=phase), SYSTEM)


def _nobody_approved(recorder: Recorder, pending: PendingApproval) -> None:
    outcome = recorder.view.terms.approvals[pending.state].on_deadline
    if outcome is OnDeadline.REFUSE:
        check_move(pending.state, State.ERROR)
    phase = phase_before(pending.state)
    recorder.record(ApprovalExpired(state=pending.state, outcome=outcome, retry_phase=phase), SYSTEM)


def _nobody_answered(recorder: Recorder) -> None:
    view = recorder.view
    if view.terms.on_unanswered is OnUnanswered.ASSUME:
        for name in dict.fromkeys(question.id for question in view.open_questions):  # one may have been asked twice
            recorder.record(QuestionAnswered(question_id=name, answer=_ASSUME, assumed=True), SYSTEM)
        check_limits(recorder)
        return
    check_move(view.current_state, State.ERROR)
    asked = "; ".join(f"{question.id}: {question.text}" for question in view.open_questions)
    recorder.record(
        PhaseFailed(
            phase=Phase(view.current_state.value),
            code="question_unanswered",
            message=f"nobody answered before the deadline: {asked}"[:2000],
        ),
        SYSTEM,
    )
