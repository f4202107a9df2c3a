"""What reports used, and what that cost."""

from collections import defaultdict
from enum import StrEnum

from sqlalchemy.orm import Session

from baton.store.reports.facts import USAGE, Sums
from baton.store.reports.figures import CostFigures
from baton.store.reports.scope import Scope


class CostBy(StrEnum):
    """What costs are added up by."""

    ROLE = "role"
    PROJECT = "project"
    MODEL = "model"
    PROGRAM = "program"


_COLUMNS = {CostBy.ROLE: "role", CostBy.PROJECT: "project_id", CostBy.MODEL: "model", CostBy.PROGRAM: "program"}


def cost_figures(session: Session, scope: Scope, by: CostBy) -> list[CostFigures]:
    """What was used by each role, project, model or program that used anything, the dearest first."""
    (found,) = costs_by(session, scope, by)
    return found


def costs_by(session: Session, scope: Scope, *by: CostBy) -> list[list[CostFigures]]:
    """The same for several at once, read once."""
    rows = USAGE.sums(session, scope, *(_COLUMNS[one] for one in by))
    return [_figures(rows, _COLUMNS[one]) for one in by]


def _figures(rows: Sums, column: str) -> list[CostFigures]:
    named: dict[str | None, Sums] = defaultdict(list)
    for row in rows:
        named[row[column]].append(row)
    found = [
        CostFigures(
            name=name,
            reports=_sum(used, "reports"),
            requests=_sum(used, "requests"),
            input_tokens=_sum(used, "input_tokens"),
            output_tokens=_sum(used, "output_tokens"),
            cached_tokens=_sum(used, "cached_tokens"),
            tokens=_sum(used, "tokens"),
            cost_usd=float(sum(row["cost_usd"] for row in used)),
            unpriced_reports=_sum(used, "unpriced"),
        )
        for name, used in named.items()
    ]
    return sorted((one for one in found if one.reports), key=lambda one: (-one.cost_usd, -one.tokens, one.name or ""))


def _sum(rows: Sums, name: str) -> int:
    return sum(int(row[name]) for row in rows)
