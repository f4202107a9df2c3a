"""The view: what a journal says about its build now. Made by :func:`baton.domain.fold.fold` and nothing else."""

from datetime import datetime, timedelta
from typing import Any, Self

from pydantic import BaseModel, Field

from baton.domain.evidence import Finding
from baton.domain.journal import Head
from baton.domain.ledger import Ledger
from baton.domain.lineage import Lineage
from baton.domain.outside import OutsideEnd
from baton.domain.requests import BuildRequest
from baton.domain.terms import Limits, Terms
from baton.domain.vocabulary import LimitName, Phase, Role, State, Status


class PhaseRecord(BaseModel):
    """One phase so far. ``report`` is the last one it made, as journaled."""

    role: Role
    runs: int = 0
    started_at: datetime | None = Field(
        default=None, description="of the last run; none while that waits: for resume, a limit, or what is undone first"
    )
    completed_at: datetime | None = None
    base_commit: str | None = Field(default=None, description="the commit that the work was handed over with")
    report: dict[str, Any] | None = None
    compensated: int = Field(
        default=0, description="the last run that has left nothing outside the workspace: undone, or never begun"
    )

    @property
    def begun(self) -> int:
        """The last run that has begun."""
        return self.runs if self.started_at is not None else max(0, self.runs - 1)


class HandoffRecord(BaseModel):
    """One passing of the work. What was handed over stands in the entry ``sequence``."""

    sequence: int
    from_role: Role
    to_role: Role | None
    from_state: State
    to_state: State
    commit: str | None = None
    timestamp: datetime


class Feedback(BaseModel):
    """Why a phase is to be performed again, for the role that does it."""

    from_state: State
    reason: str
    findings: list[Finding] = Field(default_factory=list)


class OpenQuestion(BaseModel):
    """A question and, once given, its answer."""

    id: str
    phase: Phase
    text: str
    answer: str | None = None
    assumed: bool = Field(default=False, description="nobody answered in time, and the role goes on without")


class PendingApproval(BaseModel):
    """A handoff that waits for somebody's word."""

    state: State
    approvers: list[str]
    requested_at: datetime
    deadline: datetime | None = None


class GivenApproval(BaseModel):
    """An approval that was given."""

    state: State
    by: str
    at: datetime
    reason: str = ""


class Waiver(BaseModel):
    """A finding that an approver let pass."""

    finding_id: str
    by: str
    at: datetime
    reason: str


class Rejection(BaseModel):
    """What a phase sent the work back for, and the tree it looked at."""

    tree: str | None
    findings: list[str] = Field(description="what tells each finding from the others, sorted")


class PendingCompensation(BaseModel):
    """A phase whose effects up to its run ``up_to`` are to be undone; ``runs`` counts how often that was tried."""

    phase: Phase
    up_to: int
    key: int = Field(description="sequence of the entry that asked for it")
    reason: str = Field(default="", description="why the build goes back")
    runs: int = 0
    message: str = Field(default="", description="why the last try failed")


LIMIT_CODE = "limit_"
"""How the code of a build begins that is parked at a limit; the limit's name follows."""


class Parked(BaseModel):
    """Why a build stands in ``error``, and what a person can do."""

    code: str
    message: str
    what_next: str
    from_state: State
    retry_phase: Phase
    at: datetime


class Expectation(BaseModel):
    """Who is to act next, and on what."""

    role: Role | None
    task: str


class Waiting(BaseModel):
    """What a build waits for: ``report``, ``approval``, ``answer``, ``decision`` or ``resume``."""

    kind: str
    what: str
    who: list[str] = Field(default_factory=list)
    command: str = Field(description="the command of starter.py that moves the build on")
    deadline: datetime | None = None


class BuildView(BaseModel):
    """Everything that is true of a build now."""

    workflow_id: str
    first_run_id: str
    request: BuildRequest
    terms: Terms
    limits: Limits
    head: Head
    build_id: str
    project_id: str
    user_id: str
    current_state: State
    current_role: Role | None
    status: Status
    progress: float = 0.0
    completed_phases: list[Phase] = Field(default_factory=list)
    phases: dict[Phase, PhaseRecord]
    handoff_history: list[HandoffRecord] = Field(default_factory=list)
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None = None
    elapsed_time: float = Field(default=0.0, description="seconds from start to end, or to the last entry")
    next_expectations: Expectation
    waiting_for: Waiting | None = None
    ledger: Ledger = Field(default_factory=Ledger)
    commit: str | None = None
    tree: str | None = None
    feedback: Feedback | None = None
    questions: list[OpenQuestion] = Field(default_factory=list)
    answer_deadline: datetime | None = None
    pending_approval: PendingApproval | None = None
    paused: bool = False
    parked: Parked | None = None
    base_commit: str | None = Field(default=None, description="the commit that the build began with")
    forked_from: Lineage | None = Field(default=None, description="where the build comes from, if it is a fork")
    approvals: list[GivenApproval] = Field(default_factory=list)
    waivers: list[Waiver] = Field(default_factory=list)
    rejections: dict[Phase, Rejection] = Field(default_factory=dict, description="the last of each phase")
    compensating: list[PendingCompensation] = Field(default_factory=list, description="what is undone next, in order")
    settled: int = Field(default=0, description="number of the last order whose report or failure was taken")
    overtaken: list[int] = Field(
        default_factory=list, description="numbers of the orders whose report or failure nobody took"
    )
    outcome: Status | None = Field(default=None, description="how it ended: complete, cancelled or failed")
    ended_outside: OutsideEnd | None = Field(
        default=None, description="how it ended in Temporal without its journal saying so; no fold sets it"
    )
    commands: dict[str, int] = Field(
        default_factory=dict,
        description="keys of the commands carried out last, each with the sequence of its last entry",
    )

    @property
    def ended(self) -> bool:
        """Whether nothing can happen any more."""
        return self.outcome is not None or self.ended_outside is not None

    @property
    def clock_began(self) -> datetime:
        """The moment that its wall clock counts from: for a fork, that of its origin goes on."""
        before = 0.0 if self.forked_from is None else self.forked_from.seconds
        return self.created_at - timedelta(seconds=before)

    @property
    def open_questions(self) -> list[OpenQuestion]:
        """Questions without an answer."""
        return [question for question in self.questions if question.answer is None]

    @property
    def waived(self) -> frozenset[str]:
        """The IDs of findings that hold nothing."""
        return frozenset(waiver.finding_id for waiver in self.waivers)

    def differences(self, asked: BuildRequest, origin: Lineage | None, command_id: str | None) -> list[str]:
        """In what the build is another one than was ``asked`` for, by the names of the fields."""
        mine = self.forked_from
        if mine is None or origin is None:
            same = mine is origin
        else:
            same = mine.same_fork(origin, same_key=command_id in self.commands)
        return [*self.request.differences(asked), *([] if same else ["forked_from"])]

    def tree_after(self, commit: str | None, tree: str | None) -> str | None:
        """The tree after a report that names these. Of a new commit without its tree nothing is known."""
        return tree if tree is not None or commit not in (None, self.commit) else self.tree

    def maximum(self, name: LimitName) -> float | None:
        """The budget ``name`` as it stands now."""
        return self.limits.maximum(name)

    def cut_off(self, end: OutsideEnd | None) -> Self:
        """The view of a build that ended as ``end`` says; the view itself where there is none, or the journal has one.

        Where the build stood then stays as it was. It waits for nobody, and nobody acts.
        """
        if end is None or self.outcome is not None:
            return self
        return self.model_copy(
            update={
                "ended_outside": end,
                "status": end.kind.status,
                "current_role": None,
                "completed_at": end.at,
                "elapsed_time": max(0.0, (end.at - self.created_at).total_seconds()),
                "next_expectations": Expectation(role=None, task=f"Nothing: the build's workflow {end.kind.said}."),
                "waiting_for": None,
                "pending_approval": None,
                "parked": None,
                "paused": False,
                "answer_deadline": None,
            }
        )

    def as_of(self, now: datetime) -> Self:
        """The view with ``elapsed_time`` counted up to ``now`` when the build has not ended."""
        if self.ended:
            return self
        return self.model_copy(update={"elapsed_time": max(0.0, (now - self.created_at).total_seconds())})
