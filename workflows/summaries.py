"""What Temporal's timeline says beside each activity: in Baton's own words only, none from outside."""

from collections.abc import Iterator, Sequence

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from baton.domain.deadlines import next_deadline
    from baton.domain.facts import FACTS, ApprovalRefused, Fact, PhaseFailed, RetryRequested, RolledBack, StateAdvanced
    from baton.domain.journal import Entry
    from baton.domain.moves import MoveKind, phase_of
    from baton.domain.steps import CompensationOrder, PhaseOrder
    from baton.domain.view import BuildView
    from baton.domain.vocabulary import EntryKind, State

_MOST_NEWS = 4
_GO_WITHOUT_SAYING = {EntryKind.BUILD_COMPLETED}


WALL_CLOCK = "the build's wall clock"
"""Beside the timer of a build that may take so long and no longer."""


FORK = "the fork's workspace"
"""Beside the activity that makes it."""


def of_deadline(view: BuildView) -> str:
    """What passes first of the deadlines of a build that waits."""
    if view.waiting_for is not None and view.waiting_for.deadline == next_deadline(view) is not None:
        return f"deadline of the {view.waiting_for.kind}"
    return WALL_CLOCK


def of_phase(order: PhaseOrder) -> str:
    """Which phase is performed by whom, and why once more."""
    said = f"{order.phase.value} by {order.role.value}"
    if order.run_in_phase == 1:
        return said
    back = order.feedback
    why = "" if back is None else f", {_again(back.from_state)}"
    return f"{said}, run {order.run_in_phase}{why}"


def of_undoing(order: CompensationOrder) -> str:
    """What is undone by whom."""
    return f"undo {order.phase.value} by {order.role.value}"


def of_journal(entries: Sequence[Entry]) -> str:
    """Which entries go to SQL, and what they say happened."""
    first, last = entries[0].sequence, entries[-1].sequence
    numbers = f"{first}" if first == last else f"{first} to {last}"
    news = list(_news(entries))
    more = f", and {len(news) - _MOST_NEWS} more" if len(news) > _MOST_NEWS else ""
    return f"journal {numbers}: {', '.join(news[:_MOST_NEWS])}{more}" if news else f"journal {numbers}"


def _again(origin: State) -> str:
    return "again after it was parked" if origin is State.ERROR else f"back from {origin.value}"


def _news(entries: Sequence[Entry]) -> Iterator[str]:
    """What happened, one piece an entry. That a phase passed goes without saying where the next one begins."""
    facts = [FACTS[entry.kind].model_validate(entry.data) for entry in entries]
    for fact, following in zip(facts, [*facts[1:], None], strict=True):
        handed_on = isinstance(fact, StateAdvanced) and fact.move is MoveKind.FORWARD
        if fact.kind not in _GO_WITHOUT_SAYING and not (handed_on and _begins(following)):
            yield _told(fact)


def _begins(fact: Fact | None) -> bool:
    return isinstance(fact, StateAdvanced) and phase_of(fact.from_state) is None


def _told(fact: Fact) -> str:
    match fact:
        case StateAdvanced(move=MoveKind.REWORK):
            return f"{fact.from_state.value} sent it back to {fact.to_state.value}"
        case StateAdvanced() if _begins(fact):
            return f"{fact.to_state.value} begins"
        case StateAdvanced():
            return f"{fact.from_state.value} passed"
        case RolledBack():
            return f"rolled back to {fact.to_state.value}"
        case RetryRequested():
            return f"{fact.to_state.value} again"
        case PhaseFailed():
            return f"{fact.phase.value} failed"
        case ApprovalRefused():
            return f"{fact.state.value} refused"
        case _:
            return fact.kind.value.replace("_", " ")
