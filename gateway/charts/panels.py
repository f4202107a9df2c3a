"""Charts that are rows of marks, each drawn into axes that are given."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from baton.domain.vocabulary import Role
from baton.store.reports.figures import (
    CostFigures,
    PhaseFigures,
    ProjectFigures,
    ReworkFigures,
    RoleFigures,
    WaitFigures,
)
from gateway.charts import style
from gateway.charts.labels import count, duration, money, percent, times, words
from gateway.charts.marks import bars, beside

_DAY = 86400.0
_STEPS = (0.1, 0.5, 1, 5, 10, 30, 60, 300, 600, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, _DAY, 3 * _DAY, 7 * _DAY)
"""Stretches of time between lines, in seconds, that a reader counts on with ease."""


def lead_time(axes: Axes, figures: Sequence[PhaseFigures | RoleFigures]) -> None:
    """From p50 to p90 of the time that finished stays took, one row each."""
    title = ("Lead time", "from entering to leaving, waits included: p50 ● to p90 ○ of finished stays")
    if not any(one.finished for one in figures):
        style.nothing(axes, *title, "Nothing has been finished yet.")
        return
    style.bare(axes, grid="x")
    style.titled(axes, *title, indent=style.rows(axes, [_name_of(one) for one in figures]))
    longest = max(one.p90_seconds or 0.0 for one in figures) or 1.0
    for row, one in enumerate(figures):
        if one.p50_seconds is None or one.p90_seconds is None:
            beside(axes, 0, row, "none finished", style.QUIET)
            continue
        axes.plot([one.p50_seconds, one.p90_seconds], [row, row], color=style.SOFT, linewidth=5, solid_capstyle="round")
        axes.plot(one.p90_seconds, row, "o", color="white", markeredgecolor=style.STRONG, markeredgewidth=1.8, ms=8)
        axes.plot(one.p50_seconds, row, "o", color=style.STRONG, ms=8)
        beside(axes, one.p90_seconds, row, f"{duration(one.p50_seconds)}  to  {duration(one.p90_seconds)}")
    axes.set_xlim(-0.02 * longest, 1.6 * longest)
    step = next((seconds for seconds in _STEPS if 4 * seconds >= 1.6 * longest), longest)
    lines = [step * number for number in range(4) if step * number <= 1.6 * longest]
    axes.set_xticks(lines, [duration(seconds) if seconds else "0" for seconds in lines])


def first_pass(axes: Axes, figures: Sequence[PhaseFigures | RoleFigures]) -> None:
    """How many builds passed at the first try."""
    title = ("First-pass yield", "percent of builds that went forward from their first try")
    if not any(one.tried for one in figures):
        style.nothing(axes, *title, "Nothing has been tried yet.")
        return
    style.bare(axes)
    style.titled(axes, *title, indent=style.rows(axes, [_name_of(one) for one in figures]))
    axes.barh(range(len(figures)), [100.0 if one.tried else 0.0 for one in figures], color=style.FAINT, height=0.55)
    axes.barh(range(len(figures)), [one.first_pass_yield or 0.0 for one in figures], color=style.STRONG, height=0.55)
    for row, one in enumerate(figures):
        if one.tried:
            beside(axes, 100, row, f"{percent(one.first_pass_yield)}  ({one.first_passed:,} of {one.tried:,})")
        else:
            beside(axes, 0, row, "none tried", style.QUIET)
    axes.set_xlim(0, 160)
    axes.set_xticks([])


def rework(axes: Axes, moves: Sequence[ReworkFigures]) -> None:
    """Who sent work back to whom."""
    title = ("Rework", "how often work was sent back, by whom and to whom")
    if not moves:
        style.nothing(axes, *title, "No work was sent back.")
        return
    names = [f"{words(one.from_role)} → {words(one.to_role)}" for one in moves]
    said = [f"{times(one.times)}, in {count(one.builds, 'build')}" for one in moves]
    indent = bars(axes, names, [float(one.times) for one in moves], said, colour=style.BAD)
    style.titled(axes, *title, indent=indent)


def waits(axes: Axes, kinds: Sequence[WaitFigures]) -> None:
    """How long builds waited for people."""
    title = ("Waits for people", "time together, by what was waited for; how many waits, and p90 of one")
    if not kinds:
        style.nothing(axes, *title, "Nothing waited for people.")
        return
    said = []
    for one in kinds:
        now = f", {one.waiting_now:,} now" if one.waiting_now else ""
        spread = f"; p90 {duration(one.p90_seconds)}" if one.p90_seconds is not None else ""
        said.append(f"{duration(one.total_seconds)}  ({count(one.waits, 'wait')}{now}{spread})")
    names, together = [words(one.kind) for one in kinds], [one.total_seconds for one in kinds]
    style.titled(axes, *title, indent=bars(axes, names, together, said, colour=style.WAITING, room=2.5))


def costs(axes: Axes, by: str, shares: Sequence[CostFigures], most: int = 6) -> None:
    """What was spent, by role, model or program."""
    title = (f"Cost by {by}", "US dollars, as far as roles reported them")
    if not shares:
        style.nothing(axes, *title, "No role reported what it used.")
        return
    shown, others = (shares, ()) if len(shares) <= most else (shares[: most - 1], shares[most - 1 :])
    names = ["not told" if one.name is None else one.name for one in shown]
    names = [words(name) if name in set(Role) else name for name in names]
    values = [one.cost_usd for one in shown]
    said = [_said_of(one) for one in shown]
    if others:
        names.append(f"{len(others):,} others")
        values.append(sum(one.cost_usd for one in others))
        said.append(money(values[-1]))
    style.titled(axes, *title, indent=bars(axes, names, values, said, room=2.3))


def role_costs(axes: Axes, roles: Sequence[RoleFigures]) -> None:
    """What each role spent."""
    title = ("Cost by role", "US dollars, as far as roles reported them")
    used = [one for one in roles if one.tokens or one.cost_usd]
    if not used:
        style.nothing(axes, *title, "No role reported what it used.")
        return
    names = [words(one.role) for one in used]
    said = [f"{money(one.cost_usd)}, {count(one.tokens, 'token')}" for one in used]
    style.titled(axes, *title, indent=bars(axes, names, [one.cost_usd for one in used], said))


def project_costs(axes: Axes, projects: Sequence[ProjectFigures], most: int = 6) -> None:
    """What the completed builds of the dearest projects cost."""
    title = ("Cost of each completed build", "US dollars spent on all builds of a project, for each that completed")
    known = sorted(projects, key=lambda one: -(one.cost_per_completed or 0.0))
    shown = [one for one in known if one.cost_per_completed is not None][:most]
    if not shown:
        style.nothing(axes, *title, "No build has completed yet.")
        return
    names, values = [one.project_id or "" for one in shown], [one.cost_per_completed or 0.0 for one in shown]
    said = [f"{money(one.cost_per_completed)}  ({one.completed:,} of {one.total:,} complete)" for one in shown]
    style.titled(axes, *title, indent=bars(axes, names, values, said))


def _name_of(one: PhaseFigures | RoleFigures) -> str:
    return words(one.phase if isinstance(one, PhaseFigures) else one.role)


def _said_of(one: CostFigures) -> str:
    unpriced = f", {one.unpriced_reports:,} of {one.reports:,} reports unpriced" if one.unpriced_reports else ""
    return f"{money(one.cost_usd)}{unpriced}"
