"""What each kind of entry changes in the view of its build. Called by :mod:`baton.domain.fold` alone."""

from collections.abc import Callable
from typing import Any

from baton.domain import decisions
from baton.domain.facts import (
    BuildAbandoned,
    Fact,
    PhaseFailed,
    QuestionAnswered,
    QuestionAsked,
    RetryRequested,
    RolledBack,
    StateAdvanced,
)
from baton.domain.grounds import Grounds
from baton.domain.handing import makes_handoff
from baton.domain.journal import Entry
from baton.domain.moves import PHASES, MoveKind, phase_of
from baton.domain.parking import COMPENSATION_FAILED, park_for_answer, park_for_failure
from baton.domain.reports import PhaseReport, Usage
from baton.domain.view import (
    BuildView,
    Feedback,
    HandoffRecord,
    OpenQuestion,
    PendingCompensation,
    Rejection,
)
from baton.domain.vocabulary import EntryKind, Phase, State, Status


def _advanced(view: BuildView, fact: StateAdvanced, entry: Entry) -> None:
    ended = phase_of(fact.from_state)
    if ended is not None:
        _settle(view)
        if fact.report is not None:
            _take_report(view, ended, fact.report)
    if fact.from_role is not fact.to_role:
        _hand_over(view, fact, entry)
    view.current_state = fact.to_state
    if fact.move is MoveKind.REWORK:
        view.ledger.rework_rounds += 1
        findings = list(fact.findings)
        if fact.report is not None:
            findings += PhaseReport.model_validate(fact.report).findings
        assert ended is not None
        view.rejections[ended] = Rejection(tree=view.tree, findings=Grounds.of(view).marks(findings))
        view.feedback = Feedback(from_state=fact.from_state, reason=fact.reason, findings=findings)
        _reopen(view, Phase(fact.to_state.value))
    elif ended is not None:
        view.phases[ended].completed_at = entry.at
        view.completed_phases.append(ended)
        view.feedback = None
        view.questions = [question for question in view.questions if question.phase is not ended]
    begun = phase_of(fact.to_state)
    if begun is not None:
        if fact.move is MoveKind.FORWARD:
            view.phases[begun].base_commit = view.commit
        enter(view, begun, entry)


def _retried(view: BuildView, fact: RetryRequested, entry: Entry) -> None:
    phase = Phase(fact.to_state.value)
    before = view.feedback
    view.feedback = Feedback(from_state=fact.from_state, reason=fact.reason, findings=before.findings if before else [])
    if before is not None and view.phases[phase].started_at is None:  # what it was to be told, it has not been told yet
        view.feedback = before.model_copy(update={"reason": f"{before.reason}\n{fact.reason}"})
    if view.compensating and (view.parked is None or view.parked.code != COMPENSATION_FAILED):
        view.compensating[0].runs += 1  # one that failed has been counted already
    if makes_handoff(entry):
        _hand_over(view, fact, entry)
    _reopen(view, phase)
    view.current_state = fact.to_state
    enter(view, phase, entry)


def _rolled_back(view: BuildView, fact: RolledBack, entry: Entry) -> None:
    phase = Phase(fact.to_state.value)
    _hand_over(view, fact, entry)
    view.ledger.rollbacks += 1
    view.compensating = [
        PendingCompensation(phase=passed, up_to=view.phases[passed].runs, key=entry.sequence, reason=fact.reason)
        for passed in fact.compensate
    ]
    view.commit = fact.commit
    view.tree = None
    view.feedback = Feedback(from_state=fact.from_state, reason=fact.reason)
    _reopen(view, phase)
    view.current_state = fact.to_state
    enter(view, phase, entry)


def _failed(view: BuildView, fact: PhaseFailed, entry: Entry) -> None:
    _settle(view)
    if fact.report is not None:
        _take_report(view, fact.phase, fact.report)
        findings = list(PhaseReport.model_validate(fact.report).findings)
        view.feedback = Feedback(from_state=view.current_state, reason=fact.message, findings=findings)
    elif fact.usage is not None:
        view.ledger.add(fact.usage)
    park = park_for_answer if fact.code == "question_unanswered" else park_for_failure
    park(view, fact, entry.at)


def _asked(view: BuildView, fact: QuestionAsked, entry: Entry) -> None:
    _settle(view)
    if fact.report is not None:
        _take_report(view, fact.phase, fact.report)
    asked = {question.id for question in fact.questions}
    view.questions = [question for question in view.questions if question.id not in asked]
    view.questions += [OpenQuestion(id=q.id, phase=fact.phase, text=q.text) for q in fact.questions]
    view.answer_deadline = fact.deadline


def _answered(view: BuildView, fact: QuestionAnswered, entry: Entry) -> None:
    for question in view.questions:
        if question.id == fact.question_id:
            question.answer = fact.answer
            question.assumed = fact.assumed
    if not view.open_questions:
        view.answer_deadline = None
        enter(view, Phase(view.current_state.value), entry)


def _completed(view: BuildView, fact: Fact, entry: Entry) -> None:
    _end(view, Status.COMPLETE, entry)


def _cancelled(view: BuildView, fact: Fact, entry: Entry) -> None:
    view.current_state = State.CANCELLED
    _end(view, Status.CANCELLED, entry)


def _abandoned(view: BuildView, fact: BuildAbandoned, entry: Entry) -> None:
    view.current_state = State.ERROR
    _end(view, Status.FAILED, entry)


def _end(view: BuildView, outcome: Status, entry: Entry) -> None:
    view.outcome = outcome
    view.completed_at = entry.at
    view.paused = False
    view.pending_approval = None
    view.parked = None
    view.answer_deadline = None


def _hand_over(view: BuildView, fact: StateAdvanced | RetryRequested | RolledBack, entry: Entry) -> None:
    assert fact.from_role is not None
    view.handoff_history.append(
        HandoffRecord(
            sequence=entry.sequence,
            from_role=fact.from_role,
            to_role=fact.to_role,
            from_state=fact.from_state,
            to_state=fact.to_state,
            commit=fact.commit if isinstance(fact, RolledBack) else view.commit,
            timestamp=entry.at,
        )
    )


def _settle(view: BuildView) -> None:
    """The order that was given last is done with: what it used is counted, if anybody said it."""
    view.settled = view.ledger.phase_runs


def _take_report(view: BuildView, phase: Phase, report: dict[str, Any]) -> None:
    view.phases[phase].report = report
    view.tree = view.tree_after(report.get("commit"), report.get("tree"))
    view.commit = report.get("commit", view.commit)
    if view.base_commit is None:
        view.base_commit = report.get("base")
    told = [one["succeeded"] for one in report.get("compensations", []) if one["phase"] == phase]
    if told and all(told):
        view.phases[phase].compensated = view.phases[phase].runs
    if (usage := report.get("usage")) is not None:
        view.ledger.add(Usage.model_validate(usage))


def enter(view: BuildView, phase: Phase, entry: Entry) -> None:
    """Count a new run of ``phase``. It begins at once, unless something has to happen first."""
    record = view.phases[phase]
    if record.compensated == record.begun:  # a run before this one that never began has left nothing either
        record.compensated = record.runs
    if view.ledger.phase_runs > view.settled:
        view.overtaken.append(view.ledger.phase_runs)
    record.runs += 1
    record.started_at = None if view.paused or view.compensating else entry.at
    record.completed_at = None
    view.ledger.phase_runs += 1
    view.parked = None
    view.pending_approval = None


def _reopen(view: BuildView, phase: Phase) -> None:
    """Take back the completion of ``phase`` and of everything after it. Answers given for ``phase`` still hold."""
    position = PHASES.index(phase)
    for later in PHASES[position:]:
        view.phases[later].completed_at = None
    view.completed_phases = [done for done in view.completed_phases if PHASES.index(done) < position]
    view.questions = [question for question in view.questions if question.phase is phase and question.answer]
    view.answer_deadline = None


EFFECTS: dict[EntryKind, Callable[[BuildView, Any, Entry], None]] = {
    EntryKind.STATE_ADVANCED: _advanced,
    EntryKind.RETRY_REQUESTED: _retried,
    EntryKind.ROLLED_BACK: _rolled_back,
    EntryKind.PHASE_FAILED: _failed,
    EntryKind.QUESTION_ASKED: _asked,
    EntryKind.QUESTION_ANSWERED: _answered,
    EntryKind.APPROVAL_REQUESTED: decisions.approval_requested,
    EntryKind.APPROVAL_GRANTED: decisions.approval_granted,
    EntryKind.APPROVAL_REFUSED: decisions.approval_refused,
    EntryKind.APPROVAL_EXPIRED: decisions.approval_expired,
    EntryKind.PAUSED: decisions.paused,
    EntryKind.RESUMED: decisions.resumed,
    EntryKind.LIMIT_REACHED: decisions.limit_reached,
    EntryKind.LIMIT_EXTENDED: decisions.limit_extended,
    EntryKind.BUILD_COMPLETED: _completed,
    EntryKind.BUILD_CANCELLED: _cancelled,
    EntryKind.BUILD_ABANDONED: _abandoned,
    EntryKind.FINDING_WAIVED: decisions.waived,
    EntryKind.PHASE_COMPENSATED: decisions.compensated,
}
"""The effect of each kind; kinds without one (``command_refused``) change nothing but the journal's head."""
