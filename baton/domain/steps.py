"""What a build does next, and the order that a role is given."""

from datetime import datetime
from typing import Any

from pydantic import Field

from baton.domain.attempts import Budget
from baton.domain.handing import handed_on
from baton.domain.ledger import left
from baton.domain.model import Value
from baton.domain.moves import OWNERS, PHASES
from baton.domain.requests import BuildRequest
from baton.domain.terms import Dilution
from baton.domain.view import BuildView, Feedback, GivenApproval, OpenQuestion
from baton.domain.vocabulary import Phase, Role


class PhaseOrder(Value):
    """An order to perform one phase once. ``number`` is unique in the build: the key of every effect."""

    number: int = Field(description="the how-manieth phase run of the build this is; 1 is the first")
    run_in_phase: int = Field(description="the how-manieth run of this phase this is; 1 is the first")
    phase: Phase
    role: Role
    workflow_id: str
    request: BuildRequest
    inputs: dict[Phase, dict[str, Any]] = Field(
        default_factory=dict, description="what each completed phase handed on, in order"
    )
    feedback: Feedback | None = Field(default=None, description="why the phase is performed again")
    answers: tuple[OpenQuestion, ...] = ()
    commit: str | None = Field(default=None, description="the commit to work from; none before the first phase")
    journal_head: str = Field(description="hash of the journal's last entry when the order was given")
    minimum_coverage: float = Field(description="percent that the gate after testing asks for")
    base_commit: str | None = Field(default=None, description="the commit that the build began with")
    profile_digest: str = Field(default="", description="SHA-256 of the profile that the build opened with")
    dilution: Dilution = Field(default=Dilution.BLOCK, description="what weakened tests and checks mean")
    waived: tuple[str, ...] = Field(default=(), description="IDs of findings that an approver let pass")
    approvals: tuple[GivenApproval, ...] = Field(default=(), description="those given so far")
    budget: Budget = Field(default=Budget(), description="what the phase may spend")
    overtaken: tuple[int, ...] = Field(
        default=(), description="numbers of earlier orders whose report or failure nobody took"
    )

    @property
    def build_id(self) -> str:
        """The build that the order belongs to."""
        return self.request.build_id


class CompensationOrder(Value):
    """An order to undo what a phase did outside the workspace. ``number`` and ``run`` are the key of every effect."""

    number: int = Field(description="sequence of the journal entry that asked for it")
    run: int = Field(description="the how-manieth try this is; 1 is the first")
    phase: Phase
    role: Role
    workflow_id: str
    request: BuildRequest
    reason: str = Field(description="why the build goes back")
    commit: str | None = Field(default=None, description="the commit that the build has gone back to")
    report: dict[str, Any] | None = Field(default=None, description="the phase's last report")
    journal_head: str

    @property
    def build_id(self) -> str:
        """The build that the order belongs to."""
        return self.request.build_id


class Perform(Value):
    """Have a role perform its phase. ``deadline`` is the end of the build's wall clock."""

    order: PhaseOrder
    deadline: datetime | None = None


class Compensate(Value):
    """Have a role undo what its phase did outside the workspace."""

    order: CompensationOrder
    deadline: datetime | None = None


class Proceed(Value):
    """Take a handoff for a role that a runner plays."""


class Wait(Value):
    """Wait for a command, or until ``deadline`` has passed."""

    deadline: datetime | None = None


class Ended(Value):
    """Nothing more."""


Step = Perform | Compensate | Proceed | Wait | Ended


def order_for(view: BuildView) -> PhaseOrder:
    """The order for the phase that ``view`` stands in."""
    phase = Phase(view.current_state.value)
    record = view.phases[phase]
    earlier = PHASES[: PHASES.index(phase)]
    reports = {before: view.phases[before].report for before in earlier if before in view.completed_phases}
    return PhaseOrder(
        number=view.ledger.phase_runs,
        run_in_phase=record.runs,
        phase=phase,
        role=OWNERS[view.current_state],
        workflow_id=view.workflow_id,
        request=view.request,
        inputs={before: handed_on(report) for before, report in reports.items() if report is not None},
        feedback=view.feedback,
        answers=tuple(question for question in view.questions if question.answer is not None),
        commit=view.commit,
        journal_head=view.head.hash,
        minimum_coverage=view.terms.minimum_coverage,
        base_commit=view.base_commit,
        profile_digest=view.terms.digest,
        dilution=view.terms.dilution,
        waived=tuple(sorted(view.waived)),
        approvals=tuple(view.approvals),
        budget=left(view.ledger, view.limits, view.terms.role(OWNERS[view.current_state]).limits),
        overtaken=tuple(view.overtaken),
    )


def compensation_for(view: BuildView) -> CompensationOrder:
    """The order for the first of ``view.compensating``."""
    pending = view.compensating[0]
    return CompensationOrder(
        number=pending.key,
        run=pending.runs + 1,
        phase=pending.phase,
        role=OWNERS[pending.phase.state],
        workflow_id=view.workflow_id,
        request=view.request,
        reason=pending.reason,
        commit=view.commit,
        report=view.phases[pending.phase].report,
        journal_head=view.head.hash,
    )
