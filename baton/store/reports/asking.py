"""What the doors ask. Each answer is of one moment; nothing here changes anything.

Every function takes the :class:`~baton.store.reports.scope.Scope` of the question, and raises
:class:`~baton.store.errors.DatabaseUnavailable` or :class:`~baton.store.errors.SchemaOutdated`.
"""

from dataclasses import dataclass

from sqlalchemy import Engine

from baton.store.reports.builds import build_figures
from baton.store.reports.costs import CostBy, cost_figures, costs_by
from baton.store.reports.figures import (
    BuildFigures,
    CostFigures,
    PhaseFigures,
    ProjectFigures,
    ReworkFigures,
    RoleFigures,
    Throughput,
    WaitFigures,
)
from baton.store.reports.projects import ProjectSums
from baton.store.reports.rework import rework_figures
from baton.store.reports.scope import EVERYTHING, Scope
from baton.store.reports.stays import phase_figures, role_figures
from baton.store.reports.throughput import throughput
from baton.store.reports.waits import wait_figures
from baton.store.transactions import reading


@dataclass(frozen=True, slots=True)
class ProjectReport:
    """Everything about the builds in scope, as of one moment."""

    figures: ProjectFigures  # of all of them together
    projects: list[ProjectFigures]
    phases: list[PhaseFigures]
    rework: list[ReworkFigures]
    throughput: list[Throughput]
    waits: list[WaitFigures]
    costs: list[CostFigures]  # by role


@dataclass(frozen=True, slots=True)
class RoleReport:
    """How the roles do."""

    roles: list[RoleFigures]
    rework: list[ReworkFigures]


@dataclass(frozen=True, slots=True)
class CostReport:
    """What builds cost. ``figures`` has the total, and what it is for each build that completed."""

    figures: ProjectFigures
    by_project: list[ProjectFigures]
    by_role: list[CostFigures]
    by_model: list[CostFigures]
    by_program: list[CostFigures]


def stats(engine: Engine, scope: Scope = EVERYTHING) -> ProjectFigures:
    """The figures of all builds in scope together."""
    with reading(engine) as session:
        return ProjectSums(session, scope).together()


def project_report(engine: Engine, scope: Scope = EVERYTHING) -> ProjectReport:
    """How projects do."""
    with reading(engine) as session:
        sums = ProjectSums(session, scope)
        return ProjectReport(
            figures=sums.together(),
            projects=sums.each(),
            phases=phase_figures(session, scope),
            rework=rework_figures(session, scope),
            throughput=throughput(session, scope),
            waits=wait_figures(session, scope),
            costs=cost_figures(session, scope, CostBy.ROLE),
        )


def role_report(engine: Engine, scope: Scope = EVERYTHING) -> RoleReport:
    """How roles do."""
    with reading(engine) as session:
        return RoleReport(roles=role_figures(session, scope), rework=rework_figures(session, scope))


def cost_report(engine: Engine, scope: Scope = EVERYTHING) -> CostReport:
    """What builds cost."""
    with reading(engine) as session:
        sums = ProjectSums(session, scope)
        by_role, by_model, by_program = costs_by(session, scope, CostBy.ROLE, CostBy.MODEL, CostBy.PROGRAM)
        return CostReport(
            figures=sums.together(),
            by_project=sums.each(),
            by_role=by_role,
            by_model=by_model,
            by_program=by_program,
        )


def build_report(engine: Engine, scope: Scope = EVERYTHING, limit: int | None = None) -> list[BuildFigures]:
    """Builds one by one, the newest first."""
    with reading(engine) as session:
        return build_figures(session, scope, limit)
