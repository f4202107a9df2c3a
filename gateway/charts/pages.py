"""Whole pictures: the charts of a report, with a heading that says what of."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from baton.domain.vocabulary import Status
from baton.store.reports.asking import CostReport, ProjectReport, RoleReport
from baton.store.reports.figures import BuildFigures, ProjectFigures
from baton.store.reports.scope import Scope
from gateway.charts import panels, timelines
from gateway.charts.labels import NOTHING, count, duration, money, percent, words
from gateway.charts.style import HEAD, MARGIN, headed, in_style, shortened

_WIDTH, _CHART, _BETWEEN, _BESIDE, _DATES = 13.0, 2.1, 1.15, 0.6, 0.35  # inches


@in_style()
def project_page(report: ProjectReport, scope: Scope) -> Figure:
    """How projects do."""
    figure, grid = _page(3, 2, "Builds", scope, _told(report.figures))
    panels.lead_time(grid[0][0], report.phases)
    panels.first_pass(grid[0][1], report.phases)
    timelines.throughput(grid[1][0], report.throughput)
    panels.rework(grid[1][1], report.rework)
    panels.waits(grid[2][0], report.waits)
    panels.costs(grid[2][1], "role", report.costs)
    return figure


@in_style()
def role_page(report: RoleReport, scope: Scope) -> Figure:
    """How roles do."""
    told = [
        (f"{sum(one.finished for one in report.roles):,}", "stays in phases finished"),
        (f"{sum(one.sent_back for one in report.roles):,}", "of them by sending work back"),
        (f"{sum(one.failed for one in report.roles):,}", "stays failed"),
        (f"{sum(one.tokens for one in report.roles):,}", "tokens"),
        (money(sum(one.cost_usd for one in report.roles)), "cost"),
    ]
    figure, grid = _page(2, 2, "Roles", scope, told)
    panels.lead_time(grid[0][0], report.roles)
    panels.first_pass(grid[0][1], report.roles)
    panels.rework(grid[1][0], report.rework)
    panels.role_costs(grid[1][1], report.roles)
    return figure


@in_style()
def cost_page(report: CostReport, scope: Scope) -> Figure:
    """What builds cost."""
    one = report.figures
    told = [
        (money(one.cost_usd), f"for {count(one.total, 'build')}"),
        (money(one.cost_per_completed), "for each completed build"),
        (f"{one.completed:,}", "builds completed"),
        (f"{one.tokens:,}", "tokens"),
        (f"{one.unpriced_reports:,}", "reports of unknown price"),
    ]
    figure, grid = _page(2, 2, "Costs", scope, told)
    panels.project_costs(grid[0][0], report.by_project)
    panels.costs(grid[0][1], "role", report.by_role)
    panels.costs(grid[1][0], "model", report.by_model)
    panels.costs(grid[1][1], "program", report.by_program)
    return figure


@in_style()
def builds_page(builds: Sequence[BuildFigures], scope: Scope) -> Figure:
    """How long builds took."""
    ended = [one for one in builds if one.seconds is not None]
    told = [
        (f"{len(builds):,}", "builds"),
        (f"{len(ended):,}", "ended"),
        (f"{sum(one.status is Status.COMPLETE for one in builds):,}", "completed"),
        (f"{sum(one.first_pass is True for one in builds):,}", "went straight through"),
        (money(sum(one.cost_usd for one in builds)), "cost"),
    ]
    figure, grid = _page(1, 1, "Builds", scope, told)
    timelines.builds(grid[0][0], ended)
    return figure


def _page(
    rows: int, columns: int, what: str, scope: Scope, told: Sequence[tuple[str, str]]
) -> tuple[Figure, list[list[Axes]]]:
    """An empty picture with its heading, and axes in rows and columns."""
    height = HEAD + rows * _CHART + (rows - 1) * _BETWEEN + MARGIN + _DATES
    figure = Figure(figsize=(_WIDTH, height))
    headed(figure, _title(what, scope), told)
    across = (_WIDTH - 2 * MARGIN - (columns - 1) * _BESIDE) / columns
    lefts = [MARGIN + column * (across + _BESIDE) for column in range(columns)]
    bottoms = [height - HEAD - row * (_CHART + _BETWEEN) - _CHART for row in range(rows)]
    size = (across / _WIDTH, _CHART / height)
    return figure, [[figure.add_axes((left / _WIDTH, low / height, *size)) for left in lefts] for low in bottoms]


def _title(what: str, scope: Scope) -> str:
    named = sorted(scope.projects or ())
    of = "of all projects" if scope.projects is None else f"in {', '.join(shortened(name) for name in named[:3])}"
    more = f" and {len(named) - 3} more" if len(named) > 3 else ""
    since = "" if scope.since is None else f", from {_when(scope.since)}"
    until = "" if scope.until is None else f", to {_when(scope.until, end=True)}"
    return f"{what} {of}{more}{since}{until}"


def _when(moment: datetime, *, end: bool = False) -> str:
    """A day where the moment is its beginning, or as an ``end`` the beginning of the next."""
    moment = moment.astimezone(UTC)
    if (moment.hour, moment.minute, moment.second, moment.microsecond) == (0, 0, 0, 0):
        return f"{moment - timedelta(days=1) if end else moment:%Y-%m-%d}"
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _told(one: ProjectFigures) -> list[tuple[str, str]]:
    return [
        (f"{one.completed:,} of {one.total:,}", f"complete, {one.in_progress:,} under way"),
        (percent(one.success_rate), "success rate"),
        (percent(one.first_pass_yield), "first-pass yield"),
        (words(one.most_common_failure_point or NOTHING), "where most builds failed"),
        (duration(one.p50_duration), f"p50; p90 {duration(one.p90_duration)}"),
        (money(one.cost_per_completed), "for each completed build"),
    ]
