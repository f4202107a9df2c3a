"""What each kind of journal entry says: one model for the ``data`` of each kind.

Histories and SQL hold these, so fields are only ever added, with defaults.
"""

from datetime import datetime
from typing import Any, ClassVar

from pydantic import Field

from baton.domain.attempts import Attempt
from baton.domain.evidence import Evidence, Finding, Usage
from baton.domain.forks import Fork
from baton.domain.model import Value
from baton.domain.moves import MoveKind
from baton.domain.reports import Question
from baton.domain.requests import BuildRequest
from baton.domain.terms import OnDeadline, Terms
from baton.domain.vocabulary import CommandName, EntryKind, LimitName, Phase, RefusalCode, Role, State


class Fact(Value):
    """The ``data`` of an entry of :attr:`kind`."""

    kind: ClassVar[EntryKind]

    def to_json(self) -> dict[str, Any]:
        """The data as it is journaled; fields that say nothing are left out."""
        return self.model_dump(mode="json", exclude_defaults=True)


class WorkflowStarted(Fact):
    """The build exists."""

    kind = EntryKind.WORKFLOW_STARTED
    reason: str
    workflow_id: str
    first_run_id: str = Field(description="Temporal's first execution run ID: the same after continue-as-new and reset")
    request: BuildRequest
    terms: Terms
    fork: Fork | None = Field(default=None, description="what it goes on with, if it was forked from another build")


class StateAdvanced(Fact):
    """A move. ``report`` is that of the phase it ends; a handoff takes place when the roles differ."""

    kind = EntryKind.STATE_ADVANCED
    from_state: State
    to_state: State
    from_role: Role
    to_role: Role | None = None
    move: MoveKind
    report: dict[str, Any] | None = None
    reason: str = Field(default="", description="why the work goes back")
    findings: tuple[Finding, ...] = Field(default=(), description="what a gate found beyond the report's own findings")
    note: dict[str, Any] | None = Field(default=None, description="what a role said when it took a handoff")


class RetryRequested(Fact):
    """A phase is performed again; out of ``error`` it is a move.

    The roles are named when the work passes from one to another by it: after a refused approval, to the one who mends.
    """

    kind = EntryKind.RETRY_REQUESTED
    from_state: State
    to_state: State
    reason: str
    from_role: Role | None = None
    to_role: Role | None = None


class RolledBack(Fact):
    """The build returned to an earlier phase, and to the commit that the phase started from."""

    kind = EntryKind.ROLLED_BACK
    from_state: State
    to_state: State
    from_role: Role
    to_role: Role
    reason: str
    commit: str | None = None
    compensate: tuple[Phase, ...] = Field(
        default=(), description="phases whose effects outside the workspace are undone first, in this order"
    )


class PhaseFailed(Fact):
    """A role could not do its phase. The build is parked."""

    kind = EntryKind.PHASE_FAILED
    phase: Phase
    code: str = Field(description="what sort of failure; stable")
    message: str
    report: dict[str, Any] | None = Field(default=None, description="the report, if there was one")
    usage: Usage | None = Field(default=None, description="of all attempts, when there is no report to say it")
    attempts: tuple[Attempt, ...] = ()


class QuestionAsked(Fact):
    """A role needs answers; the phase is performed again when it has them."""

    kind = EntryKind.QUESTION_ASKED
    phase: Phase
    questions: tuple[Question, ...]
    deadline: datetime | None = None
    report: dict[str, Any] | None = None


class QuestionAnswered(Fact):
    """One answer."""

    kind = EntryKind.QUESTION_ANSWERED
    question_id: str
    answer: str
    assumed: bool = Field(default=False, description="nobody answered in time, and the role goes on without")


class ApprovalRequested(Fact):
    """A handoff waits."""

    kind = EntryKind.APPROVAL_REQUESTED
    state: State
    approvers: tuple[str, ...] = ()
    deadline: datetime | None = None


class ApprovalGranted(Fact):
    """The handoff may go on."""

    kind = EntryKind.APPROVAL_GRANTED
    state: State
    reason: str = ""


class ApprovalRefused(Fact):
    """The handoff may not go on. The build is parked; a retry goes to ``retry_phase`` with the reason."""

    kind = EntryKind.APPROVAL_REFUSED
    state: State
    reason: str
    retry_phase: Phase


class ApprovalExpired(Fact):
    """Nobody decided in time."""

    kind = EntryKind.APPROVAL_EXPIRED
    state: State
    outcome: OnDeadline
    retry_phase: Phase


class Paused(Fact):
    """No new phase starts."""

    kind = EntryKind.PAUSED
    reason: str = ""


class Resumed(Fact):
    """Phases start again."""

    kind = EntryKind.RESUMED
    reason: str = ""


class LimitReached(Fact):
    """A budget is used up before ``phase`` could begin or end. The build is parked."""

    kind = EntryKind.LIMIT_REACHED
    limit: LimitName
    used: float
    maximum: float
    phase: Phase


class LimitExtended(Fact):
    """Budgets were raised. ``None`` in ``limits`` is no limit from now on."""

    kind = EntryKind.LIMIT_EXTENDED
    limits: dict[LimitName, float | None]
    reason: str = ""


class CommandRefused(Fact):
    """A signal that was not carried out."""

    kind = EntryKind.COMMAND_REFUSED
    command: CommandName
    code: RefusalCode
    message: str


class BuildCompleted(Fact):
    """Released."""

    kind = EntryKind.BUILD_COMPLETED


class BuildCancelled(Fact):
    """Cancelled."""

    kind = EntryKind.BUILD_CANCELLED
    from_state: State
    reason: str = ""


class BuildAbandoned(Fact):
    """Given up."""

    kind = EntryKind.BUILD_ABANDONED
    from_state: State
    reason: str


class FindingWaived(Fact):
    """A finding holds nothing from now on."""

    kind = EntryKind.FINDING_WAIVED
    finding_id: str
    message: str = Field(default="", description="of the finding")
    reason: str


class PhaseCompensated(Fact):
    """What ``phase`` did outside the workspace was undone on the way back. One that failed parks the build."""

    kind = EntryKind.PHASE_COMPENSATED
    phase: Phase
    succeeded: bool
    message: str = ""
    evidence: tuple[Evidence, ...] = ()


FACTS: dict[EntryKind, type[Fact]] = {fact.kind: fact for fact in Fact.__subclasses__()}
"""The model of each kind's data."""
