"""The charts of a project: what each says, its numbers as a table, and what is drawn of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from baton.store.reports.asking import ProjectReport
from gateway.web.pages.moments import duration
from gateway.web.pages.words import role_word, state_word, waiting_word

Cell = str | int | float | None
Show = Callable[[Any], str]


def _text(value: Any) -> str:
    return "—" if value is None else f"{value:,}" if isinstance(value, int) else str(value)


def _percent(value: float | None) -> str:
    return "—" if value is None else f"{value:.0f} %"


def _money(value: float | None) -> str:
    return "—" if value is None else f"${value:,.2f}"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a chart's table. ``name`` is its heading in CSV files, ``word`` on the page."""

    name: str
    word: str
    show: Show = _text
    number: bool = True


@dataclass(frozen=True, slots=True)
class Mark:
    """One row of bars. ``parts`` are (share of the widest in percent, look, what it says)."""

    label: str
    parts: tuple[tuple[float, str, str], ...]
    said: str


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart. ``name`` is its part of the URL; ``headline`` is the figure that says most."""

    name: str
    title: str
    about: str
    columns: tuple[Column, ...]
    rows: list[tuple[Cell, ...]]
    marks: list[Mark] = field(default_factory=list)
    legend: tuple[tuple[str, str], ...] = ()
    headline: str = ""
    headline_about: str = ""
    upright: bool = False


def charts(report: ProjectReport) -> list[Chart]:
    """All of them, in the order of the page."""
    return [make(report) for make in (_lead_time, _first_pass, _rework, _throughput, _waits, _cost)]


def _lead_time(report: ProjectReport) -> Chart:
    rows = [(state_word(one.phase), one.finished, one.p50_seconds, one.p90_seconds) for one in report.phases]
    most = max((one.p90_seconds or 0 for one in report.phases), default=0) or 1
    marks = [
        Mark(
            state_word(one.phase),
            (
                (100 * (one.p90_seconds or 0) / most, "soft", f"p90 {duration(one.p90_seconds)}"),
                (100 * (one.p50_seconds or 0) / most, "strong", f"p50 {duration(one.p50_seconds)}"),
            ),
            f"{duration(one.p50_seconds)} · {duration(one.p90_seconds)}" if one.finished else "—",
        )
        for one in report.phases
    ]
    return Chart(
        "lead-time",
        "Lead time per phase",
        "How long a stay in each phase takes, waits for people included: half take no longer than p50, "
        "nine of ten no longer than p90.",
        (
            Column("phase", "Phase", number=False),
            Column("stays_finished", "Stays"),
            Column("p50_seconds", "p50", duration),
            Column("p90_seconds", "p90", duration),
        ),
        list(rows),
        marks,
        (("strong", "p50"), ("soft", "p90")),
        duration(report.figures.p50_duration),
        f"from start to complete, p50; p90 {duration(report.figures.p90_duration)}",
    )


def _first_pass(report: ProjectReport) -> Chart:
    tried = [one for one in report.phases if one.tried]
    return Chart(
        "first-pass-yield",
        "First-pass yield",
        "Of the builds that tried a phase: how many passed its gate the first time.",
        (
            Column("phase", "Phase", number=False),
            Column("builds_tried", "Builds"),
            Column("passed_first", "Passed first"),
            Column("first_pass_yield_percent", "Yield", _percent),
        ),
        [(state_word(one.phase), one.tried, one.first_passed, one.first_pass_yield) for one in report.phases],
        [
            Mark(
                state_word(one.phase),
                ((one.first_pass_yield or 0, "good", f"{_percent(one.first_pass_yield)} of {one.tried}"),),
                f"{_percent(one.first_pass_yield)} of {one.tried}",
            )
            for one in tried
        ],
        headline=_percent(report.figures.first_pass_yield),
        headline_about="of the builds that ended completed without rework, retry or rollback",
    )


def _rework(report: ProjectReport) -> Chart:
    most = max((one.times for one in report.rework), default=1)
    return Chart(
        "rework",
        "Rework by role",
        "Who sent work back to whom, and in how many builds.",
        (
            Column("from_role", "From", number=False),
            Column("to_role", "Back to", number=False),
            Column("times", "Times"),
            Column("builds", "Builds"),
        ),
        [(role_word(one.from_role), role_word(one.to_role), one.times, one.builds) for one in report.rework],
        [
            Mark(
                f"{role_word(one.from_role)} → {role_word(one.to_role)}",
                ((100 * one.times / most, "bad", f"{one.times} times in {one.builds} builds"),),
                f"{one.times}",
            )
            for one in report.rework
        ],
        headline=f"{report.figures.rework_rounds:,}",
        headline_about="rounds of rework",
    )


def _throughput(report: ProjectReport) -> Chart:
    most = max((one.completed + one.failed + one.cancelled for one in report.throughput), default=0) or 1
    weekly = any(one.days > 1 for one in report.throughput)
    return Chart(
        "throughput",
        "Throughput",
        f"Builds that ended in each {'week' if weekly else 'day'}, whenever they were started.",
        (
            Column("begins", "Week of" if weekly else "Day", number=False),
            Column("started", "Started"),
            Column("completed", "Completed"),
            Column("failed", "Given up"),
            Column("cancelled", "Cancelled"),
        ),
        [(one.begins.isoformat(), one.started, one.completed, one.failed, one.cancelled) for one in report.throughput],
        [
            Mark(
                f"{one.begins:%b %d}",
                (
                    (100 * one.completed / most, "strong", ""),
                    (100 * one.failed / most, "bad", ""),
                    (100 * one.cancelled / most, "still", ""),
                ),
                f"{one.begins}: {one.completed} completed, {one.failed} failed, {one.cancelled} cancelled",
            )
            for one in report.throughput
        ],
        (("strong", "completed"), ("bad", "failed"), ("still", "cancelled")),
        f"{report.figures.completed:,}",
        f"completed of {report.figures.total:,} started",
        upright=True,
    )


def _waits(report: ProjectReport) -> Chart:
    most = max((one.total_seconds for one in report.waits), default=0) or 1
    whole = sum(one.total_seconds for one in report.waits)
    return Chart(
        "waits",
        "Wait on people",
        "How long builds waited for somebody: all waits of a kind together, and how long one takes.",
        (
            Column("kind", "For", number=False),
            Column("waits", "Waits"),
            Column("waiting_now", "Now"),
            Column("total_seconds", "Together", duration),
            Column("p50_seconds", "p50", duration),
            Column("p90_seconds", "p90", duration),
        ),
        [
            (waiting_word(one.kind), one.waits, one.waiting_now, one.total_seconds, one.p50_seconds, one.p90_seconds)
            for one in report.waits
        ],
        [
            Mark(
                waiting_word(one.kind),
                ((100 * one.total_seconds / most, "wait", f"{one.waits} waits"),),
                duration(one.total_seconds),
            )
            for one in report.waits
        ],
        headline=duration(whole),
        headline_about="waited for people, all builds together",
    )


def _cost(report: ProjectReport) -> Chart:
    most = max((one.cost_usd for one in report.costs), default=0) or 1
    figures = report.figures
    unpriced = f"; {figures.unpriced_reports} reports had no known price" if figures.unpriced_reports else ""
    return Chart(
        "cost",
        "Cost per accepted build",
        "What the roles' models cost, all builds together, those that came to nothing included.",
        (
            Column("role", "Role", number=False),
            Column("reports", "Reports"),
            Column("tokens", "Tokens"),
            Column("cost_usd", "Cost", _money),
        ),
        [(_role(one.name), one.reports, one.tokens, one.cost_usd) for one in report.costs],
        [
            Mark(
                _role(one.name),
                ((100 * one.cost_usd / most, "strong", f"{one.tokens:,} tokens"),),
                _money(one.cost_usd),
            )
            for one in report.costs
        ],
        headline=_money(figures.cost_per_completed),
        headline_about=f"for each completed build; {_money(figures.cost_usd)} in all{unpriced}",
    )


def _role(name: str | None) -> str:
    return "nobody" if name is None else role_word(name)


def named(found: Sequence[Chart], name: str) -> Chart | None:
    """The chart of that name."""
    return next((chart for chart in found if chart.name == name), None)
