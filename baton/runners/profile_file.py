"""The form of a profile file, without the options of its runners: each runner knows its own."""

from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from baton.domain.moves import HANDOFFS
from baton.domain.terms import Dilution, OnDeadline, OnUnanswered
from baton.domain.vocabulary import Role, State
from baton.runners.durations import Duration
from baton.runners.launcher import EnvName
from baton.workshop.addresses import check_ref, check_remote, holds_password
from baton.workshop.limits import MIB, Limits, SandboxPolicy


def _unlimited(value: Any) -> Any:
    return None if value == "none" else value


NoLimit = BeforeValidator(_unlimited)
"""Reads the text ``"none"`` as no limit: TOML has no word for nothing."""


def _handoff(value: Any) -> Any:
    names = [state.value for state in HANDOFFS]
    if value not in names:
        raise ValueError(f"no handoff is called {value!r}; there are {', '.join(names)}")
    return value


Handoff = Annotated[State, BeforeValidator(_handoff)]
"""A state in which a gate can hold the work."""


def _ref(value: str) -> str:
    check_ref(value)
    return value


def _plain_address(value: str) -> str:
    check_remote(value)
    if holds_password(value):
        raise ValueError("a profile is a plain file: put the address into a variable, and name that in 'remote_from'")
    return value


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Heading(_Section):
    """``[profile]``."""

    description: str = ""


class RoleLimits(_Section):
    """``[roles.<role>.limits]``: what one run of the role's phase may spend. Money in US dollars."""

    requests: int | None = Field(default=None, ge=1)
    tokens: int | None = Field(default=None, ge=1)
    money: float | None = Field(default=None, gt=0)


class RoleSection(BaseModel):
    """``[roles.<role>]``. What is not named here is an option of the runner."""

    model_config = ConfigDict(frozen=True, extra="allow", allow_inf_nan=False)

    runner: str
    timeout: Duration | None = None
    heartbeat: Duration | None = None
    attempts: int | None = Field(default=None, ge=1, le=1000)
    backoff: Duration | None = None
    quick: bool | None = None
    limits: RoleLimits | None = None
    checks: dict[str, Any] | None = None


class ApprovalSection(_Section):
    """``[gates.approvals.<handoff state>]``."""

    approvers: tuple[str, ...] = ()
    deadline: Duration | None = None
    on_deadline: OnDeadline = OnDeadline.REFUSE


class Gates(_Section):
    """``[gates]``."""

    minimum_coverage: float = Field(default=80.0, ge=0, le=100)
    approvals: dict[Handoff, ApprovalSection] = Field(default_factory=dict)
    dilution: Dilution = Dilution.BLOCK
    waivers: tuple[str, ...] | None = None


class Questions(_Section):
    """``[questions]``."""

    deadline: Duration | None = None
    on_deadline: OnUnanswered = OnUnanswered.PARK


class LimitsSection(_Section):
    """``[limits]``."""

    rework_rounds: Annotated[Annotated[int, Field(ge=0)] | None, NoLimit] = 5
    phase_runs: Annotated[Annotated[int, Field(ge=1)] | None, NoLimit] = 50
    requests: Annotated[Annotated[int, Field(ge=1)] | None, NoLimit] = None
    tokens: Annotated[Annotated[int, Field(ge=1)] | None, NoLimit] = None
    money: Annotated[Annotated[float, Field(gt=0)] | None, NoLimit] = None
    wall_clock: Annotated[Duration | None, NoLimit] = None


class WorkspaceSection(_Section):
    """``[workspace]``.

    ``ref`` is the branch, tag or commit at which a build of a repository begins. ``remote`` is the address of the
    repository by which machines hand builds to each other, ``remote_from`` the worker's variable that has it.
    """

    ref: Annotated[str, AfterValidator(_ref)] | None = None
    remote: Annotated[str, AfterValidator(_plain_address)] | None = None
    remote_from: EnvName | None = None

    @model_validator(mode="after")
    def _one_remote(self) -> Self:
        if self.remote is not None and self.remote_from is not None:
            raise ValueError("give 'remote' or 'remote_from', not both")
        return self


class SandboxSection(_Section):
    """``[sandbox]``: what each command may use. How long it may run is said by its role's ``timeout``."""

    policy: SandboxPolicy = SandboxPolicy.PREFER
    cpu: Duration | None = None
    memory_mib: int = Field(default=2048, ge=64)
    processes: int = Field(default=256, ge=8)
    file_mib: int = Field(default=256, ge=1)
    disk_mib: int = Field(default=8192, ge=1)
    output_kib: int = Field(default=1024, ge=16, le=65_536)

    def limits(self, wall_seconds: float) -> Limits:
        """The limits of a command that may run for ``wall_seconds``."""
        cpu = wall_seconds if self.cpu is None else self.cpu.total_seconds()
        return Limits(
            wall_seconds=wall_seconds,
            cpu_seconds=max(1, round(cpu)),
            memory_bytes=self.memory_mib * MIB,
            processes=self.processes,
            file_bytes=self.file_mib * MIB,
            disk_bytes=self.disk_mib * MIB,
            output_bytes=self.output_kib * 1024,
        )


class HistorySection(_Section):
    """``[history]``. ``continue_as_new_after`` counts Temporal history events."""

    continue_as_new_after: int | None = Field(default=None, ge=10)


Roles = dict[Role, RoleSection]


class ProfileFile(_Section):
    """A whole profile file."""

    profile: Heading = Heading()
    roles: Roles
    gates: Gates = Gates()
    questions: Questions = Questions()
    limits: LimitsSection = LimitsSection()
    workspace: WorkspaceSection = WorkspaceSection()
    sandbox: SandboxSection = SandboxSection()
    history: HistorySection = HistorySection()
