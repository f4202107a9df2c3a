"""The page that shows the build while it runs."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from baton.domain.moves import OWNERS, PHASES
from baton.domain.reports import Severity
from baton.domain.vocabulary import Phase
from gateway.cli.demo.runs import Outcome, PhaseRun
from gateway.cli.plain import line

_MOST_FINDINGS = 4
_LONGEST_FINDING = 180
_SPINNER = Spinner("dots", style="cyan")
_MARKS = {
    Outcome.DONE: Text("✓", style="green"),
    Outcome.SENT_BACK: Text("↩", style="yellow"),
    Outcome.FAILED: Text("✗", style="red"),
    Outcome.LEFT: Text("·", style="dim"),
}
_STYLES = {
    Outcome.WORKING: "cyan",
    Outcome.DONE: "green",
    Outcome.SENT_BACK: "yellow",
    Outcome.FAILED: "red",
    Outcome.LEFT: "dim",
}


def screen(
    runs: Sequence[PhaseRun],
    *,
    attempt: int,
    news: Sequence[tuple[float, str]],
    now: datetime,
    elapsed: float,
    ui_url: str,
) -> RenderableType:
    """The runs so far, the phases to come, what was found, and what happened besides."""
    parts: list[RenderableType] = [_table(runs, attempt, now), *sent_back(runs)]
    parts += told(news)
    parts += [Text(), Text(f"  {elapsed:5.1f} s   Web UI {ui_url}", style="dim")]
    return Group(*parts)


def told(news: Sequence[tuple[float, str]]) -> Iterator[RenderableType]:
    """What happened besides, and when: seconds since the beginning."""
    if news:
        yield Text()
    yield from (Padding(Text(f"{at:5.1f} s  {message}", style="bold magenta"), (0, 2)) for at, message in news)


def sent_back(runs: Sequence[PhaseRun]) -> Iterator[RenderableType]:
    """Who sent the work back, and what for."""
    for run in runs:
        if found := list(findings_of(run)):
            yield Text(f"\n  {run.role.value} sent the work back:", style="yellow")
            yield from (Padding(Text(each), (0, 2, 0, 4)) for each in found)


def _table(runs: Sequence[PhaseRun], attempt: int, now: datetime) -> Table:
    table = Table(box=None, padding=(0, 1), expand=True, header_style="dim")
    table.add_column("", width=1)
    for name in ("phase", "role", "state"):
        table.add_column(name, no_wrap=True)
    for name in ("run", "time"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("outcome", ratio=1, no_wrap=True, overflow="ellipsis")
    for run in runs:
        working = run.outcome is Outcome.WORKING
        table.add_row(
            _SPINNER if working else _MARKS[run.outcome],
            run.phase.value,
            run.role.value,
            Text(run.outcome.value, style=_STYLES[run.outcome]),
            str(run.number),
            f"{run.seconds(now):.1f} s",
            Text(_doing(runs, run, attempt) if working else line(run.summary), style="dim" if working else ""),
        )
    for phase in _to_come(runs):
        table.add_row("·", phase.value, OWNERS[phase.state].value, "", "", "", "", style="dim")
    return table


def _to_come(runs: Sequence[PhaseRun]) -> Sequence[Phase]:
    """The phases after the one that the build stands in or has just left."""
    return PHASES[PHASES.index(runs[-1].phase) + 1 :] if runs else PHASES


def _doing(runs: Sequence[PhaseRun], run: PhaseRun, attempt: int) -> str:
    if attempt > 1:
        return f"attempt {attempt}, after a lost worker"
    before = runs[-2] if len(runs) > 1 and runs[-1] is run else None
    if before is not None and before.outcome is Outcome.SENT_BACK:
        count = sum(finding.severity is Severity.ERROR for finding in before.findings)
        return f"with {count} finding{'s' * (count != 1)} to answer"
    return ""


def findings_of(run: PhaseRun) -> Iterator[str]:
    """The findings that sent the work back, each as one line."""
    if run.outcome is not Outcome.SENT_BACK:
        return
    held = [finding for finding in run.findings if finding.severity is Severity.ERROR]
    for finding in held[:_MOST_FINDINGS]:
        yield line(next(iter(finding.message.strip().splitlines()), finding.id), _LONGEST_FINDING)
    if len(held) > _MOST_FINDINGS:
        yield f"and {len(held) - _MOST_FINDINGS} more"


def ending_of(run: PhaseRun) -> str:
    """How a run ended, as one line."""
    return f"{run.outcome.value}, {line(run.summary)}" if run.summary else run.outcome.value
