"""The terms of a build: the part of a profile that the domain decides by.

They are read from the profile once, when the build opens, and journaled: a profile that is edited later does not
change a build that is under way. Commands, credentials and other runner options never leave the workers.
"""

from datetime import timedelta
from enum import StrEnum

from pydantic import Field, field_validator

from baton.domain.model import Value
from baton.domain.moves import HANDOFFS
from baton.domain.vocabulary import LimitName, Phase, Role, State

_LONGEST = timedelta(days=36_525)
"""A century: longer spans run off the end of the calendar when they are added to a time."""


class OnDeadline(StrEnum):
    """What happens to a handoff that nobody approves in time."""

    REFUSE = "refuse"  # as if refused: the build is parked
    APPROVE = "approve"  # as if approved


class OnUnanswered(StrEnum):
    """What happens to a question that nobody answers in time."""

    PARK = "park"  # the build is parked
    ASSUME = "assume"  # the role goes on with what is most likely, and says so


class Dilution(StrEnum):
    """What it means that tests or checks were weakened since the build began."""

    BLOCK = "block"  # it sends the work back, until an approver waives it
    TELL = "tell"  # it is told, and holds nothing


CURRENT_RULES = 2
"""The rules by which builds that open now are judged.

1: every error finding counts. 2: a finding counts when it names a criterion or executed evidence; the same findings
on the same tree park the build; findings can be waived.
"""


class PhaseLimits(Value):
    """What one run of a role's phase may spend. ``None`` is no limit. Money in US dollars."""

    requests: int | None = Field(default=None, ge=1)
    tokens: int | None = Field(default=None, ge=1)
    money: float | None = Field(default=None, gt=0)


class RoleTerms(Value):
    """How one role is played. ``manual`` roles wait for ``advance``; the others are performed by their runner."""

    runner: str
    manual: bool = False
    timeout: timedelta = Field(default=timedelta(hours=1), description="for one attempt at the phase")
    heartbeat: timedelta = Field(
        default=timedelta(seconds=10), description="silence after which a worker counts as dead"
    )
    attempts: int = Field(default=3, ge=1, description="attempts before the build is parked")
    backoff: timedelta = Field(default=timedelta(seconds=1), description="before the second attempt; it doubles")
    limits: PhaseLimits = PhaseLimits()
    compensates: tuple[Phase, ...] = Field(default=(), description="phases whose effects a rollback has to undo")
    beside: bool = Field(default=False, description="the worker that opened the build plays the role itself")
    quick: tuple[Phase, ...] = Field(default=(), description="phases that take moments, and may be done in passing")


class ApprovalTerms(Value):
    """A handoff that waits for an approval. Without ``approvers`` any person may give it; agents never may."""

    approvers: tuple[str, ...] = ()
    deadline: timedelta | None = Field(default=None, gt=timedelta(0), le=_LONGEST)
    on_deadline: OnDeadline = OnDeadline.REFUSE


class Limits(Value):
    """The budgets of a build. ``None`` is no limit."""

    rework_rounds: int | None = Field(default=5, ge=0)
    phase_runs: int | None = Field(default=50, ge=1)
    requests: int | None = Field(default=None, ge=1, description="to models")
    tokens: int | None = Field(default=None, ge=1)
    money: float | None = Field(default=None, gt=0, description="US dollars")
    wall_clock: timedelta | None = Field(default=None, gt=timedelta(0), le=_LONGEST)

    def maximum(self, name: LimitName) -> float | None:
        """The budget ``name`` as a number (``wall_clock`` in seconds), or ``None``."""
        value: int | float | timedelta | None = getattr(self, name.value)
        return value.total_seconds() if isinstance(value, timedelta) else value

    def extended(self, maxima: dict[LimitName, float | None]) -> "Limits":
        """These budgets with new maxima. Raises ``ValidationError`` for one that a budget cannot have."""
        return Limits.model_validate(self.model_dump() | {name.value: maximum for name, maximum in maxima.items()})


class Terms(Value):
    """What a build is held to."""

    profile: str
    digest: str = Field(description="SHA-256 of the profile as the worker read it")
    roles: dict[Role, RoleTerms]
    minimum_coverage: float = Field(default=80.0, ge=0, le=100, description="percent; 0 asks for no coverage")
    approvals: dict[State, ApprovalTerms] = Field(default_factory=dict)
    answer_deadline: timedelta | None = Field(
        default=None, gt=timedelta(0), le=_LONGEST, description="for a question before the build is parked"
    )
    on_unanswered: OnUnanswered = OnUnanswered.PARK
    limits: Limits = Limits()
    rules: int = Field(default=1, ge=1, description="the rules that judge the build; see CURRENT_RULES")
    dilution: Dilution = Dilution.BLOCK
    waivers: tuple[str, ...] = Field(default=(), description="who may waive findings; without any, any person")
    priority: int = Field(default=3, ge=1, le=5, description="of the build's phases among others; 1 goes first")
    history_events: int | None = Field(
        default=None,
        ge=10,
        description="continue as new after this many history events, if Temporal has not asked before",
    )

    @field_validator("roles")
    @classmethod
    def _all_roles(cls, value: dict[Role, RoleTerms]) -> dict[Role, RoleTerms]:
        if missing := [role.value for role in Role if role not in value]:
            raise ValueError(f"every role has to be played; missing: {', '.join(missing)}")
        return value

    @field_validator("approvals")
    @classmethod
    def _at_handoffs(cls, value: dict[State, ApprovalTerms]) -> dict[State, ApprovalTerms]:
        if elsewhere := [state.value for state in value if state not in HANDOFFS]:
            allowed = ", ".join(state.value for state in HANDOFFS)
            raise ValueError(f"{', '.join(elsewhere)} cannot wait for an approval; these can: {allowed}")
        return value

    def role(self, role: Role) -> RoleTerms:
        """How ``role`` is played."""
        return self.roles[role]
