"""Projects and their figures. Every number comes from the reports that the command line has, too."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import HTMLResponse

from baton.store.reports.asking import project_report
from gateway.access.caller import Caller
from gateway.web.callers import WhoCalls
from gateway.web.pages.frame import now, page
from gateway.web.pages.projects.asked import AskedPeriod, Period
from gateway.web.pages.projects.charts import Chart, charts, named
from gateway.web.pages.projects.drawing import uprights
from gateway.web.pages.projects.export import as_csv
from gateway.web.problems import Problem
from gateway.web.site import Here, Site

router = APIRouter(include_in_schema=False)

ProjectId = Annotated[str, Path(max_length=200)]

_PERIODS = ((7, "7 days"), (30, "30 days"), (90, "90 days"), (365, "a year"))


@router.get("/projects", response_class=HTMLResponse)
async def projects(request: Request, site: Here, caller: WhoCalls, period: AskedPeriod) -> HTMLResponse:
    """All projects, one a line."""
    report = await site.sql(project_report, period.scope(None, caller.projects))
    return page(
        request,
        site,
        caller,
        "projects.html",
        report=report,
        period=period,
        periods=_periods(period),
        where="/projects",
    )


@router.get("/projects/{project_id:path}/charts/{name}.csv")
async def chart_as_csv(site: Here, caller: WhoCalls, project_id: ProjectId, name: str, period: AskedPeriod) -> Response:
    """The numbers of one chart."""
    _, found = await _charts(site, caller, project_id, period)
    chart = named(found, name)
    if chart is None:
        known = ", ".join(chart.name for chart in found)
        raise Problem(404, "not_found", f"There is no such chart; there are: {known}")
    headers = {"Content-Disposition": f'attachment; filename="{chart.name}.csv"'}
    return Response(as_csv(chart), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/projects/{project_id:path}", response_class=HTMLResponse)
async def project(
    request: Request, site: Here, caller: WhoCalls, project_id: ProjectId, period: AskedPeriod
) -> HTMLResponse:
    """One project: its figures and charts."""
    figures, found = await _charts(site, caller, project_id, period)
    return page(
        request,
        site,
        caller,
        "project.html",
        project_id=project_id,
        figures=figures,
        charts=[(chart, uprights(chart) if chart.upright else []) for chart in found],
        period=period,
        periods=_periods(period),
    )


async def _charts(site: Site, caller: Caller, project_id: str, period: Period) -> tuple[object, list[Chart]]:
    report = await site.sql(project_report, period.scope(project_id, caller.projects))
    if not report.figures.total:
        everything = await site.sql(project_report, Period().scope(project_id, caller.projects))
        if not everything.figures.total:
            raise Problem(
                404, "not_found", "There is no build of such a project. The list of projects shows those there are"
            )
    return report.figures, charts(report)


def _periods(period: Period) -> list[tuple[str, str, bool]]:
    """Links to usual periods: query, word, and whether it is the present one."""
    today = now().date()
    usual = [(period.last(days, today), word) for days, word in _PERIODS]
    return [(query, word, query == period.query) for query, word in [*usual, ("", "all time")]]
