"""How a build moves: every move is checked against the table, every forward move against its gate."""

import itertools
from collections.abc import Iterator

from baton.domain.actors import SYSTEM, Actor, role_actor
from baton.domain.facts import (
    ApprovalRequested,
    BuildCompleted,
    LimitReached,
    PhaseFailed,
    QuestionAsked,
    RolledBack,
    StateAdvanced,
)
from baton.domain.gates import JUDGED, Judgement, judge
from baton.domain.grounds import Grounds
from baton.domain.moves import MOVES, OWNERS, PHASES, REWORK, MoveKind, following, phase_of
from baton.domain.parking import COMPENSATION_FAILED, REWORK_STALLED
from baton.domain.recorder import Recorder
from baton.domain.refusals import Refusal
from baton.domain.reports import PhaseReport, Question
from baton.domain.view import BuildView
from baton.domain.vocabulary import Phase, RefusalCode, State


def check_move(here: State, there: State) -> MoveKind:
    """The kind of the move. Raises :class:`Refusal` when the table does not have it."""
    kind = MOVES.get((here, there))
    if kind is None:
        raise Refusal(RefusalCode.MOVE_NOT_ALLOWED, f"a build cannot go from {here.value!r} to {there.value!r}")
    return kind


def end_phase(recorder: Recorder, report: PhaseReport, actor: Actor) -> None:
    """Judge the report of the current phase and move: forward, back for rework, or into ``error``."""
    view = recorder.view
    phase = Phase(view.current_state.value)
    left = [one for one in report.compensations if not one.succeeded]
    if left:
        _park(recorder, phase, report, COMPENSATION_FAILED, left[0].message or "it could not be undone", actor)
        return
    if report.questions:
        _ask(recorder, phase, report, actor)
        return
    judgement = judge(phase, report, view.terms, view.commit, Grounds.of(view))
    if judgement.passed:
        _forward(recorder, report, judgement, actor)
    elif phase not in REWORK:
        _park(recorder, phase, report, "rejected", judgement.reason, actor)
    elif _stalled(view, phase, report, judgement):
        message = f"the findings are those of the last time, and nothing in the tree has changed: {judgement.reason}"
        _park(recorder, phase, report, REWORK_STALLED, message, actor)
    else:
        _send_back(recorder, phase, report, judgement, actor)


def take_handoff(recorder: Recorder, actor: Actor, note: dict[str, object] | None = None) -> None:
    """Move from a handoff state into the phase that it leads to."""
    here = recorder.view.current_state
    there = following(here)
    owner = OWNERS[here]
    recorder.record(
        StateAdvanced(
            from_state=here,
            to_state=there,
            from_role=owner,
            to_role=owner,
            move=check_move(here, there),
            note=note or None,
        ),
        actor,
    )
    check_limits(recorder)


def return_to(recorder: Recorder, target: Phase, reason: str, actor: Actor) -> None:
    """Roll back: by way of ``error``, so both legs are moves of the table. The caller has seen to the budget.

    What the phases that are passed did outside the workspace is undone before ``target`` begins, the last one first.
    """
    view = recorder.view
    here = view.current_state
    if here is not State.ERROR:
        check_move(here, State.ERROR)
    check_move(State.ERROR, target.state)
    origin = view.parked.from_state if view.parked is not None else here
    recorder.record(
        RolledBack(
            from_state=here,
            to_state=target.state,
            from_role=OWNERS[origin],
            to_role=OWNERS[target.state],
            reason=reason,
            commit=view.phases[target].base_commit,
            compensate=tuple(_effective(view, target)),
        ),
        actor,
    )


def _effective(view: BuildView, target: Phase) -> Iterator[Phase]:
    """The phases from the last one back to ``target`` that have had effects which a rollback has to undo."""
    for phase in reversed(PHASES[PHASES.index(target) :]):
        record = view.phases[phase]
        if phase in view.terms.role(record.role).compensates and record.begun > record.compensated:
            yield phase


def check_limits(recorder: Recorder) -> None:
    """Park the build when a budget leaves no room for the phase that it has just entered."""
    view = recorder.view
    phase = phase_of(view.current_state)
    name = view.ledger.over(view.limits, since=view.clock_began, now=recorder.at)
    if phase is None or name is None:
        return
    maximum = view.maximum(name)
    assert maximum is not None
    recorder.record(
        LimitReached(
            limit=name,
            used=view.ledger.used(name, since=view.clock_began, now=recorder.at),
            maximum=maximum,
            phase=phase,
        ),
        SYSTEM,
    )


def _park(recorder: Recorder, phase: Phase, report: PhaseReport, code: str, message: str, actor: Actor) -> None:
    check_move(phase.state, State.ERROR)
    recorder.record(PhaseFailed(phase=phase, code=code, message=message, report=report.to_json()), actor)


def _stalled(view: BuildView, phase: Phase, report: PhaseReport, judgement: Judgement) -> bool:
    """Whether the phase would send the same tree back for the same findings once more."""
    before, tree = view.rejections.get(phase), view.tree_after(report.commit, report.tree)
    if view.terms.rules < 2 or phase not in JUDGED or before is None or tree is None or before.tree != tree:
        return False
    return before.findings == Grounds.of(view).marks([*judgement.findings, *report.findings])


def _forward(recorder: Recorder, report: PhaseReport, judgement: Judgement, actor: Actor) -> None:
    here = recorder.view.current_state
    there = following(here)
    recorder.record(
        StateAdvanced(
            from_state=here,
            to_state=there,
            from_role=OWNERS[here],
            to_role=OWNERS.get(there),
            move=check_move(here, there),
            report=report.to_json(),
            findings=judgement.findings,
        ),
        actor,
    )
    if there is State.COMPLETE:
        recorder.record(BuildCompleted(), SYSTEM)
    elif phase_of(there) is not None:
        check_limits(recorder)
    else:
        _ask_for_approval(recorder)


def _send_back(recorder: Recorder, phase: Phase, report: PhaseReport, judgement: Judgement, actor: Actor) -> None:
    there = REWORK[phase].state
    recorder.record(
        StateAdvanced(
            from_state=phase.state,
            to_state=there,
            from_role=OWNERS[phase.state],
            to_role=OWNERS[there],
            move=check_move(phase.state, there),
            report=report.to_json(),
            reason=judgement.reason,
            findings=judgement.findings,
        ),
        actor,
    )
    check_limits(recorder)


def _ask(recorder: Recorder, phase: Phase, report: PhaseReport, actor: Actor) -> None:
    view = recorder.view
    taken = {question.id for question in view.questions} | {question.id for question in report.questions}
    free = (name for number in itertools.count(1) if (name := f"q{number}") not in taken)
    questions = tuple(
        question if question.id else Question(id=next(free), text=question.text) for question in report.questions
    )
    wait = view.terms.answer_deadline
    deadline = None if wait is None else recorder.at + wait
    recorder.record(QuestionAsked(phase=phase, questions=questions, deadline=deadline, report=report.to_json()), actor)


def _ask_for_approval(recorder: Recorder) -> None:
    state = recorder.view.current_state
    rule = recorder.view.terms.approvals.get(state)
    if rule is None:
        return
    deadline = None if rule.deadline is None else recorder.at + rule.deadline
    recorder.record(ApprovalRequested(state=state, approvers=rule.approvers, deadline=deadline), SYSTEM)


def system_takes(recorder: Recorder) -> None:
    """The runner of the next role takes the handoff."""
    take_handoff(recorder, role_actor(OWNERS[recorder.view.current_state]))
