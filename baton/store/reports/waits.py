"""How long builds waited for people."""

from collections import defaultdict

from sqlalchemy import bindparam
from sqlalchemy.orm import Session

from baton.store.reports.facts import WAITS, Sums
from baton.store.reports.figures import WaitFigures
from baton.store.reports.ranks import Bins, percentiles
from baton.store.reports.scope import Scope
from baton.store.summaries.tables import SummaryWait


def wait_figures(session: Session, scope: Scope) -> list[WaitFigures]:
    """Of each kind of wait that there was, the longest together first."""
    kept, others = WAITS.kept(session, scope, "kind", "spread"), WAITS.open(session, scope, "kind", "spread")
    kinds: dict[str, Sums] = defaultdict(list)
    bins = Bins()
    for mine, rows in ((bins.kept, kept), (bins.open, others)):
        for row in rows:
            kinds[row["kind"]].append(row)
            if row["spread"] is not None:
                mine[row["kind"]][row["spread"]] += row["waits"]

    into = WAITS.looking(session, scope, SummaryWait.__table__.c.kind == bindparam("kind"))

    def look(kind: str, bin_: int, skipped: int, number: int) -> list[float]:
        return into(bin_, skipped, number, kind=kind)

    def look_at_open(wanted: set[int]) -> list[tuple[str, int, float]]:
        return [(kind, bin_, seconds) for kind, bin_, seconds in WAITS.look_at_open(session, scope, wanted, "kind")]

    took = percentiles(bins, look, look_at_open)
    found = [_figures(kind, rows, *took.get(kind, (None, None))) for kind, rows in kinds.items()]
    return sorted((one for one in found if one.waits), key=lambda one: (-one.total_seconds, one.kind))


def _figures(kind: str, rows: Sums, p50: float | None, p90: float | None) -> WaitFigures:
    return WaitFigures(
        kind=kind,
        waits=sum(int(row["waits"]) for row in rows),
        waiting_now=sum(int(row["waits"]) for row in rows if row["spread"] is None),
        total_seconds=float(sum(row["seconds"] for row in rows)),
        p50_seconds=p50,
        p90_seconds=p90,
    )
