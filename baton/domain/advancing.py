"""``advance``: a role that is played by hand reports, or takes a handoff."""

from typing import Any

from baton.domain.commands import Advance
from baton.domain.moves import ORDER, OWNERS, following, phase_of
from baton.domain.moving import end_phase, take_handoff
from baton.domain.recorder import Recorder
from baton.domain.refusals import Refusal
from baton.domain.reports import PhaseReport, clean_result, parse_report
from baton.domain.view import BuildView
from baton.domain.vocabulary import Phase, RefusalCode, State


def advance(recorder: Recorder, command: Advance) -> None:
    """Carry out ``command``: take the handoff, report the phase, or both at once where the one implies the other.

    A report is not taken when its handoff uses up a budget: the build is parked at the door of the phase.
    """
    view = recorder.view
    _check(view, command)
    actor = command.actor.playing(command.role)
    if phase_of(command.completed_state) is None:
        take_handoff(recorder, actor, clean_result(command.result))
        return
    reports = _reports(command)
    if view.current_state is not command.completed_state:
        take_handoff(recorder, actor)
    for phase, report in reports:
        if recorder.view.current_state is phase.state and not recorder.view.open_questions:
            end_phase(recorder, report, actor)


def _check(view: BuildView, command: Advance) -> None:
    state = command.completed_state
    owner = OWNERS.get(state)
    if owner is None:
        raise Refusal(RefusalCode.MOVE_NOT_ALLOWED, f"no role completes {state.value!r}; a person decides there")
    if owner is not command.role:
        raise Refusal(
            RefusalCode.WRONG_ROLE,
            f"{state.value!r} is completed by {owner.value!r}, not by {command.role.value!r}",
        )
    if view.parked is not None:
        raise Refusal(
            RefusalCode.PARKED,
            f"build {view.build_id!r} is parked: {view.parked.message}. {view.parked.what_next}",
        )
    if not _stands_at(view, state):
        raise Refusal(RefusalCode.STALE_STATE, _elsewhere(view, state))
    if not view.terms.role(command.role).manual:
        runner = view.terms.role(command.role).runner
        raise Refusal(
            RefusalCode.OUT_OF_TURN,
            f"{command.role.value!r} is played by the runner {runner!r} in this build; nobody reports for it",
        )
    if view.paused:
        raise Refusal(RefusalCode.PAUSED, f"build {view.build_id!r} is paused; resume it first")
    if view.compensating:
        phase = view.compensating[0].phase.value
        raise Refusal(
            RefusalCode.OUT_OF_TURN, f"what {phase} did outside the workspace is being undone; report when that is done"
        )
    if view.pending_approval is not None:
        raise Refusal(RefusalCode.APPROVAL_PENDING, f"{view.current_state.value!r} waits for its approval first")
    if view.open_questions:
        asked = ", ".join(question.id for question in view.open_questions)
        raise Refusal(RefusalCode.QUESTION_OPEN, f"answer the open questions first: {asked}")
    _check_next(command)


def _stands_at(view: BuildView, state: State) -> bool:
    """Whether the build is in ``state``, or in the handoff right before it: who reports a phase has taken it."""
    here = view.current_state
    return here is state or (phase_of(state) is not None and phase_of(here) is None and following(here) is state)


def _elsewhere(view: BuildView, state: State) -> str:
    here = view.current_state
    text = f"build {view.build_id!r} is in {here.value!r}, not in {state.value!r}"
    if ORDER.index(state) > ORDER.index(here):
        return f"{text}; no phase can be skipped: {view.next_expectations.task} ({OWNERS[here].value})"
    return f"{text}; look at its status and report for the state that it is in"


def _check_next(command: Advance) -> None:
    if command.next_state is None or command.next_state is following(command.completed_state):
        return
    if _both(command):
        return
    raise Refusal(
        RefusalCode.SKIPPED_PHASE,
        f"{command.completed_state.value!r} is followed by {following(command.completed_state).value!r}, "
        f"not by {command.next_state.value!r}",
    )


def _both(command: Advance) -> bool:
    """Whether the Q Assistant reports both of its phases."""
    return command.completed_state is State.DISCOVERY and command.next_state is State.HANDOFF_TO_CODER


def _reports(command: Advance) -> list[tuple[Phase, PhaseReport]]:
    if not _both(command):
        return [(Phase(command.completed_state.value), _told(command.result))]
    phases = (Phase.DISCOVERY, Phase.PLANNING)
    missing = [phase.value for phase in phases if not isinstance(command.result.get(phase.value), dict)]
    if missing:
        raise Refusal(
            RefusalCode.SKIPPED_PHASE,
            f"to go from 'discovery' to 'handoff_to_coder' the result must hold the reports of both phases under "
            f"their names; missing: {', '.join(missing)}",
        )
    return [(phase, _told(command.result[phase.value])) for phase in phases]


def _told(result: Any) -> PhaseReport:
    """A report from outside, without what only Baton can know: where the build began, and how often it was tried."""
    return parse_report(result).model_copy(update={"base": None, "attempts": ()})
