"""Two builds side by side."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, Select, Table, select
from sqlalchemy.orm import Session

from baton.domain.moves import PHASES
from baton.domain.reports import PhaseReport
from baton.domain.view import BuildView, PhaseRecord
from baton.domain.vocabulary import Phase, State
from baton.store.forks import Parting, parting
from baton.store.ids import build_key
from baton.store.reports.builds import figures_of
from baton.store.reports.figures import BuildFigures
from baton.store.rows import view_of
from baton.store.tables import BuildWorkflow, WorkflowEvent
from baton.store.transactions import reading
from baton.store.views import STAYS, USAGE


@dataclass(frozen=True, slots=True)
class PhaseSide:
    """One phase of one build: what happened there, and what its last report rests on.

    ``rounds`` and ``seconds`` are its own; a phase that a fork ``took`` from its origin has none, but a report.
    """

    build_id: str
    phase: Phase
    rounds: int
    completed: bool
    took: bool
    seconds: float  # in the phase, all rounds together
    sent_back: int  # rounds that ended in rework
    findings: int  # in the last report
    tests_run: int | None
    tests_failed: int | None
    test_coverage: float | None  # percent
    evidence: int  # what was executed for the last report
    evidence_failed: int
    tokens: int
    cost_usd: float
    commit: str | None


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two."""

    figures: BuildFigures
    findings: int  # raised in all reports, and by gates
    base_commit: str | None
    commit: str | None
    phases: list[PhaseSide]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both, and where they part; ``parting`` is ``None`` when they have nothing in common."""

    one: Side
    other: Side
    parting: Parting | None


def compare(engine: Engine, one: str, other: str) -> Comparison:
    """The builds with these IDs side by side. Raises ``LookupError`` for one that the mirror does not have."""
    with reading(engine) as session:
        return Comparison(
            one=_side(session, one),
            other=_side(session, other),
            parting=parting(session, one, other),
        )


def _side(session: Session, build_id: str) -> Side:
    row = session.get(BuildWorkflow, build_key(build_id))
    if row is None:
        raise LookupError(f"SQL has no build {build_id!r}")
    view = view_of(row)
    return Side(
        figures=figures_of(session, build_id),
        findings=sum(_findings(session, row)),
        base_commit=view.base_commit,
        commit=view.commit,
        phases=list(_phases(session, row, view)),
    )


def _findings(session: Session, row: BuildWorkflow) -> Iterator[int]:
    query = select(WorkflowEvent.event_data).where(WorkflowEvent.workflow_id == row.id, ~WorkflowEvent.superseded)
    kinds = ("state_advanced", "phase_failed", "question_asked")
    for data in session.scalars(query.where(WorkflowEvent.event_type.in_(kinds))):
        yield len(data.get("findings", [])) + len((data.get("report") or {}).get("findings", []))


def _phases(session: Session, row: BuildWorkflow, view: BuildView) -> Iterator[PhaseSide]:
    stays = session.execute(_of_build(STAYS, row, "state", "seconds", "ended_by")).all()
    used = session.execute(_of_build(USAGE, row, "phase", "tokens", "cost_usd")).all()
    for phase in PHASES:
        here = [stay for stay in stays if State(stay.state) is phase.state]
        spent = [one for one in used if one.phase == phase.value]
        yield PhaseSide(
            build_id=view.build_id,
            phase=phase,
            rounds=len(here),
            completed=phase in view.completed_phases,
            took=not here and view.phases[phase].runs > 0,
            seconds=sum(stay.seconds or 0.0 for stay in here),
            sent_back=sum(stay.ended_by == "rework" for stay in here),
            tokens=sum(int(one.tokens) for one in spent),
            cost_usd=sum(one.cost_usd or 0.0 for one in spent),
            **_of_report(view.phases[phase]),
        )


def _of_build(view: Table, row: BuildWorkflow, *names: str) -> Select[*tuple[Any, ...]]:
    """Rows of one build. By its project and its beginning the view finds it without reading all others."""
    found = (view.c.project_id == row.project_id, view.c.build_created_at == row.created_at)
    return select(*(view.c[name] for name in names)).where(*found, view.c.build_id == row.build_id)


def _of_report(record: PhaseRecord) -> dict[str, Any]:
    report = PhaseReport.model_validate(record.report or {})
    return {
        "findings": len(report.findings),
        "tests_run": report.tests_run,
        "tests_failed": report.tests_failed,
        "test_coverage": report.test_coverage,
        "evidence": len(report.evidence),
        "evidence_failed": sum(one.exit_code not in (None, 0) for one in report.evidence),
        "commit": report.commit,
    }
