"""What each command does: one function a command, which records entries or raises :class:`Refusal`.

A function refuses before it records, so a refused command changes nothing.
"""

from collections.abc import Callable
from typing import Any

from baton.domain.advancing import advance
from baton.domain.commands import (
    Abandon,
    Answer,
    Approve,
    Pause,
    Refuse,
    RequestRetry,
    Resume,
    Rollback,
)
from baton.domain.extending import extend_limits
from baton.domain.facts import (
    ApprovalGranted,
    ApprovalRefused,
    BuildAbandoned,
    Paused,
    QuestionAnswered,
    Resumed,
    RetryRequested,
)
from baton.domain.ledger import amount
from baton.domain.moves import ORDER, OWNERS, PHASES, REWORK, phase_before, phase_of
from baton.domain.moving import check_limits, check_move, return_to
from baton.domain.recorder import Recorder
from baton.domain.refusals import Refusal
from baton.domain.view import BuildView, PendingApproval
from baton.domain.vocabulary import ActorKind, CommandName, Phase, RefusalCode, Role, State
from baton.domain.waiving import waive


def require_state(view: BuildView, believed: State) -> None:
    """Refuse a command whose sender believes the build to be somewhere else."""
    if believed is not view.current_state:
        raise Refusal(
            RefusalCode.STALE_STATE,
            f"build {view.build_id!r} is in {view.current_state.value!r}, not in {believed.value!r}; "
            "look at its status and send the command again if it still holds",
        )


def _request_retry(recorder: Recorder, command: RequestRetry) -> None:
    view = recorder.view
    require_state(view, command.expected_state)
    if view.parked is not None:
        phase = view.parked.retry_phase
        check_move(State.ERROR, phase.state)
    else:
        running = phase_of(view.current_state)
        if running is None or view.waiting_for is not None:
            raise Refusal(
                RefusalCode.NOT_PARKED,
                f"nothing has failed in {view.current_state.value!r}, so there is nothing to retry; "
                "rollback returns to an earlier phase",
            )
        phase = running
    _require_budget(recorder)
    giver, taker = _last_worker(view), OWNERS[phase.state]
    recorder.record(
        RetryRequested(
            from_state=view.current_state,
            to_state=phase.state,
            reason=command.reason,
            from_role=None if giver is taker else giver,
            to_role=None if giver is taker else taker,
        ),
        command.actor,
    )


def _last_worker(view: BuildView) -> Role:
    """Whose work lies in the state that the build is in or was parked from."""
    state = view.current_state if view.parked is None else view.parked.from_state
    return OWNERS[phase_before(state).state]


def _require_budget(recorder: Recorder) -> None:
    view = recorder.view
    ahead = view.ledger.model_copy(update={"phase_runs": view.ledger.phase_runs + 1})
    name = ahead.over(view.limits, since=view.clock_began, now=recorder.at)
    if name is not None:
        needed = amount(ahead.used(name, since=view.clock_began, now=recorder.at))
        raise Refusal(
            RefusalCode.LIMIT_REACHED,
            f"the limit {name.value} ({amount(view.maximum(name) or 0)}) leaves no room for another phase; "
            f"extend-limits first, to {'at least' if name.counts_begun else 'more than'} {needed}",
        )


def _rollback(recorder: Recorder, command: Rollback) -> None:
    view = recorder.view
    require_state(view, command.expected_state)
    parked = view.parked
    origin = view.current_state if parked is None else parked.from_state
    target = command.target_state
    reached = ORDER.index(origin) + (0 if parked is None else 1)
    if ORDER.index(target.state) >= reached:
        earlier = [phase.value for phase in PHASES if ORDER.index(phase.state) < reached]
        raise Refusal(
            RefusalCode.SKIPPED_PHASE,
            f"rollback from {view.current_state.value!r} returns to an earlier phase "
            f"({', '.join(earlier) or 'there is none'}), not to {target.value!r}",
        )
    _require_budget(recorder)
    return_to(recorder, target, command.reason, command.actor)


def _pending(recorder: Recorder, believed: State, command: Approve | Refuse) -> PendingApproval:
    view = recorder.view
    require_state(view, believed)
    pending = view.pending_approval
    if pending is None:
        raise Refusal(RefusalCode.NO_APPROVAL_PENDING, f"{view.current_state.value!r} does not wait for an approval")
    if pending.approvers and command.actor.id not in pending.approvers:
        raise Refusal(
            RefusalCode.NOT_AN_APPROVER,
            f"{command.actor.id!r} may not decide on {pending.state.value!r}; {' or '.join(pending.approvers)} may",
        )
    if command.actor.kind is not ActorKind.PERSON:
        raise Refusal(
            RefusalCode.NOT_AN_APPROVER,
            f"an approval is given by a person, not by {command.actor.kind.value}",
        )
    return pending


def _approve(recorder: Recorder, command: Approve) -> None:
    pending = _pending(recorder, command.expected_state, command)
    recorder.record(ApprovalGranted(state=pending.state, reason=command.reason), command.actor)


def _refuse(recorder: Recorder, command: Refuse) -> None:
    pending = _pending(recorder, command.expected_state, command)
    check_move(pending.state, State.ERROR)
    phase = mending_phase(pending.state)
    recorder.record(ApprovalRefused(state=pending.state, reason=command.reason, retry_phase=phase), command.actor)


def mending_phase(handoff: State) -> Phase:
    """The phase that mends work that was refused in ``handoff``: testers and verifiers do not, the coder does."""
    before = phase_before(handoff)
    return REWORK[before] if before in (Phase.TESTING, Phase.VERIFICATION) else before


def _answer(recorder: Recorder, command: Answer) -> None:
    view = recorder.view
    if view.parked is not None:
        raise Refusal(RefusalCode.PARKED, f"the build is parked and takes no answers. {view.parked.what_next}")
    still_open = [question.id for question in view.open_questions]
    if command.question_id not in still_open:
        raise Refusal(
            RefusalCode.NO_SUCH_QUESTION,
            f"no open question {command.question_id!r}; open: {', '.join(still_open) or 'none'}",
        )
    recorder.record(QuestionAnswered(question_id=command.question_id, answer=command.answer), command.actor)
    if not recorder.view.open_questions:
        check_limits(recorder)


def _pause(recorder: Recorder, command: Pause) -> None:
    view = recorder.view
    if view.paused:
        raise Refusal(RefusalCode.PAUSED, "the build is paused already")
    if view.parked is not None:
        raise Refusal(RefusalCode.PARKED, "the build is parked in 'error' and does nothing that could be paused")
    recorder.record(Paused(reason=command.reason), command.actor)


def _resume(recorder: Recorder, command: Resume) -> None:
    if not recorder.view.paused:
        raise Refusal(RefusalCode.NOT_PAUSED, "the build is not paused")
    recorder.record(Resumed(reason=command.reason), command.actor)


def _abandon(recorder: Recorder, command: Abandon) -> None:
    view = recorder.view
    require_state(view, command.expected_state)
    recorder.record(BuildAbandoned(from_state=view.current_state, reason=command.reason), command.actor)


DECISIONS: dict[CommandName, Callable[[Recorder, Any], None]] = {
    CommandName.ADVANCE: advance,
    CommandName.REQUEST_RETRY: _request_retry,
    CommandName.ROLLBACK: _rollback,
    CommandName.APPROVE: _approve,
    CommandName.REFUSE: _refuse,
    CommandName.ANSWER: _answer,
    CommandName.PAUSE: _pause,
    CommandName.RESUME: _resume,
    CommandName.EXTEND_LIMITS: extend_limits,
    CommandName.ABANDON: _abandon,
    CommandName.WAIVE: waive,
}
"""The decision of each command."""
