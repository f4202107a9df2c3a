"""A journal entry as a sentence for people who are told of it: complete, since nothing else stands beside it."""

from baton.domain.actors import Actor
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
from baton.domain.forks import Fork
from baton.domain.journal import Entry
from baton.domain.ledger import amount
from baton.domain.moves import MoveKind
from baton.domain.outside import OutsideEnd
from baton.domain.terms import OnDeadline
from baton.domain.view import BuildView

_MOST_SUBJECT = 120


def sentence(view: BuildView, entry: Entry) -> str:
    """What happened to which build, by whom and why, on one line. ``view`` is the build right after ``entry``."""
    fact = FACTS[entry.kind].model_validate(entry.data)
    told = _steps(fact, _who(entry.actor)) or _decisions(fact, _who(entry.actor)) or _ends(fact, _who(entry.actor))
    return _of_build(view, told)


def ended_outside_sentence(view: BuildView, end: OutsideEnd) -> str:
    """How a build ended without its journal saying so, by whom and why, on one line."""
    return _of_build(view, f"has ended in {_word(view.current_state)}. {end.sentence}")


def _of_build(view: BuildView, told: str) -> str:
    title = " ".join(view.request.title.split())
    title = title if len(title) <= _MOST_SUBJECT else f"{title[: _MOST_SUBJECT - 1]}…"
    return " ".join(f"Build {view.build_id} ({title}) {told}".split())


def _steps(fact: Fact, who: str) -> str:
    match fact:
        case WorkflowStarted(fork=Fork(origin=origin)):
            return f"was forked from {origin.build_id} at {_word(origin.phase.state)}, for {fact.request.user_id}."
        case WorkflowStarted():
            return f"has started, for {fact.request.user_id} in {fact.request.project_id}."
        case StateAdvanced() if fact.move is MoveKind.FORWARD:
            return f"goes on from {_word(fact.from_state)} to {_word(fact.to_state)}."
        case StateAdvanced():
            return f"goes back from {_word(fact.from_state)} to {_word(fact.to_state)}{_because(fact.reason)}"
        case RetryRequested():
            return f"performs {_word(fact.to_state)} again, as {who} asked{_because(fact.reason)}"
        case RolledBack():
            way = f"from {_word(fact.from_state)} to {_word(fact.to_state)}"
            return f"was rolled back {way} by {who}{_because(fact.reason)}"
        case PhaseFailed():
            return f"is parked: {_word(fact.phase)} failed with {fact.code}{_because(fact.message)}"
        case PhaseCompensated(succeeded=True):
            return f"undid what {_word(fact.phase)} had done outside the workspace{_because(fact.message)}"
        case PhaseCompensated():
            done = f"what {_word(fact.phase)} did outside the workspace"
            return f"is parked: {done} could not be undone{_because(fact.message)}"
        case LimitReached():
            used = f"{amount(fact.used)} of {amount(fact.maximum)}"
            return f"is parked: its limit of {_word(fact.limit)} is reached, {used}, before {_word(fact.phase)}."
        case _:
            return ""


def _decisions(fact: Fact, who: str) -> str:
    match fact:
        case QuestionAsked():
            asked = " ".join(f"{question.id}: {question.text}" for question in fact.questions)
            return f"waits for an answer: {asked}"
        case QuestionAnswered(assumed=True):
            return f"goes on without an answer to {fact.question_id}: nobody gave one in time."
        case QuestionAnswered():
            return f"has an answer to {fact.question_id} by {who}{_because(fact.answer)}"
        case ApprovalRequested():
            until = f", until {fact.deadline:%Y-%m-%d %H:%M} UTC" if fact.deadline is not None else ""
            return f"waits for an approval: {_word(fact.state)}, by {' or '.join(fact.approvers) or 'a person'}{until}."
        case ApprovalGranted():
            return f"may go on: {_word(fact.state)} was approved by {who}{_because(fact.reason)}"
        case ApprovalRefused():
            return f"is parked: {_word(fact.state)} was refused by {who}{_because(fact.reason)}"
        case ApprovalExpired(outcome=OnDeadline.APPROVE):
            return f"may go on: nobody decided on {_word(fact.state)} in time, and its profile approves then."
        case ApprovalExpired():
            return f"is parked: nobody approved {_word(fact.state)} in time."
        case FindingWaived():
            return f"has its finding {fact.finding_id} waived by {who}{_because(fact.reason)}"
        case _:
            return ""


def _ends(fact: Fact, who: str) -> str:
    match fact:
        case Paused():
            return f"was paused by {who}{_because(fact.reason)}"
        case Resumed():
            return f"was resumed by {who}{_because(fact.reason)}"
        case LimitExtended():
            maxima = (f"{_word(name)} {'none' if most is None else amount(most)}" for name, most in fact.limits.items())
            return f"has other limits, by {who}: {', '.join(maxima)}{_because(fact.reason)}"
        case CommandRefused():
            return f"refused {_word(fact.command)} by {who}{_because(fact.message)}"
        case BuildCompleted():
            return "is complete."
        case BuildCancelled():
            return f"was cancelled in {_word(fact.from_state)}{_because(fact.reason)}"
        case BuildAbandoned():
            return f"was abandoned in {_word(fact.from_state)} by {who}{_because(fact.reason)}"
        case _:
            raise AssertionError(f"no sentence for {fact.kind.value}")


def _word(word: str) -> str:
    """``handoff_to_coder`` as people write it."""
    return str(word).replace("_", " ")


def _who(actor: Actor) -> str:
    played = f" as {_word(actor.role)}" if actor.role is not None and actor.role.value != actor.id else ""
    return f"{_word(actor.id) if actor.role is not None and not played else actor.id}{played}"


def _because(reason: str) -> str:
    return f": {reason}" if reason.strip() else "."
