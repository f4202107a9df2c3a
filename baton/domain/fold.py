"""The one way from a journal to a status."""

from collections.abc import Iterable

from baton.domain.effects import EFFECTS, enter
from baton.domain.expectations import refresh
from baton.domain.facts import FACTS, WorkflowStarted
from baton.domain.forks import go_on
from baton.domain.journal import Entry
from baton.domain.moves import OWNERS, PHASES
from baton.domain.view import BuildView, Expectation, PhaseRecord
from baton.domain.vocabulary import Phase, Status

KEPT_COMMANDS = 200
"""How many command keys a view remembers. A command repeated after as many others is taken for a new one."""


def fold(entries: Iterable[Entry], view: BuildView | None = None) -> BuildView:
    """The view after ``entries``, from the start of a journal or on top of ``view`` (which is left as it is).

    Raises ``ValueError`` when the first entry of a journal is not ``workflow_started``.
    """
    if view is not None:
        view = view.model_copy(deep=True)
    for entry in entries:
        view = evolve(view, entry)
    if view is None:
        raise ValueError("a journal without entries has no view")
    return view


def evolve(view: BuildView | None, entry: Entry) -> BuildView:
    """``view`` after ``entry``. Changes ``view`` itself: for its owner alone; others use :func:`fold`."""
    fact = FACTS[entry.kind].model_validate(entry.data)
    if view is None:
        if not isinstance(fact, WorkflowStarted):
            raise ValueError(f"a journal starts with workflow_started, not with {entry.kind.value}")
        view = _opened(fact, entry)
    else:
        effect = EFFECTS.get(entry.kind)
        if effect is not None:
            effect(view, fact, entry)
    _seal(view, entry)
    return view


def _opened(fact: WorkflowStarted, entry: Entry) -> BuildView:
    phase = Phase.DISCOVERY if fact.fork is None else fact.fork.origin.phase
    view = BuildView(
        workflow_id=fact.workflow_id,
        first_run_id=fact.first_run_id,
        request=fact.request,
        terms=fact.terms,
        limits=fact.terms.limits,
        head=entry.head,
        build_id=fact.request.build_id,
        project_id=fact.request.project_id,
        user_id=fact.request.user_id,
        current_state=phase.state,
        current_role=OWNERS[phase.state],
        status=Status.IN_PROGRESS,
        phases={phase: PhaseRecord(role=OWNERS[phase.state]) for phase in PHASES},
        created_at=entry.at,
        updated_at=entry.at,
        next_expectations=Expectation(role=None, task=""),
    )
    if fact.fork is not None:
        go_on(view, fact.fork)
    enter(view, phase, entry)
    return view


def _seal(view: BuildView, entry: Entry) -> None:
    """What is derived from the rest, after every entry."""
    view.head = entry.head
    view.updated_at = entry.at
    view.elapsed_time = ((view.completed_at or entry.at) - view.created_at).total_seconds()
    view.progress = round(100 * len(view.completed_phases) / len(PHASES), 1)
    if entry.command_id is not None:
        view.commands[entry.command_id] = entry.sequence
        while len(view.commands) > KEPT_COMMANDS:
            del view.commands[next(iter(view.commands))]
    refresh(view)
