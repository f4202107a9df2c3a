"""Two builds side by side on the screen."""

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from baton.store.reports.comparing import Comparison, PhaseSide, Side
from gateway.charts.labels import NOTHING, duration, money, words
from gateway.cli.looks import clock, status_text
from gateway.cli.plain import line, text


def comparison_screen(compared: Comparison) -> RenderableType:
    """Where they part, what came of each, and each phase of both."""
    return Group(_parting(compared), Text(), _builds(compared), Text(), _phases(compared))


def _parting(compared: Comparison) -> Text:
    one, other, parting = compared.one.figures.build_id, compared.other.figures.build_id, compared.parting
    if parting is None:
        return text(f"{line(one)} and {line(other)} have no build in common.", "dim")
    whose = {one: f"{other} was forked from {one}", other: f"{one} was forked from {other}"}.get(
        parting.build_id, f"Both come from {parting.build_id}"
    )
    return text(f"{whose}: they part where {parting.phase.value} began there, with entry {parting.sequence}.")


def _builds(compared: Comparison) -> Table:
    sides = (compared.one, compared.other)
    table = _table("", *(line(side.figures.build_id, 60) for side in sides))
    rows: list[tuple[str, Iterable[Text | str]]] = [
        ("status", (status_text(side.figures.status) for side in sides)),
        ("state", (words(side.figures.current_state) for side in sides)),
        ("profile", (text(line(side.figures.profile, 40)) for side in sides)),
        ("began", (clock(side.figures.created_at)[:-3] for side in sides)),
        ("took", (duration(side.figures.seconds) for side in sides)),
        ("handoffs", (str(side.figures.handoffs) for side in sides)),
        ("rework rounds", (str(side.figures.rework_rounds) for side in sides)),
        ("times parked", (str(side.figures.times_parked) for side in sides)),
        ("findings", (str(side.findings) for side in sides)),
        ("tokens", (f"{side.figures.tokens:,}" for side in sides)),
        ("cost", (_cost(side) for side in sides)),
        ("commit", (_commit(side.commit) for side in sides)),
    ]
    for name, cells in rows:
        table.add_row(Text(name, "dim"), *cells)
    return table


def _phases(compared: Comparison) -> Table:
    table = _table("phase", "build", "rounds", "took", "sent back", "findings", "evidence", "tokens", "cost", "commit")
    for one, other in zip(compared.one.phases, compared.other.phases, strict=True):
        for first, side in ((True, one), (False, other)):
            table.add_row(
                words(side.phase) if first else "",
                text(line(side.build_id, 40), "cyan"),
                "from its origin" if side.took else str(side.rounds or NOTHING),
                duration(side.seconds) if side.rounds else NOTHING,
                str(side.sent_back or NOTHING),
                str(side.findings or NOTHING),
                _evidence(side),
                f"{side.tokens:,}" if side.tokens else NOTHING,
                money(side.cost_usd) if side.cost_usd else NOTHING,
                _commit(side.commit),
            )
    return table


def _evidence(side: PhaseSide) -> str:
    said = []
    if side.tests_run is not None:
        said.append(f"{side.tests_run:,} tests" + (f", {side.tests_failed:,} failed" if side.tests_failed else ""))
    if side.test_coverage is not None:
        said.append(f"{side.test_coverage:g} %")
    if side.evidence:
        said.append(f"{side.evidence} run" + (f", {side.evidence_failed} failed" if side.evidence_failed else ""))
    return "; ".join(said) or NOTHING


def _cost(side: Side) -> str:
    unpriced = side.figures.unpriced_reports
    return money(side.figures.cost_usd) + (f", {unpriced} unpriced" if unpriced else "")


def _commit(commit: str | None) -> Text:
    return text(line(commit[:8])) if commit else Text(NOTHING)


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    for column in columns:
        table.add_column(text(column), no_wrap=True)
    return table
