"""Random commands, reports, failures and time against one build: what must be true after every step."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from baton.domain.build import Build
from baton.domain.evidence import Usage
from baton.domain.fold import fold
from baton.domain.journal import verify
from baton.domain.moves import HANDOFFS, ORDER, OWNERS, following, phase_of
from baton.domain.steps import Compensate, Perform, Proceed
from baton.domain.view import BuildView
from baton.domain.vocabulary import CommandName, Phase, Role, State
from baton.domain.waiving import waivable
from tests.unit.domain import messages
from tests.unit.domain.driver import GOOD
from tests.unit.domain.machine import LEAD, BuildMachine


class Machine(BuildMachine):
    """Everything that can happen to a build."""

    @rule(data=st.data())
    def somebody_sends_a_command(self, data: st.DataObject) -> None:
        name, message = data.draw(messages.commands(self.build.view.current_state))
        if name is CommandName.ADVANCE and data.draw(st.booleans()) and self.build.view.current_role:
            message["role"] = self.build.view.current_role
        self.receive(name, message)

    @rule(data=st.data())
    def somebody_sends_a_bad_message(self, data: st.DataObject) -> None:
        self.receive(*data.draw(messages.malformed(self.build.view.current_state)))

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
                self.tell(CommandName.EXTEND_LIMITS, limits={name: None})

    @rule(number=st.sampled_from([0, 0, -1, -2]), report=messages.REPORTS)
    def a_runner_reports(self, number: int, report: dict[str, Any]) -> None:
        self.take_report(number, report)

    @precondition(lambda self: self.at_work is not None)
    @rule(flaw=messages.FLAWS)
    def a_role_reports_well_but_for_one_thing(self, flaw: dict[str, Any]) -> None:
        assert self.at_work is not None
        self.hand_in(GOOD[self.at_work] | flaw)

    @precondition(lambda self: self.at_work is not None)
    @rule(report=messages.REJECTIONS)
    def a_role_finds_something(self, report: dict[str, Any]) -> None:
        assert self.at_work is not None
        self.hand_in(GOOD[self.at_work] | report)

    @precondition(lambda self: self.at_work is not None)
    @rule(questions=messages.QUESTIONS)
    def a_role_asks(self, questions: list[Any]) -> None:
        self.hand_in({"questions": questions})

    @rule(number=st.integers(-1, 0), tokens=st.none() | st.integers(0, 50))
    def a_runner_fails(self, number: int, tokens: int | None) -> None:
        order = self.build.view.ledger.phase_runs + number
        wanted = self.build.expects(order)
        usage = None if tokens is None else Usage(input_tokens=tokens)
        failed = self.keep(lambda: self.build.fail(order, "runner_failed", "no disk", self.now, usage=usage))
        assert bool(failed) is wanted

    @precondition(lambda self: self.can_go_back())
    @rule(data=st.data())
    def somebody_rolls_back(self, data: st.DataObject) -> None:
        view = self.build.view
        origin = view.parked.from_state if view.parked is not None else view.current_state
        target = data.draw(
            st.sampled_from([phase for phase in Phase if ORDER.index(phase.state) <= ORDER.index(origin)])
        )
        self.tell(CommandName.ROLLBACK, target_state=target, expected_state=view.current_state, reason="back")

    def can_go_back(self) -> bool:
        return not self.build.view.ended and self.build.view.current_state is not State.CANCELLED

    @precondition(lambda self: isinstance(self.build.next_step(), Compensate))
    @rule(succeeded=st.booleans())
    def an_undoing_ends(self, succeeded: bool) -> None:
        step = self.build.next_step()
        assert isinstance(step, Compensate)
        assert self.end_undoing(step.order, succeeded=succeeded)

    @precondition(lambda self: isinstance(self.build.next_step(), Compensate))
    @rule()
    def an_undoing_is_under_way(self) -> None:
        step = self.build.next_step()
        assert isinstance(step, Compensate)
        self.undoings.append(step.order)

    @precondition(lambda self: bool(self.undoings))
    @rule(data=st.data(), succeeded=st.booleans())
    def an_undoing_ends_late(self, data: st.DataObject, succeeded: bool) -> None:
        self.end_undoing(data.draw(st.sampled_from(self.undoings)), succeeded=succeeded)

    @precondition(lambda self: not self.build.view.ended and any(waivable(self.build.view)))
    @rule(data=st.data())
    def somebody_waives_what_there_is(self, data: st.DataObject) -> None:
        finding = data.draw(st.sampled_from([finding.id for finding in waivable(self.build.view)]))
        self.tell(CommandName.WAIVE, finding_id=finding, reason="let it pass")

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
    def nothing_is_performed_while_something_is_to_be_undone(self) -> None:
        view, step = self.build.view, self.build.next_step()
        assert [pending.phase for pending in view.compensating] == self.witness.undoings.pending
        if view.compensating:
            assert not isinstance(step, Perform | Proceed)
            assert not self.build.expects(view.ledger.phase_runs)
            assert view.waiting_for is None or view.waiting_for.kind in ("decision", "resume")

    @invariant()
    def every_order_is_settled_or_overtaken(self) -> None:
        view = self.build.view
        assert set(view.overtaken) == set(range(1, view.ledger.phase_runs)) - self.witness.settled
        assert len(set(view.overtaken)) == len(view.overtaken)

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


TestMachine = Machine.TestCase
