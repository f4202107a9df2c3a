"""The acceptance criteria of a build, with the tests that prove each and the findings that name it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from baton.domain.view import BuildView
from baton.domain.vocabulary import Phase
from gateway.cli.plain import line, text

_JUDGES = (Phase.TESTING, Phase.VERIFICATION, Phase.DEPLOYMENT)
_TEXT = 100
_TEST = 90

Reports = Mapping[Phase, Mapping[str, Any] | None]


def criteria_of(view: BuildView) -> Table | None:
    """The table for a build; None before its tests were run, and where nobody reported criteria."""
    return criteria_table({phase: record.report for phase, record in view.phases.items()})


def criteria_table(reports: Reports) -> Table | None:
    """The table for the last report of each phase."""
    criteria = dict(_criteria(reports))
    testing = reports.get(Phase.TESTING)
    if not criteria or testing is None:
        return None
    proofs = testing.get("proofs") or {}
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False, expand=True)
    table.add_column("", no_wrap=True)
    table.add_column("criterion", no_wrap=True)
    table.add_column("", ratio=4, no_wrap=True, overflow="ellipsis", style="dim")
    table.add_column("proven by", ratio=5, no_wrap=True, overflow="ellipsis")
    for name, said in criteria.items():
        proven = _tests(proofs.get(name) or ())
        if found := list(_findings(reports, name)):
            mark, style, told = "✗", "red", found[0] + (f" and {len(found) - 1} more" if len(found) > 1 else "")
        elif proven:
            mark, style, told = "✓", "green", proven
        else:
            mark, style, told = "·", "yellow", "no test that passed names it"
        table.add_row(Text(mark, style), Text(line(name, 40), style), text(line(said, _TEXT)), text(told))
    return table


def _criteria(reports: Reports) -> Iterator[tuple[str, str]]:
    for phase in (Phase.DISCOVERY, Phase.PLANNING):
        output = (reports.get(phase) or {}).get("output")
        told = output.get("acceptance_criteria") if isinstance(output, dict) else None
        for one in told if isinstance(told, list) else ():
            if isinstance(one, dict) and isinstance(one.get("id"), str):
                yield one["id"], str(one.get("text", ""))


def _tests(ids: Sequence[Any]) -> str:
    if not ids:
        return ""
    return line(str(ids[0]).rpartition("::")[2], _TEST) + (f" and {len(ids) - 1} more" if len(ids) > 1 else "")


def _findings(reports: Reports, name: str) -> Iterator[str]:
    for phase in _JUDGES:
        found = (reports.get(phase) or {}).get("findings")
        for one in found if isinstance(found, list) else ():
            grave = isinstance(one, dict) and one.get("criterion") == name and one.get("severity") != "warning"
            if grave:
                yield line(f"{phase.value}: {one.get('message', '')}", _TEST)
