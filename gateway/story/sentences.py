"""A journal entry in one line."""

from baton.domain.facts import (
    FACTS,
    ApprovalExpired,
    ApprovalGranted,
    ApprovalRefused,
    ApprovalRequested,
    BuildAbandoned,
    BuildCancelled,
    BuildCompleted,
    CommandRefused,
    Fact,
    FindingWaived,
    LimitExtended,
    LimitReached,
    Paused,
    PhaseCompensated,
    PhaseFailed,
    QuestionAnswered,
    QuestionAsked,
    Resumed,
    RetryRequested,
    RolledBack,
    StateAdvanced,
    WorkflowStarted,
)
from baton.domain.journal import Entry
from baton.domain.ledger import amount
from gateway.story.plain import line

_LONGEST = 300


def sentence(entry: Entry) -> str:
    """What happened, without who and when."""
    return line(_told(FACTS[entry.kind].model_validate(entry.data)), _LONGEST)


def _told(fact: Fact) -> str:
    match fact:
        case WorkflowStarted():
            begun = f"{fact.request.title} (profile {fact.request.profile})"
            origin = None if fact.fork is None else fact.fork.origin
            return begun if origin is None else f"{begun}, forked from {origin.build_id} at {origin.phase.value}"
        case StateAdvanced():
            return f"{fact.from_state.value} → {fact.to_state.value}" + _because(fact.reason)
        case RetryRequested() | RolledBack():
            return f"{fact.from_state.value} → {fact.to_state.value}" + _because(fact.reason)
        case PhaseFailed():
            return f"{fact.phase.value}: {fact.message} ({fact.code})"
        case QuestionAsked():
            return " ".join(f"{question.id}: {question.text}" for question in fact.questions)
        case QuestionAnswered():
            return f"{fact.question_id}: {fact.answer}"
        case ApprovalRequested():
            return f"{fact.state.value}, by {' or '.join(fact.approvers) or 'a person'}"
        case ApprovalGranted() | ApprovalRefused():
            return fact.state.value + _because(fact.reason)
        case ApprovalExpired():
            return f"{fact.state.value}: {fact.outcome.value}"
        case LimitReached():
            return f"{fact.limit.value}: {amount(fact.used)} of {amount(fact.maximum)}, before {fact.phase.value}"
        case LimitExtended():
            maxima = (f"{name.value}={'none' if most is None else amount(most)}" for name, most in fact.limits.items())
            return ", ".join(maxima) + _because(fact.reason)
        case CommandRefused():
            return f"{fact.command.value}: {fact.message} ({fact.code.value})"
        case BuildCancelled() | BuildAbandoned():
            return f"in {fact.from_state.value}" + _because(fact.reason)
        case Paused() | Resumed():
            return fact.reason
        case BuildCompleted():
            return "released"
        case FindingWaived():
            return fact.finding_id + _because(fact.reason)
        case PhaseCompensated():
            return f"{fact.phase.value}: " + ("undone" if fact.succeeded else f"not undone: {fact.message}")
        case _:
            return ""


def _because(reason: str) -> str:
    return f": {reason}" if reason else ""
