"""How stays in phases went: by phase, and by role."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from baton.domain.moves import OWNERS, PHASES
from baton.domain.vocabulary import Role
from baton.store.reports.costs import CostBy, cost_figures
from baton.store.reports.facts import STAYS, Sums
from baton.store.reports.figures import PhaseFigures, RoleFigures
from baton.store.reports.ranks import Bins, percent, percentiles
from baton.store.reports.rework import rework_figures
from baton.store.reports.scope import Scope
from baton.store.summaries.judging import FINISHED
from baton.store.summaries.tables import SummaryStay

_WORDS = ("state", "ended_by", "first", "spread")
_ROLES = {phase.value: OWNERS[phase.state].value for phase in PHASES}


def phase_figures(session: Session, scope: Scope) -> list[PhaseFigures]:
    """Of every phase, in order; also of one in which no build has been."""
    found = _grouped(session, scope, lambda state: state)
    return [PhaseFigures(phase=phase, role=OWNERS[phase.state], **found(phase.value)) for phase in PHASES]


def role_figures(session: Session, scope: Scope) -> list[RoleFigures]:
    """Of every role, in the order of their phases; also of one that has had nothing to do."""
    found = _grouped(session, scope, _ROLES.__getitem__)
    used = {cost.name: cost for cost in cost_figures(session, scope, CostBy.ROLE)}
    rework = rework_figures(session, scope)
    return [
        RoleFigures(
            role=role,
            **found(role.value),
            got_back=sum(one.times for one in rework if one.to_role is role),
            tokens=used[role.value].tokens if role.value in used else 0,
            cost_usd=used[role.value].cost_usd if role.value in used else 0.0,
            unpriced_reports=used[role.value].unpriced_reports if role.value in used else 0,
        )
        for role in Role
    ]


def _grouped(session: Session, scope: Scope, group: Callable[[str], str]) -> Callable[[str], dict[str, Any]]:
    """What gives the figures of a phase or a role, which ``group`` tells of a state."""
    kept, others = STAYS.kept(session, scope, *_WORDS), STAYS.open(session, scope, *_WORDS)
    took = _took(session, scope, group, kept, others)
    rows: dict[str, Sums] = {}
    for row in (*kept, *others):
        rows.setdefault(group(row["state"]), []).append(row)
    return lambda name: _figures(rows.get(name, []), *took.get(name, (None, None)))


def _took(
    session: Session, scope: Scope, group: Callable[[str], str], kept: Sums, others: Sums
) -> dict[str, tuple[float, ...]]:
    bins = Bins()
    for mine, rows in ((bins.kept, kept), (bins.open, others)):
        for row in rows:
            if row["spread"] is not None:
                mine[group(row["state"])][row["spread"]] += row["stays"]
    table = SummaryStay.__table__.c

    def look(name: str, bin_: int, skipped: int, number: int) -> list[float]:
        states = [phase.value for phase in PHASES if group(phase.value) == name]
        of_group = table.state.in_(states) if len(states) > 1 else table.state == states[0]
        return STAYS.looking(session, scope, of_group, table.ended_by.in_(FINISHED))(bin_, skipped, number)

    def look_at_open(wanted: set[int]) -> list[tuple[str, int, float]]:
        rows = STAYS.look_at_open(session, scope, wanted, "state")
        return [(group(state), bin_, seconds) for state, bin_, seconds in rows]

    return percentiles(bins, look, look_at_open)


def _figures(rows: Sums, p50: float | None, p90: float | None) -> dict[str, Any]:
    ended: Counter[str | None] = Counter()
    first: Counter[str | None] = Counter()
    for row in rows:
        ended[row["ended_by"]] += row["stays"]
        if row["first"]:
            first[row["ended_by"]] += row["stays"]
    tried, passed = first.total(), first["forward"]
    return {
        "stays": ended.total(),
        "finished": sum(ended[end] for end in FINISHED),
        "p50_seconds": p50,
        "p90_seconds": p90,
        "sent_back": ended["rework"],
        "failed": ended["failed"],
        "tried": tried,
        "first_passed": passed,
        "first_pass_yield": percent(passed, tried),
    }
