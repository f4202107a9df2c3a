"""Random commands, reports, failures and time against one build: what must be true after every step."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from baton.domain.actors import Actor
from baton.domain.build import Build
from baton.domain.commands import Command, parse_command
from baton.domain.fold import evolve, fold
from baton.domain.journal import Entry, verify
from baton.domain.moves import HANDOFFS, OWNERS, following, phase_of
from baton.domain.refusals import Refusal
from baton.domain.reports import parse_report
from baton.domain.steps import Perform, Proceed
from baton.domain.terms import Terms
from baton.domain.view import BuildView
from baton.domain.vocabulary import CommandName, Phase, Role
from tests.unit.domain import messages
from tests.unit.domain.driver import GOOD, START, make_request
from tests.unit.domain.witness import Witness

LEAD = Actor(id="lead")


class Machine(RuleBasedStateMachine):
    """One build, everything that can happen to it, and a second view of it that only reads the journal."""

    build: Build
    shadow: BuildView

    @initialize(terms=messages.terms(), ahead=st.integers(0, 11))
    def open(self, terms: Terms, ahead: int) -> None:
        self.now = START
        self.witness = Witness(terms)
        self.build, self.entries = Build.open(
            make_request(), terms, workflow_id="build-b-1", first_run_id="run-1", at=self.now
        )
        self.shadow = fold(self.entries)
        for _ in range(ahead):
            self.it_goes_well()

    def keep(self, act: Callable[[], list[Entry]]) -> list[Entry]:
        """Do something to the build and check what it wrote."""
        before = self.build.view.model_copy(deep=True)
        entries = act()
        if not entries:
            assert self.build.view == before
        head = verify(entries, after=before.head)
        assert head == self.build.view.head
        for entry in entries:
            self.witness.see(entry, self.shadow)
            self.shadow = evolve(self.shadow, entry)
        used, now_used = before.ledger.model_dump(), self.build.view.ledger.model_dump()
        assert all(now_used[name] >= used[name] for name in used), "the ledger shrank"
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

    @rule(data=st.data())
    def somebody_sends_a_command(self, data: st.DataObject) -> None:
        name, message = data.draw(messages.commands(self.build.view.current_state))
        if name is CommandName.ADVANCE and data.draw(st.booleans()) and self.build.view.current_role:
            message["role"] = self.build.view.current_role
        self.receive(name, message)

    @rule(data=st.data())
    def somebody_sends_a_bad_message(self, data: st.DataObject) -> None:
        self.receive(*data.draw(messages.malformed(self.build.view.current_state)))

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

    def it_goes_well(self) -> None:
        """The runner, the role or the person whose turn it is does what is to be done."""
        view = self.build.view
        step = self.build.next_step()
        if isinstance(step, Proceed):
            assert self.keep(lambda: self.build.proceed(self.now))
        elif isinstance(step, Perform):
            order = step.order
            assert self.keep(lambda: self.build.report(order.number, parse_report(GOOD[order.phase]), self.now))
        elif view.waiting_for is not None:
            self.send(self.what_it_waits_for(view, view.waiting_for.kind))

    def what_it_waits_for(self, view: BuildView, kind: str) -> Command:
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
        return parse_command(name, {"actor": LEAD.model_dump()} | fields)

    @rule(steps=st.integers(1, 3))
    def it_goes_well_for_a_while(self, steps: int) -> None:
        for _ in range(steps):
            self.it_goes_well()

    @rule(ahead=st.booleans())
    def a_role_reports_unasked(self, ahead: bool) -> None:
        """It takes the handoff, or reports the phase after it at once, whatever the build waits for."""
        here = self.build.view.current_state
        state = following(here) if ahead and here in HANDOFFS else here
        phase = phase_of(state)
        report = {"role": OWNERS.get(state, Role.CODE_WRITER), "completed_state": state}
        self.receive(
            CommandName.ADVANCE, {"actor": LEAD.model_dump(), **report, "result": GOOD[phase] if phase else {}}
        )

    @precondition(lambda self: self.build.view.parked is not None)
    @rule()
    def every_limit_is_lifted(self) -> None:
        for name, maximum in self.build.view.limits.model_dump().items():
            if maximum is not None:
                message = {"actor": LEAD.model_dump(), "limits": {name: None}}
                self.send(parse_command(CommandName.EXTEND_LIMITS, message))

    @rule(number=st.sampled_from([0, 0, -1, -2]), report=messages.REPORTS)
    def a_runner_reports(self, number: int, report: dict[str, Any]) -> None:
        self.take_report(number, report)

    @rule(flaw=messages.FLAWS)
    def a_runner_reports_well_but_for_one_thing(self, flaw: dict[str, Any]) -> None:
        phase = phase_of(self.build.view.current_state)
        if phase is not None:
            self.take_report(0, GOOD[phase] | flaw)

    def take_report(self, number: int, report: dict[str, Any]) -> None:
        try:
            parsed = parse_report(report)
        except Refusal:
            return
        order = self.build.view.ledger.phase_runs + number
        wanted = self.build.expects(order)
        assert bool(self.keep(lambda: self.build.report(order, parsed, self.now))) is wanted

    @rule(number=st.integers(-1, 0))
    def a_runner_fails(self, number: int) -> None:
        order = self.build.view.ledger.phase_runs + number
        wanted = self.build.expects(order)
        failed = self.keep(lambda: self.build.fail(order, "runner_failed", "no disk", self.now))
        assert bool(failed) is wanted

    @rule()
    def a_proceed_comes_late(self) -> None:
        wanted = isinstance(self.build.next_step(), Proceed)
        assert bool(self.keep(lambda: self.build.proceed(self.now))) is wanted

    @rule(seconds=st.integers(0, 900))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        self.keep(lambda: self.build.expire(self.now))

    @rule(chance=st.integers(0, 30))
    def it_is_cancelled(self, chance: int) -> None:
        if chance == 30:
            self.keep(lambda: self.build.cancel("not needed", self.now))

    @rule()
    def it_goes_on_in_another_run(self) -> None:
        self.build = Build(BuildView.model_validate_json(self.build.view.model_dump_json()))

    @invariant()
    def the_journal_says_all(self) -> None:
        view = self.build.view
        assert self.shadow == view
        assert self.witness.state is view.current_state
        assert [entry.sequence for entry in self.entries] == list(range(1, len(self.entries) + 1))

    @invariant()
    def the_view_survives_json(self) -> None:
        text = self.build.view.model_dump_json()
        again = BuildView.model_validate_json(text)
        assert again == self.build.view
        assert again.model_dump_json() == text

    @invariant()
    def no_role_works_beyond_a_budget(self) -> None:
        view = self.build.view
        if isinstance(self.build.next_step(), Perform):
            assert view.ledger.over(view.limits, since=view.created_at, now=view.created_at) is None

    @invariant()
    def an_approval_is_pending_only_where_it_was_asked_for(self) -> None:
        pending = self.build.view.pending_approval
        assert pending is None or pending.state is self.build.view.current_state

    @invariant()
    def the_phases_completed_are_the_first_ones(self) -> None:
        done = self.build.view.completed_phases
        assert done == list(Phase)[: len(done)]
        here = phase_of(self.build.view.current_state)
        if here is not None:
            assert done == list(Phase)[: list(Phase).index(here)]

    def teardown(self) -> None:
        view = self.build.view
        if self.shadow.head != view.head:  # a step has failed already, and says more about it
            return
        verify(self.entries)
        middle = len(self.entries) // 2
        first = fold(self.entries[:middle] or self.entries[:1])
        assert fold(self.entries[max(middle, 1) :], first) == fold(self.entries) == view


def _refusal(act: Callable[[], object]) -> Refusal | None:
    try:
        act()
    except Refusal as refusal:
        return refusal
    return None


TestMachine = Machine.TestCase
