"""A build to which anything may happen: it is driven, its journal is held against the rules, and read a second time."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize

from baton.domain.actors import Actor
from baton.domain.attempts import Compensation
from baton.domain.build import Build
from baton.domain.commands import Command, parse_command
from baton.domain.fold import evolve, fold
from baton.domain.journal import Entry, verify
from baton.domain.moves import phase_of
from baton.domain.refusals import Refusal
from baton.domain.reports import parse_report
from baton.domain.steps import Compensate, CompensationOrder, Perform, Proceed
from baton.domain.terms import Terms
from baton.domain.view import BuildView
from baton.domain.vocabulary import CommandName, Phase
from tests.unit.domain import messages
from tests.unit.domain.driver import GOOD, START, make_request
from tests.unit.domain.witness import Witness

LEAD = Actor(id="lead")


class BuildMachine(RuleBasedStateMachine):
    """One build, a witness of its journal, and a second view of it that only reads the journal."""

    build: Build
    shadow: BuildView

    @initialize(terms=messages.terms(), ahead=st.integers(0, 11))
    def open(self, terms: Terms, ahead: int) -> None:
        self.now = START
        self.witness = Witness(terms)
        self.undoings: list[CompensationOrder] = []
        self.build, self.entries = Build.open(
            make_request(), terms, workflow_id="build-b-1", first_run_id="run-1", at=self.now
        )
        self.shadow = fold(self.entries)
        self.witness.look_ahead(self.build)
        for _ in range(ahead):
            self.it_goes_well()

    def keep(self, act: Callable[[], list[Entry]]) -> list[Entry]:
        """Do something to the build and check what it wrote."""
        before = self.build.view.model_copy(deep=True)
        entries = act()
        view = self.build.view
        if not entries:
            assert view == before
        head = verify(entries, after=before.head)
        assert head == view.head
        for entry in entries:
            self.witness.see(entry, self.shadow)
            self.shadow = evolve(self.shadow, entry)
        self.witness.look_ahead(self.build)
        used, now_used = before.ledger.model_dump(), view.ledger.model_dump()
        assert all(now_used[name] >= used[name] for name in used), "the ledger shrank"
        assert view.waivers[: len(before.waivers)] == before.waivers, "a waiver was lost"
        assert view.approvals[: len(before.approvals)] == before.approvals, "an approval was lost"
        self.entries += entries
        return entries

    def send(self, command: Command) -> None:
        before = self.build.view.model_copy(deep=True)
        checked = _refusal(lambda: self.build.check(command, self.now))
        assert self.build.view == before
        handled = _refusal(lambda: self.keep(lambda: self.build.handle(command, self.now)))
        assert (checked and checked.code) == (handled and handled.code)
        if handled is not None:
            assert self.build.view == before, "a refused command changed something"

    def receive(self, name: CommandName, message: Any) -> None:
        """As a signal: what cannot be read is recorded, and changes nothing else."""
        try:
            command = parse_command(name, message)
        except Refusal as refusal:
            problem = refusal
        else:
            self.send(command)
            return
        before = self.build.view.model_copy(deep=True)
        assert len(self.keep(lambda: self.build.note_refusal(name, problem, LEAD, self.now))) == 1
        same = {name: getattr(before, name) for name in ("head", "updated_at", "elapsed_time")}
        assert self.build.view.model_copy(update=same) == before

    def tell(self, name: CommandName, **fields: Any) -> None:
        """The lead sends a command."""
        self.send(parse_command(name, {"actor": LEAD.model_dump()} | fields))

    def it_goes_well(self) -> None:
        """The runner, the role or the person whose turn it is does what is to be done."""
        view = self.build.view
        step = self.build.next_step()
        if isinstance(step, Proceed):
            assert self.keep(lambda: self.build.proceed(self.now))
        elif isinstance(step, Perform):
            order = step.order
            assert self.keep(lambda: self.build.report(order.number, parse_report(GOOD[order.phase]), self.now))
        elif isinstance(step, Compensate):
            assert self.end_undoing(step.order, succeeded=True)
        elif view.waiting_for is not None:
            self.do_what_it_waits_for(view, view.waiting_for.kind)

    @property
    def at_work(self) -> Phase | None:
        """The phase whose report would be taken now."""
        view = self.build.view
        by_hand = view.waiting_for is not None and view.waiting_for.kind == "report"
        return phase_of(view.current_state) if by_hand or isinstance(self.build.next_step(), Perform) else None

    def hand_in(self, report: dict[str, Any]) -> None:
        """The phase at work is reported, by its runner or by hand."""
        view = self.build.view
        if view.waiting_for is None:
            self.take_report(0, report)
            return
        fields = {"role": view.current_role, "completed_state": view.current_state, "result": report}
        self.receive(CommandName.ADVANCE, {"actor": LEAD.model_dump()} | fields)

    def take_report(self, number: int, report: dict[str, Any]) -> None:
        try:
            parsed = parse_report(report)
        except Refusal:
            return
        order = self.build.view.ledger.phase_runs + number
        wanted = self.build.expects(order)
        assert bool(self.keep(lambda: self.build.report(order, parsed, self.now))) is wanted

    def end_undoing(self, order: CompensationOrder, *, succeeded: bool) -> list[Entry]:
        self.undoings.append(order)
        wanted = self.build.expects_compensation(order)
        outcome = Compensation(phase=order.phase, succeeded=succeeded, message="" if succeeded else "403")
        entries = self.keep(lambda: self.build.compensated(order, outcome, self.now))
        assert bool(entries) is wanted
        return entries

    def do_what_it_waits_for(self, view: BuildView, kind: str) -> None:
        state = view.current_state
        phase = phase_of(state)
        report = {"role": view.current_role, "completed_state": state, "result": GOOD[phase] if phase else {}}
        commands: dict[str, tuple[CommandName, dict[str, Any]]] = {
            "report": (CommandName.ADVANCE, report),
            "decision": (CommandName.REQUEST_RETRY, {"expected_state": state, "reason": "mended"}),
            "approval": (CommandName.APPROVE, {"expected_state": state}),
            "answer": (
                CommandName.ANSWER,
                {"question_id": next((q.id for q in view.open_questions), ""), "answer": "!"},
            ),
            "resume": (CommandName.RESUME, {}),
        }
        name, fields = commands[kind]
        self.tell(name, **fields)


def _refusal(act: Callable[[], object]) -> Refusal | None:
    try:
        act()
    except Refusal as refusal:
        return refusal
    return None
