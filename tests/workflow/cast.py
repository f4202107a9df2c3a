"""The cast of the stage: roles that follow a script."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from temporalio import activity

from activities.heartbeats import heartbeating
from baton.contracts.messages import BeginFork, LadenOrder, MirrorBatch, PhaseAnswer
from baton.domain.attempts import Compensation
from baton.domain.reports import parse_report
from baton.domain.steps import CompensationOrder, PhaseOrder
from baton.domain.vocabulary import Phase


@dataclass(frozen=True)
class Dies:
    """The worker says ``details`` and is never heard of again."""

    details: tuple[Any, ...]


Act = dict[str, Any] | Exception | Dies | Callable[[PhaseOrder], Awaitable[dict[str, Any]]]
Undoing = dict[str, Any] | Exception | Callable[[CompensationOrder], Awaitable[dict[str, Any]]]

GOOD: dict[Phase, dict[str, Any]] = {
    Phase.DISCOVERY: {"output": {"acceptance_criteria": [{"id": "AC-1", "text": "it works"}]}},
    Phase.PLANNING: {"output": {"steps": ["write it"]}},
    Phase.IMPLEMENTATION: {"summary": "written"},
    Phase.TESTING: {"all_tests_passed": True, "tests_run": 3, "tests_failed": 0, "test_coverage": 95.0},
    Phase.VERIFICATION: {"approved_for_deployment": True},
    Phase.DEPLOYMENT: {"deployment_successful": True, "output": {"archive": "thing-1.0.tar.gz"}},
}
"""What a role reports when its script says nothing else."""

FAILED_TESTS = {"tests_run": 3, "tests_failed": 1, "findings": [{"id": "F-1", "message": "test_add fails"}]}


@dataclass(kw_only=True)
class Cast:
    """What the roles do, act by act, and what was ordered of them."""

    script: dict[Phase, list[Act]] = field(default_factory=dict)
    orders: list[PhaseOrder] = field(default_factory=list)
    undo_script: dict[Phase, list[Undoing]] = field(default_factory=dict)
    undo_orders: list[CompensationOrder] = field(default_factory=list)
    forks: list[BeginFork] = field(default_factory=list)
    fork_fails: Exception | None = None
    aboard: list[MirrorBatch] = field(default_factory=list)
    """What rode with the orders."""
    takes_along: Callable[[MirrorBatch], None] | None = None
    """Writes what rides; without it the roles have no database."""
    in_passing: list[Phase] = field(default_factory=list)
    """The phases that were done, or tried, by the worker that carries the build."""

    @activity.defn(name="perform_phase")
    async def perform_phase(self, order: PhaseOrder | LadenOrder) -> PhaseAnswer:
        written = None
        if isinstance(order, LadenOrder):
            self.aboard.append(order.journal)
            if self.takes_along is not None:
                self.takes_along(order.journal)
                written = order.journal.entries[-1].sequence
            order = order.order
        if activity.info().is_local:
            self.in_passing.append(order.phase)
        self.orders.append(order)
        acts = self.script.get(order.phase, [])
        act: Act = acts.pop(0) if acts else GOOD[order.phase]
        if isinstance(act, Exception):
            raise act
        if isinstance(act, Dies):
            activity.heartbeat(*act.details)
            await asyncio.Event().wait()
            raise AssertionError("the dead do not report")
        async with heartbeating(timedelta(milliseconds=100)):
            return PhaseAnswer.of(parse_report(act if isinstance(act, dict) else await act(order)), written)

    @activity.defn(name="begin_fork")
    async def begin_fork(self, order: BeginFork) -> None:
        self.forks.append(order)
        if self.fork_fails is not None:
            raise self.fork_fails

    @activity.defn(name="compensate_phase")
    async def compensate_phase(self, order: CompensationOrder) -> Compensation:
        self.undo_orders.append(order)
        acts = self.undo_script.get(order.phase, [])
        act: Undoing = acts.pop(0) if acts else {"succeeded": True}
        if isinstance(act, Exception):
            raise act
        async with heartbeating(timedelta(milliseconds=100)):
            told = act if isinstance(act, dict) else await act(order)
        return Compensation.model_validate({"phase": order.phase} | told)
