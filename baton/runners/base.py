"""What a runner is, and what it is given. Third parties write runners against this module."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict

from baton.domain.attempts import Compensation
from baton.domain.reports import PhaseReport
from baton.domain.steps import CompensationOrder, PhaseOrder
from baton.domain.vocabulary import Phase, Role
from baton.workshop.limits import Limits, SandboxPolicy
from baton.workshop.workspace import Workspace

Heartbeat = Callable[..., None]
"""Tells Temporal that the work goes on. Its arguments, if any, are what is being done."""


class CannotPlay(ValueError):
    """The runner has no part for this role; the message says which roles it can play."""


class RunnerOptions(BaseModel):
    """Base of a runner's options: immutable, and strict, so that a misspelt option is not silently lost."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def compensates(self, phase: Phase) -> bool:
        """Whether a rollback past ``phase`` has something to undo outside the workspace.

        A runner whose options say so has ``async compensate(order: CompensationOrder, workspace, heartbeat)``, which
        returns a :class:`~baton.domain.attempts.Compensation`. It may be called again for the same order.
        """
        return False

    def quick(self, phase: Phase) -> bool:
        """Whether ``phase`` takes moments (below a second): then the worker that carries the build, where it plays the
        role itself, does it in passing, without a round trip to the role's task queue. A profile may say otherwise.
        """
        return False


@dataclass(frozen=True)
class Surroundings:
    """What a worker offers to the runners on it. The door that starts the worker fills it in.

    ``environment`` are the worker's variables: a program sees those that the profile names. ``releases`` is the
    folder for finished archives, ``keys`` that of the keys which sign them and no program sees, ``examples`` the
    folder of Baton's examples where there is one.
    """

    releases: Path
    keys: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    examples: Path | None = None


@dataclass(frozen=True)
class RunnerContext:
    """What a runner is made with: its role, how long an attempt may take, the sandbox, and the worker's offers."""

    role: Role
    timeout: timedelta
    policy: SandboxPolicy
    limits: Limits
    surroundings: Surroundings


class Runner(Protocol):
    """Plays a role."""

    async def perform(self, order: PhaseOrder, workspace: Workspace, heartbeat: Heartbeat) -> PhaseReport:
        """Do the phase in ``workspace.tree``, which stands at ``order.commit``, and report.

        The same order may come again when an attempt was cut short: the tree is then as before. Whatever changed
        in the tree is committed afterwards, by the caller. Raises :class:`~baton.runners.failures.RunnerFailure`
        or an error of the workshop. When cancelled, it leaves nothing running.
        """
        ...


class Compensating(Protocol):
    """A runner whose options compensate for a phase."""

    async def compensate(self, order: CompensationOrder, workspace: Workspace, heartbeat: Heartbeat) -> Compensation:
        """Undo what the phase did outside the workspace. The same order may come again."""
        ...


class RunnerType(Protocol):
    """How a runner is made: this is what the entry point names, usually the class itself."""

    @property
    def manual(self) -> bool:
        """Whether the workflow waits for ``advance`` and performs nothing."""
        ...

    def options(self, role: Role) -> type[BaseModel]:
        """The options that a profile may give for ``role``. Raises :class:`CannotPlay`."""
        ...

    def from_options(self, options: Any, context: RunnerContext) -> Runner:
        """A runner with ``options``, an instance of what ``options(context.role)`` returned."""
        ...
