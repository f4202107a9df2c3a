"""A build: it answers commands, reports and the passing of time with journal entries, or refuses."""

from datetime import datetime

from baton.domain.actors import SYSTEM, Actor, role_actor
from baton.domain.attempts import Attempt, Compensation
from baton.domain.commands import Command
from baton.domain.deadlines import expire, next_deadline, wall_clock_ends
from baton.domain.deciding import DECISIONS
from baton.domain.evidence import Usage
from baton.domain.facts import BuildCancelled, CommandRefused, PhaseCompensated, PhaseFailed, WorkflowStarted
from baton.domain.forking import begun, check_terms
from baton.domain.forks import Forking
from baton.domain.journal import Entry
from baton.domain.moves import OWNERS, phase_of
from baton.domain.moving import check_limits, check_move, end_phase, system_takes
from baton.domain.recorder import Recorder
from baton.domain.refusals import Refusal
from baton.domain.reports import PhaseReport
from baton.domain.requests import BuildRequest
from baton.domain.steps import (
    Compensate,
    CompensationOrder,
    Ended,
    Perform,
    Proceed,
    Step,
    Wait,
    compensation_for,
    order_for,
)
from baton.domain.terms import Terms
from baton.domain.view import BuildView
from baton.domain.vocabulary import CommandName, Phase, RefusalCode, State


class Build:
    """One build. It owns its view; time comes from outside, and nothing else does."""

    def __init__(self, view: BuildView) -> None:
        self.view = view

    @classmethod
    def open(
        cls,
        request: BuildRequest,
        terms: Terms,
        *,
        workflow_id: str,
        first_run_id: str,
        at: datetime,
        by: Actor = SYSTEM,
        forking: Forking | None = None,
    ) -> tuple["Build", list[Entry]]:
        """A new build and its first entries. ``by`` is who had it started, where that is known for sure.

        Raises :class:`Refusal` for a fork that its terms do not let begin.
        """
        recorder = Recorder(None, at, None if forking is None else forking.command_id)
        fork = None if forking is None else begun(forking, terms)
        fact = WorkflowStarted(
            reason=_asked(request) if forking is None else _forked(forking),
            workflow_id=workflow_id,
            first_run_id=first_run_id,
            request=request,
            terms=terms,
            fork=fork,
        )
        recorder.record(fact, by)
        if fork is not None:
            check_terms(recorder.view, fork)
        check_limits(recorder)
        return cls(recorder.view), recorder.entries

    def check(self, command: Command, at: datetime) -> None:
        """Raise :class:`Refusal` if ``command`` would be refused. Changes nothing."""
        Build(self.view.model_copy(deep=True)).handle(command, at)

    def handle(self, command: Command, at: datetime) -> list[Entry]:
        """Carry out ``command``; an empty list means that it was carried out before. Raises :class:`Refusal`."""
        if command.command_id is not None and command.command_id in self.view.commands:
            return []
        if self.view.ended:
            raise Refusal(
                RefusalCode.ALREADY_ENDED,
                f"build {self.view.build_id!r} has ended ({self.view.status.value}); nothing more can be done with it",
            )
        recorder = Recorder(self.view, at, command.command_id)
        DECISIONS[command.name](recorder, command)
        return recorder.entries

    def note_refusal(self, name: CommandName, refusal: Refusal, actor: Actor, at: datetime) -> list[Entry]:
        """Record that a signal was not carried out."""
        recorder = Recorder(self.view, at)
        recorder.record(CommandRefused(command=name, code=refusal.code, message=refusal.message), actor)
        return recorder.entries

    def next_step(self) -> Step:
        """What is to be done next."""
        view = self.view
        if view.ended:
            return Ended()
        if view.waiting_for is not None:
            return Wait(deadline=next_deadline(view))
        if view.compensating:
            return Compensate(order=compensation_for(view), deadline=wall_clock_ends(view))
        if phase_of(view.current_state) is None:
            return Proceed()
        return Perform(order=order_for(view), deadline=wall_clock_ends(view))

    def proceed(self, at: datetime) -> list[Entry]:
        """The runner of the next role takes the handoff. Where that is not the next step, nothing changes."""
        if not isinstance(self.next_step(), Proceed):
            return []
        recorder = Recorder(self.view, at)
        system_takes(recorder)
        return recorder.entries

    def report(self, number: int, report: PhaseReport, at: datetime) -> list[Entry]:
        """Take the report of the order ``number``. One for an order that was overtaken changes nothing."""
        if not self.expects(number):
            return []
        recorder = Recorder(self.view, at)
        end_phase(recorder, report, role_actor(OWNERS[self.view.current_state]))
        return recorder.entries

    def fail(
        self,
        number: int,
        code: str,
        message: str,
        at: datetime,
        *,
        usage: Usage | None = None,
        attempts: tuple[Attempt, ...] = (),
    ) -> list[Entry]:
        """The order ``number`` could not be carried out: park. What its attempts used is counted all the same."""
        if not self.expects(number):
            return []
        recorder = Recorder(self.view, at)
        state = self.view.current_state
        check_move(state, State.ERROR)
        fact = PhaseFailed(phase=Phase(state.value), code=code, message=message, usage=usage, attempts=attempts)
        recorder.record(fact, role_actor(OWNERS[state]))
        return recorder.entries

    def expects(self, number: int) -> bool:
        """Whether the report of the order ``number`` is still wanted."""
        view = self.view
        working = phase_of(view.current_state) is not None and not view.open_questions and not view.compensating
        return working and not view.ended and view.ledger.phase_runs == number

    def compensated(self, order: CompensationOrder, outcome: Compensation, at: datetime) -> list[Entry]:
        """Take what came of ``order``. One that was overtaken changes nothing."""
        if not self.expects_compensation(order):
            return []
        recorder = Recorder(self.view, at)
        if not outcome.succeeded:
            check_move(self.view.current_state, State.ERROR)
        fact = PhaseCompensated(
            phase=order.phase, succeeded=outcome.succeeded, message=outcome.message, evidence=outcome.evidence
        )
        recorder.record(fact, role_actor(order.role))
        return recorder.entries

    def expects_compensation(self, order: CompensationOrder) -> bool:
        """Whether the outcome of ``order`` is still wanted."""
        view = self.view
        if view.ended or view.parked is not None or not view.compensating:
            return False
        pending = view.compensating[0]
        return (pending.key, pending.runs + 1, pending.phase) == (order.number, order.run, order.phase)

    def expire(self, at: datetime) -> list[Entry]:
        """Apply the deadlines that have passed."""
        recorder = Recorder(self.view, at)
        expire(recorder)
        return recorder.entries

    def cancel(self, reason: str, at: datetime) -> list[Entry]:
        """End as cancelled."""
        if self.view.ended:
            return []
        recorder = Recorder(self.view, at)
        state = self.view.current_state
        check_move(state, State.CANCELLED)
        recorder.record(BuildCancelled(from_state=state, reason=reason), SYSTEM)
        return recorder.entries


def _asked(request: BuildRequest) -> str:
    return f"{request.user_id} asked for {request.title!r}"


def _forked(forking: Forking) -> str:
    origin = forking.fork.origin
    said = f"forked from {origin.build_id} at {origin.phase.value}, which began there with entry {origin.sequence}"
    return f"{said}: {forking.reason}" if forking.reason else said
