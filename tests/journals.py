"""Journals of real builds: what the domain itself says in some stories, with a clock that ticks once a move."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from baton.contracts.messages import MirrorBatch
from baton.domain.actors import Actor
from baton.domain.attempts import Compensation
from baton.domain.build import Build
from baton.domain.commands import Command, Refuse, RequestRetry, Rollback, Waive
from baton.domain.evidence import Evidence, Finding
from baton.domain.fold import fold
from baton.domain.forking import fork_of
from baton.domain.forks import Forking
from baton.domain.journal import Entry
from baton.domain.moves import OWNERS
from baton.domain.reports import PhaseReport, parse_report
from baton.domain.requests import BuildRequest
from baton.domain.steps import Compensate, Perform, Proceed
from baton.domain.terms import CURRENT_RULES, ApprovalTerms, RoleTerms, Terms
from baton.domain.vocabulary import Phase, Role, State

START = datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=UTC)
ANNA = Actor(id="anna")
COMMITS = {Phase.IMPLEMENTATION: "c0ffee", Phase.TESTING: "c0ffee"}


def request(build_id: str = "b-1", **changes: Any) -> BuildRequest:
    """A request for a small thing."""
    wanted: dict[str, Any] = {
        "build_id": build_id,
        "project_id": "payments",
        "user_id": "anna",
        "title": "Round half to even",
        "requirements": "# Rounding\n1. half goes to even",
        "profile": "demo",
        "metadata": {"ticket": "PAY-7", "weight": 1.0},
    }
    return BuildRequest.model_validate(wanted | changes)


def terms(undone: Sequence[Phase] = (), **changes: Any) -> Terms:
    """All roles played by runners. A rollback has to undo what the phases ``undone`` did."""
    roles = {
        role: RoleTerms(runner="command", compensates=tuple(one for one in undone if OWNERS[one.state] is role))
        for role in Role
    }
    return Terms.model_validate(
        {"profile": "demo", "digest": "d" * 64, "roles": roles, "rules": CURRENT_RULES} | changes
    )


def good_report(phase: Phase) -> PhaseReport:
    """A report that opens the gate of ``phase``."""
    return parse_report(
        {
            "summary": f"{phase.value} is done",
            "output": {"phase": phase.value},
            "usage": {"input_tokens": 10, "output_tokens": 5, "cost_usd": 0.25},
            "commit": COMMITS.get(phase),
            "all_tests_passed": True if phase is Phase.TESTING else None,
            "test_coverage": 91.5 if phase is Phase.TESTING else None,
            "approved_for_deployment": True if phase is Phase.VERIFICATION else None,
            "deployment_successful": True if phase is Phase.DEPLOYMENT else None,
        }
    )


BAD_TESTS = parse_report(
    {
        "summary": "one test fails",
        "tests_run": 4,
        "tests_failed": 1,
        "all_tests_passed": False,
        "test_coverage": 91.5,
        "findings": [{"id": "t1", "message": "half went up", "evidence": "test_rounding.py::test_half", "line": 7}],
    }
)


class Story:
    """A build that is told step by step; ``entries`` is its journal so far."""

    def __init__(self, entries: list[Entry], at: datetime, build: Build | None = None) -> None:
        self.entries = entries
        self.at = at
        self.build = build or Build(fold(entries))

    @classmethod
    def begin(
        cls, wanted: BuildRequest | None = None, *, run: str = "run-1", at: datetime = START, **term_changes: Any
    ) -> "Story":
        """A build that has just opened."""
        wanted = wanted or request()
        build, entries = Build.open(
            wanted, terms(**term_changes), workflow_id=f"build-{wanted.build_id}", first_run_id=run, at=at
        )
        return cls(entries, at, build)

    def fork(self, phase: Phase, build_id: str, *, at: int | None = None, **changes: Any) -> "Story":
        """A build that is forked from this one a minute later."""
        when = self.at + timedelta(minutes=1)
        fork = fork_of(self.entries, phase, at=at)
        build, entries = Build.open(
            self.build.view.request.model_copy(update={"build_id": build_id} | changes),
            self.build.view.terms,
            workflow_id=f"build-{build_id}",
            first_run_id=f"run-of-{build_id}",
            at=when,
            forking=Forking(fork=fork),
        )
        return Story(entries, when, build)

    def branch(self, sequence: int, *, later: timedelta = timedelta(hours=1)) -> "Story":
        """The same build after a reset to entry ``sequence``: from there on it can go another way."""
        return Story(self.entries[:sequence], self.at + later)

    def step(self, report: PhaseReport | None = None) -> "Story":
        """One step of the build: a phase performed (well, or with ``report``), or a handoff taken."""
        self.at += timedelta(seconds=1, microseconds=1)
        match self.build.next_step():
            case Perform(order=order):
                self.entries += self.build.report(order.number, report or good_report(order.phase), self.at)
            case Proceed():
                self.entries += self.build.proceed(self.at)
            case other:
                raise AssertionError(f"nothing to do: {other}")
        return self

    def undo(self, *, succeeded: bool, message: str = "") -> "Story":
        """What is to be undone is undone, or cannot be."""
        self.at += timedelta(seconds=1, microseconds=1)
        step = self.build.next_step()
        assert isinstance(step, Compensate), step
        evidence = (Evidence(name="undo-1", exit_code=0 if succeeded else 1),)
        outcome = Compensation(phase=step.order.phase, succeeded=succeeded, message=message, evidence=evidence)
        self.entries += self.build.compensated(step.order, outcome, self.at)
        return self

    def until(self, state: State) -> "Story":
        """Steps until ``state`` is reached."""
        while self.build.view.current_state is not state:
            self.step()
        return self

    def tell(self, command: Command) -> "Story":
        """A command to the build."""
        self.at += timedelta(seconds=1)
        self.entries += self.build.handle(command, self.at)
        return self

    def batch(self, first: int = 1, last: int | None = None) -> MirrorBatch:
        """The entries ``first`` to ``last`` as the workflow would send them."""
        view = self.build.view
        return MirrorBatch(
            build_id=view.build_id,
            workflow_id=view.workflow_id,
            first_run_id=view.first_run_id,
            entries=tuple(self.entries[first - 1 : last]),
        )


def happy(build_id: str = "b-1", **changes: Any) -> Story:
    """Straight to complete."""
    return Story.begin(request(build_id, **changes)).until(State.COMPLETE)


def reworked(build_id: str = "b-1") -> Story:
    """A failing test sends the work back once."""
    return Story.begin(request(build_id)).until(State.TESTING).step(BAD_TESTS).until(State.COMPLETE)


def rolled_back(build_id: str = "b-1") -> Story:
    """A person returns from verification to implementation."""
    story = Story.begin(request(build_id)).until(State.VERIFICATION)
    story.tell(
        Rollback(
            actor=ANNA,
            command_id="key-1",
            target_state=Phase.TESTING,
            reason="look again",
            expected_state=State.VERIFICATION,
        )
    )
    return story.until(State.COMPLETE)


def refused(build_id: str = "b-1") -> Story:
    """An approver refuses the release; the build is parked."""
    approvals = {State.HANDOFF_TO_RELEASER: ApprovalTerms(approvers=("anna",))}
    story = Story.begin(request(build_id), approvals=approvals).until(State.HANDOFF_TO_RELEASER)
    return story.tell(Refuse(actor=ANNA, expected_state=State.HANDOFF_TO_RELEASER, reason="not before Monday"))


def undone(build_id: str = "b-1") -> Story:
    """A person returns from deployment; one effect was undone by hand, one by its role. A weakened test is waived."""
    gone = {"id": "dilution-1", "message": "test_old is gone", "evidence": "test_old"}
    story = Story.begin(request(build_id), undone=[Phase.TESTING, Phase.DEPLOYMENT]).until(State.DEPLOYMENT)
    story.tell(
        Rollback(actor=ANNA, target_state=Phase.TESTING, reason="wrong release", expected_state=State.DEPLOYMENT)
    )
    story.undo(succeeded=False, message="403")
    story.tell(Waive(actor=ANNA, finding_id="compensation-deployment", reason="undone by hand"))
    story.tell(RequestRetry(actor=ANNA, reason="undone by hand", expected_state=State.ERROR))
    story.undo(succeeded=True).step(good_report(Phase.TESTING).model_copy(update={"findings": (Finding(**gone),)}))
    return story.tell(Waive(actor=ANNA, finding_id="dilution-1", reason="on request")).until(State.COMPLETE)


STORIES = {"happy": happy, "reworked": reworked, "rolled_back": rolled_back, "refused": refused, "undone": undone}
"""Each story by its name."""
