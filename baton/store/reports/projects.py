"""The figures of projects."""

from collections import Counter, defaultdict

from sqlalchemy import bindparam
from sqlalchemy.orm import Session

from baton.domain.moves import ORDER
from baton.domain.vocabulary import State, Status
from baton.store.reports.facts import BUILDS, Sums
from baton.store.reports.figures import ProjectFigures
from baton.store.reports.ranks import Bins, percent, percentiles
from baton.store.reports.scope import Scope
from baton.store.summaries.tables import SummaryBuild

_ALL = None
"""The project of figures that are of all of them."""

_SUMMED = ("seconds", "handoffs", "rework_rounds", "tokens", "cost_usd", "unpriced_reports")


class ProjectSums:
    """What all figures of projects come from, read once."""

    def __init__(self, session: Session, scope: Scope) -> None:
        self._session, self._scope = session, scope
        open_builds = BUILDS.open(session, scope, "project_id", "status", "failed_in", "spread")
        self._sums: dict[str, Sums] = defaultdict(list)
        for row in [*BUILDS.kept(session, scope, "project_id", "status", "failed_in"), *open_builds]:
            self._sums[row["project_id"]].append(row)
        self._bins = Bins()
        for project, bin_, builds in BUILDS.bins(session, scope, "project_id", status=Status.COMPLETE):
            self._bins.kept[project][bin_] = builds
        for row in open_builds:
            if row["status"] == Status.COMPLETE:
                self._bins.open[row["project_id"]][row["spread"]] += row["builds"]

    def together(self) -> ProjectFigures:
        """Of all builds in scope."""
        took = self._percentiles(self._bins.together(_ALL))
        return _figures(_ALL, [row for rows in self._sums.values() for row in rows], *took.get(_ALL, (None, None)))

    def each(self) -> list[ProjectFigures]:
        """Of each project that has a build in scope, in the order of their names."""
        took = self._percentiles(self._bins)
        return [
            _figures(project, rows, *took.get(project, (None, None)))
            for project, rows in sorted(self._sums.items())
            if any(row["builds"] for row in rows)
        ]

    def _percentiles(self, bins: Bins) -> dict[str | None, tuple[float, ...]]:
        table = SummaryBuild.__table__.c
        of_all = bins is not self._bins
        of_project = [] if of_all else [table.project_id == bindparam("project")]
        into = BUILDS.looking(self._session, self._scope, table.status == Status.COMPLETE, *of_project)

        def look(project: str | None, bin_: int, skipped: int, number: int) -> list[float]:
            return into(bin_, skipped, number, **({} if of_all else {"project": project}))

        def look_at_open(wanted: set[int]) -> list[tuple[str | None, int, float]]:
            rows = BUILDS.look_at_open(self._session, self._scope, wanted, "project_id", status=Status.COMPLETE)
            return [(_ALL if of_all else project, bin_, seconds) for project, bin_, seconds in rows]

        return percentiles(bins, look, look_at_open)


def _figures(project: str | None, rows: Sums, p50: float | None, p90: float | None) -> ProjectFigures:
    of_status: Counter[str] = Counter()
    failures: Counter[State] = Counter()
    for row in rows:
        of_status[row["status"]] += row["builds"]
        if row["failed_in"] is not None and row["builds"]:
            failures[State(row["failed_in"])] += row["builds"]
    total, completed = of_status.total(), of_status[Status.COMPLETE]
    ended = completed + of_status[Status.FAILED] + of_status[Status.CANCELLED]
    added = {name: sum(row[name] for row in rows) for name in (*_SUMMED, "first_pass")}
    done = [row for row in rows if row["status"] == Status.COMPLETE]
    return ProjectFigures(
        project_id=project,
        total=total,
        completed=completed,
        in_progress=total - ended,
        waiting=of_status[Status.WAITING],
        paused=of_status[Status.PAUSED],
        error=of_status[Status.ERROR],
        failed=of_status[Status.FAILED],
        cancelled=of_status[Status.CANCELLED],
        success_rate=percent(completed, ended),
        first_pass_yield=percent(int(added["first_pass"]), ended),
        average_duration=sum(row["seconds"] for row in done) / completed if completed else None,
        p50_duration=p50,
        p90_duration=p90,
        average_handoffs=float(sum(row["handoffs"] for row in done)) / completed if completed else None,
        rework_rounds=int(added["rework_rounds"]),
        most_common_failure_point=_most_common(failures),
        tokens=int(added["tokens"]),
        cost_usd=float(added["cost_usd"]),
        cost_per_completed=float(added["cost_usd"]) / completed if completed else None,
        unpriced_reports=int(added["unpriced_reports"]),
    )


def _most_common(failures: Counter[State]) -> State | None:
    """Where most builds failed; of several states with as many the one that comes first."""
    return min(failures, key=lambda state: (-failures[state], ORDER.index(state)), default=None)
