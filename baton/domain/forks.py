"""What a fork goes on with, and how its view begins."""

from typing import Annotated

from pydantic import Field, StringConstraints

from baton.domain.lineage import Lineage
from baton.domain.model import Value
from baton.domain.terms import Limits
from baton.domain.view import BuildView, Feedback, GivenApproval, OpenQuestion, PhaseRecord, Rejection, Waiver
from baton.domain.vocabulary import Phase, State


class Fork(Value):
    """What was true of the origin when the phase was about to begin, as far as it holds for the fork.

    Effects outside the workspace are the origin's: the fork has none to undo.
    """

    origin: Lineage
    limits: Limits | None = Field(default=None, description="the budgets it begins with; none is those of its terms")
    tree: str | None = None
    base_commit: str | None = Field(default=None, description="the commit that the origin began with")
    completed_phases: tuple[Phase, ...] = ()
    phases: dict[Phase, PhaseRecord] = Field(default_factory=dict, description="those that had a run, with reports")
    feedback: Feedback | None = Field(default=None, description="why the phase was performed again")
    answers: tuple[OpenQuestion, ...] = ()
    approvals: tuple[GivenApproval, ...] = ()
    silent: tuple[State, ...] = Field(default=(), description="handoffs that counted as approved after their deadline")
    waivers: tuple[Waiver, ...] = ()
    rejections: dict[Phase, Rejection] = Field(default_factory=dict)


class Forking(Value):
    """An order to begin a build as a fork. ``reason`` is told to the role; a key makes it the same order twice."""

    fork: Fork
    reason: Annotated[str, StringConstraints(max_length=10_000, strip_whitespace=True)] = ""
    command_id: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None


def go_on(view: BuildView, fork: Fork) -> None:
    """Have ``view``, which has just begun and whose phase has not, go on with ``fork``."""
    origin = fork.origin
    view.forked_from = origin
    view.limits = fork.limits or view.limits
    view.ledger = origin.ledger.model_copy()
    view.settled = origin.ledger.phase_runs
    view.commit = origin.commit
    view.tree = fork.tree
    view.base_commit = fork.base_commit
    view.completed_phases = list(fork.completed_phases)
    view.phases |= {phase: record.model_copy() for phase, record in fork.phases.items()}
    view.feedback = fork.feedback
    view.questions = list(fork.answers)
    view.approvals = list(fork.approvals)
    view.waivers = list(fork.waivers)
    view.rejections = dict(fork.rejections)
