"""A journal as the list of what was worked on, in order: each time that a role performed a phase."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from baton.domain.facts import FACTS, PhaseFailed, RetryRequested, RolledBack, StateAdvanced, WorkflowStarted
from baton.domain.journal import Entry
from baton.domain.moves import OWNERS, MoveKind, phase_of
from baton.domain.reports import Evidence, Finding, PhaseReport
from baton.domain.vocabulary import Phase, Role, State


class Outcome(StrEnum):
    """How a run of a phase ended, or that it has not."""

    WORKING = "working"  # the role is at it
    DONE = "done"  # the work went on
    SENT_BACK = "sent back"  # the work went back to an earlier role, with findings
    FAILED = "failed"  # the role could not do it
    LEFT = "left"  # overtaken by somebody's command


@dataclass
class PhaseRun:
    """One performance of a phase. ``number`` counts those of the phase, from 1."""

    phase: Phase
    number: int
    started_at: datetime
    ended_at: datetime | None = None
    outcome: Outcome = Outcome.WORKING
    summary: str = ""
    findings: list[Finding] = field(default_factory=list)
    evidence: tuple[Evidence, ...] = ()
    output: dict[str, Any] = field(default_factory=dict)
    commit: str | None = None

    @property
    def role(self) -> Role:
        """Who performs it."""
        return OWNERS[self.phase.state]

    def seconds(self, now: datetime) -> float:
        """How long it took, or has taken until ``now``."""
        return max(0.0, ((self.ended_at or now) - self.started_at).total_seconds())


def runs_of(entries: Sequence[Entry]) -> list[PhaseRun]:
    """The runs that ``entries``, a journal from its beginning, tell of."""
    runs: list[PhaseRun] = []
    for entry in entries:
        fact = FACTS[entry.kind].model_validate(entry.data)
        match fact:
            case WorkflowStarted():
                _begin(runs, State.DISCOVERY, entry.at)
            case StateAdvanced():
                _end(runs, fact, entry.at)
                _begin(runs, fact.to_state, entry.at)
            case PhaseFailed():
                _close(runs, Outcome.FAILED, entry.at)
                runs[-1].summary = fact.message
            case RetryRequested() | RolledBack():
                _close(runs, Outcome.LEFT, entry.at)
                _begin(runs, fact.to_state, entry.at)
            case _:
                pass
    return runs


def _begin(runs: list[PhaseRun], state: State, at: datetime) -> None:
    phase = phase_of(state)
    if phase is not None:
        runs.append(PhaseRun(phase, 1 + sum(run.phase is phase for run in runs), at))


def _end(runs: list[PhaseRun], fact: StateAdvanced, at: datetime) -> None:
    if phase_of(fact.from_state) is None:
        return
    _close(runs, Outcome.SENT_BACK if fact.move is MoveKind.REWORK else Outcome.DONE, at)
    run = runs[-1]
    report = PhaseReport.model_validate(fact.report or {})
    run.summary = report.summary or fact.reason
    run.findings = [*fact.findings, *report.findings]
    run.evidence, run.output, run.commit = report.evidence, report.output, report.commit


def _close(runs: list[PhaseRun], outcome: Outcome, at: datetime) -> None:
    if runs and runs[-1].ended_at is None:
        runs[-1].ended_at, runs[-1].outcome = at, outcome
