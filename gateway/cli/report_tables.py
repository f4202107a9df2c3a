"""Reports on the screen."""

from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from baton.domain.vocabulary import Role
from baton.store.reports.asking import CostReport, ProjectReport, RoleReport
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
from gateway.charts.labels import NOTHING, count, duration, money, percent, words
from gateway.cli.looks import clock, status_text
from gateway.cli.plain import line, text

_BARS = " ▁▂▃▄▅▆▇█"
_NO_BUILDS = "No builds."
_WIDE, _WIDER = 90, 120
_WORDS = {"project", "status", "created", "to", "failed in"}
_WIDER_COLUMNS = ("parked", "tokens")


def project_screen(report: ProjectReport) -> RenderableType:
    """How projects do."""
    if not report.figures.total:
        return Text(_NO_BUILDS, "dim")
    return _sections(
        [
            _headline(report.figures),
            _projects(report.projects) if len(report.projects) > 1 else None,
            _phases(report.phases),
            _rework(report.rework),
            _throughput(report.throughput),
            _waits(report.waits),
            _costs("cost by role", report.costs, report.figures),
        ]
    )


def role_screen(report: RoleReport, width: int) -> RenderableType:
    """How roles do, for a terminal of ``width`` columns."""
    return _sections([_roles(report.roles, wider=width >= _WIDER), _rework(report.rework)])


def cost_screen(report: CostReport) -> RenderableType:
    """What builds cost."""
    if not report.figures.total:
        return Text(_NO_BUILDS, "dim")
    return _sections(
        [
            _headline(report.figures),
            _project_costs(report.by_project),
            _costs("cost by role", report.by_role, report.figures),
            _costs("cost by model", report.by_model, report.figures),
            _costs("cost by program", report.by_program, report.figures),
        ]
    )


def builds_screen(builds: Sequence[BuildFigures], width: int) -> RenderableType:
    """Builds one by one, for a terminal of ``width`` columns."""
    if not builds:
        return Text(_NO_BUILDS, "dim")
    wide, wider = width >= _WIDE, width >= _WIDER
    further = ("project", "created") if wide else ()
    table = _table(
        "build", "status", "took", "rework", "failed in", "cost", *further, *(_WIDER_COLUMNS if wider else ())
    )
    for build in builds:
        row: list[Text | str] = [
            text(build.build_id, "cyan"),
            status_text(build.status, build.ended_outside),
            duration(build.seconds),
        ]
        row += [_number(build.rework_rounds), words(build.failed_in or NOTHING), money(build.cost_usd)]
        if wide:
            row += [text(line(build.project_id, 40)), Text(clock(build.created_at)[:-3], "dim")]
        if wider:
            row += [_number(build.times_parked), f"{build.tokens:,}"]
        table.add_row(*row)
    return table


def _headline(one: ProjectFigures) -> Text:
    parts = [
        count(one.total, "build"),
        f"{one.completed:,} complete",
        f"{one.in_progress:,} under way"
        + _aside((one.waiting, "waiting"), (one.paused, "paused"), (one.error, "parked")),
        f"{one.failed:,} failed",
        f"{one.cancelled:,} cancelled",
    ]
    rates = [
        f"success rate {percent(one.success_rate)}",
        f"first-pass yield {percent(one.first_pass_yield)}",
        f"took {duration(one.p50_duration)} (p50), {duration(one.p90_duration)} (p90)",
        f"{money(one.cost_per_completed)} for each completed build",
    ]
    if one.most_common_failure_point is not None:
        rates.append(f"fails most in {words(one.most_common_failure_point)}")
    shown = text(parts[0], "bold").append(Text(" · " + " · ".join(parts[1:]), "default"))
    return shown.append(Text("\n" + " · ".join(rates), "dim"))


def _aside(*parts: tuple[int, str]) -> str:
    told = [f"{number:,} {what}" for number, what in parts if number]
    return f" ({', '.join(told)})" if told else ""


def _projects(projects: Iterable[ProjectFigures]) -> Table:
    table = _table("project", "builds", "complete", "under way", "failed", "success", "first pass", "took p50", "p90")
    for one in projects:
        table.add_row(
            text(line(one.project_id), "cyan"),
            *(_number(number) for number in (one.total, one.completed, one.in_progress, one.failed)),
            percent(one.success_rate),
            percent(one.first_pass_yield),
            duration(one.p50_duration),
            duration(one.p90_duration),
        )
    return table


def _phases(phases: Iterable[PhaseFigures]) -> Table:
    table = _table("phase", "finished", "p50", "p90", "first pass", "sent back", "failed")
    for one in phases:
        table.add_row(words(one.phase), *_of_stays(one))
    return table


def _roles(roles: Iterable[RoleFigures], *, wider: bool) -> Table:
    used = ("tokens", "cost") if wider else ()
    table = _table("role", "finished", "p50", "p90", "first pass", "sent back", "failed", "got back", *used)
    for one in roles:
        cells = [words(one.role), *_of_stays(one), _number(one.got_back)]
        if wider:
            cells += [f"{one.tokens:,}", _priced(one.cost_usd, one.unpriced_reports)]
        table.add_row(*cells)
    return table


def _of_stays(one: PhaseFigures | RoleFigures) -> list[str]:
    return [
        _number(one.finished),
        duration(one.p50_seconds),
        duration(one.p90_seconds),
        percent(one.first_pass_yield) + (f" of {one.tried:,}" if one.tried else ""),
        _number(one.sent_back),
        _number(one.failed),
    ]


def _rework(rework: Sequence[ReworkFigures]) -> RenderableType:
    if not rework:
        return Text("No work was sent back.", "dim")
    table = _table("sent back by", "to", "times", "in builds")
    for one in rework:
        table.add_row(words(one.from_role), words(one.to_role), _number(one.times), _number(one.builds))
    return table


def _throughput(bins: Sequence[Throughput]) -> Text | None:
    if not bins:
        return None
    most = max(max(one.started, one.completed) for one in bins) or 1
    unit = "day" if bins[0].days == 1 else "week"
    shown = Text()
    for name in ("started", "completed"):
        numbers = [getattr(one, name) for one in bins]
        bars = "".join(_BARS[-(-number * (len(_BARS) - 1) // most)] for number in numbers)
        shown.append(f"{name + ' each ' + unit:<20}", "dim").append(bars, "cyan").append(f"  {sum(numbers):,}\n")
    return shown.append(f"{bins[0].begins} to {bins[-1].begins}, {most:,} at most", "dim")


def _waits(waits: Sequence[WaitFigures]) -> RenderableType:
    if not waits:
        return Text("Nothing waited for people.", "dim")
    table = _table("waits for", "times", "now", "together", "p50", "p90")
    for one in waits:
        table.add_row(
            words(one.kind),
            _number(one.waits),
            _number(one.waiting_now),
            duration(one.total_seconds),
            duration(one.p50_seconds),
            duration(one.p90_seconds),
        )
    return table


def _project_costs(projects: Iterable[ProjectFigures]) -> Table:
    table = _table("cost by project", "builds", "complete", "tokens", "cost", "for each complete")
    for one in projects:
        table.add_row(
            text(line(one.project_id), "cyan"),
            _number(one.total),
            _number(one.completed),
            f"{one.tokens:,}",
            _priced(one.cost_usd, one.unpriced_reports),
            money(one.cost_per_completed),
        )
    return table


def _costs(title: str, costs: Sequence[CostFigures], figures: ProjectFigures) -> RenderableType:
    if not costs:
        return Text("No role reported what it used.", "dim")
    table = _table(title, "reports", "requests", "tokens", "cost", "share")
    for one in costs:
        share = 100 * one.cost_usd / figures.cost_usd if figures.cost_usd else None
        name = text("not told", "dim") if one.name is None else text(_name(one.name))
        used = (_number(one.reports), _number(one.requests), f"{one.tokens:,}")
        table.add_row(name, *used, _priced(one.cost_usd, one.unpriced_reports), percent(share))
    return table


def _name(name: str) -> str:
    return words(name) if name in set(Role) else line(name)


def _priced(cost: float, unpriced: int) -> str:
    return money(cost) + (f" + {unpriced:,} unpriced" if unpriced else "")


def _number(number: int) -> str:
    return f"{number:,}"


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    table.add_column(first, overflow="fold")
    for name in others:
        table.add_column(name, justify="left" if name in _WORDS else "right", no_wrap=name != "project")
    return table


def _sections(parts: Sequence[RenderableType | None]) -> Group:
    shown = [part for part in parts if part is not None]
    return Group(*(piece for part in shown for piece in (part, Text())))
