"""Drives one real build from a test: it keeps the journal and the clock, and plays people and runners."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from baton.domain.actors import Actor
from baton.domain.attempts import Compensation
from baton.domain.build import Build
from baton.domain.commands import parse_command
from baton.domain.forking import fork_of
from baton.domain.forks import Forking
from baton.domain.journal import Entry
from baton.domain.moves import OWNERS, PHASES
from baton.domain.refusals import Refusal
from baton.domain.reports import parse_report
from baton.domain.requests import BuildRequest
from baton.domain.steps import Compensate, CompensationOrder, Perform, PhaseOrder, Proceed
from baton.domain.terms import CURRENT_RULES, Limits, RoleTerms, Terms
from baton.domain.view import BuildView
from baton.domain.vocabulary import CommandName, EntryKind, LimitName, Phase, RefusalCode, Role, State

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
PERSON = {"kind": "person", "id": "lead"}
AGENT = {"kind": "agent", "id": "agent-7"}

GOOD: dict[Phase, dict[str, Any]] = {
    Phase.DISCOVERY: {"summary": "understood", "output": {"criteria": ["AC-1"]}},
    Phase.PLANNING: {"output": {"steps": ["write it"]}},
    Phase.IMPLEMENTATION: {"commit": "c0de", "tree": "7ee"},
    Phase.TESTING: {"all_tests_passed": True, "tests_run": 9, "tests_failed": 0, "test_coverage": 91.5},
    Phase.VERIFICATION: {"approved_for_deployment": True},
    Phase.DEPLOYMENT: {"deployment_successful": True},
}
"""A report for each phase that its gate lets pass."""


def make_request(**changes: Any) -> BuildRequest:
    fields = {
        "build_id": "b-1",
        "project_id": "shop",
        "user_id": "u-1",
        "title": "A till",
        "requirements": "# A till\n\n1. It adds.",
    }
    return BuildRequest.model_validate(fields | changes)


def make_terms(
    manual: Iterable[Role] = (), limits: dict[str, Any] | None = None, undone: Iterable[Phase] = (), **changes: Any
) -> Terms:
    """Terms of a build that opens today. A rollback has to undo what the phases ``undone`` did."""
    by_hand, effective = frozenset(manual), frozenset(undone)
    roles = {
        role: RoleTerms(
            runner="manual" if role in by_hand else "toolchain",
            manual=role in by_hand,
            compensates=tuple(phase for phase in PHASES if phase in effective and OWNERS[phase.state] is role),
        )
        for role in Role
    }
    fields = {
        "profile": "local",
        "digest": "d" * 64,
        "roles": roles,
        "rules": CURRENT_RULES,
        "limits": Limits.model_validate(limits or {}),
    }
    return Terms.model_validate(fields | changes)


class Driver:
    """One build, from its start. Commands go in as decoded messages, as they do from outside."""

    def __init__(self, terms: Terms | None = None, request: BuildRequest | None = None, at: datetime = START) -> None:
        self.now = at
        wanted = request or make_request()
        self.build, self.entries = Build.open(
            wanted, terms or make_terms(), workflow_id=f"build-{wanted.build_id}", first_run_id="run-1", at=at
        )

    def fork(
        self,
        phase: Phase | str,
        *,
        at: int | None = None,
        terms: Terms | None = None,
        limits: dict[LimitName, float | None] | None = None,
        reason: str = "",
        key: str | None = None,
        build_id: str = "f-1",
    ) -> "Driver":
        """A build that is forked from this one now; with other ``terms`` than its own, under the budgets of those."""
        fork = fork_of(self.entries, Phase(phase), at=at, keep_limits=terms is None, extended=limits)
        forked = object.__new__(Driver)
        forked.now = self.now
        forked.build, forked.entries = Build.open(
            self.view.request.model_copy(update={"build_id": build_id}),
            terms or self.view.terms,
            workflow_id=f"build-{build_id}",
            first_run_id=f"run-of-{build_id}",
            at=self.now,
            by=Actor(id="lead"),
            forking=Forking(fork=fork, reason=reason, command_id=key),
        )
        return forked

    @property
    def view(self) -> BuildView:
        return self.build.view

    @property
    def state(self) -> State:
        return self.view.current_state

    @property
    def kinds(self) -> list[EntryKind]:
        return [entry.kind for entry in self.entries]

    @property
    def order(self) -> PhaseOrder:
        step = self.build.next_step()
        assert isinstance(step, Perform), step
        return step.order

    @property
    def undoing(self) -> CompensationOrder:
        """What is to be undone now."""
        step = self.build.next_step()
        assert isinstance(step, Compensate), step
        return step.order

    @property
    def parked(self) -> tuple[str, str, str]:
        """Code, message and what can be done next of a parked build."""
        assert self.view.parked is not None, f"not parked: {self.state}"
        return self.view.parked.code, self.view.parked.message, self.view.parked.what_next

    def pass_time(self, **span: float) -> list[Entry]:
        """Let time pass and the deadlines with it."""
        self.now += timedelta(**span)
        return self.keep(self.build.expire(self.now))

    def keep(self, entries: list[Entry]) -> list[Entry]:
        self.entries += entries
        return entries

    def send(self, name: str, **message: Any) -> list[Entry]:
        command = parse_command(CommandName(name), {"actor": PERSON} | message)
        self.build.check(command, self.now)
        return self.keep(self.build.handle(command, self.now))

    def refused(self, code: RefusalCode, name: str, **message: Any) -> str:
        """Send a command that must be refused, changing nothing; return what it was told."""
        before = self.view.model_dump_json()
        with pytest.raises(Refusal) as caught:
            self.send(name, **message)
        assert caught.value.code is code, caught.value.message
        assert self.view.model_dump_json() == before
        return caught.value.message

    def advance(self, **changes: Any) -> list[Entry]:
        """The role whose turn it is reports a pass by hand."""
        state = self.state
        role = self.view.current_role
        assert role is not None
        phase = Phase(state.value) if state.value in set(Phase) else None
        message = {"role": role.value, "completed_state": state.value, "result": GOOD[phase] if phase else {}}
        return self.send("advance", **message | changes)

    def report(self, **report: Any) -> list[Entry]:
        """The runner of the current phase reports."""
        return self.keep(self.build.report(self.order.number, parse_report(report), self.now))

    def fail(self, code: str = "runner_failed", message: str = "crash") -> list[Entry]:
        """The runner of the current phase fails for good."""
        return self.keep(self.build.fail(self.order.number, code, message, self.now))

    def undo(self, *, succeeded: bool = True, message: str = "") -> list[Entry]:
        """The runner undoes what it is told to, or cannot."""
        order = self.undoing
        outcome = Compensation(phase=order.phase, succeeded=succeeded, message=message)
        return self.keep(self.build.compensated(order, outcome, self.now))

    def back(self, target: State | str) -> list[Entry]:
        """Somebody rolls back."""
        return self.send("rollback", target_state=target, expected_state=self.state.value, reason="wrong way")

    def retry(self, reason: str = "mended") -> list[Entry]:
        """Somebody has it tried again."""
        return self.send("request_retry", expected_state=self.state.value, reason=reason)

    def step(self) -> None:
        """Whatever comes next, done well."""
        waiting = self.view.waiting_for
        if waiting is not None and waiting.kind == "report":
            self.advance()
        elif waiting is not None and waiting.kind == "approval":
            self.send("approve", expected_state=self.state.value)
        elif isinstance(self.build.next_step(), Proceed):
            self.keep(self.build.proceed(self.now))
        elif isinstance(self.build.next_step(), Compensate):
            self.undo()
        else:
            self.report(**GOOD[self.order.phase])

    def until(self, state: State | str) -> "Driver":
        """Go on, everything done well, until ``state`` is reached."""
        for _ in range(30):
            if self.state == state:
                return self
            self.step()
        raise AssertionError(f"{state} is not reached; the build is in {self.state}")
