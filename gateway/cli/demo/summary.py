"""What stands above and below the demo's page."""

import shlex
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from baton.domain.reports import Evidence
from baton.domain.requests import BuildRequest
from baton.domain.view import BuildView
from baton.workshop.sandbox import probe
from gateway.cli.criteria import criteria_of
from gateway.cli.demo.course import Ending
from gateway.cli.demo.runs import Outcome, PhaseRun
from gateway.cli.demo.screen import sent_back
from gateway.cli.demo.writer import Writer
from gateway.cli.plain import line
from gateway.embedded.stack import Stack


def opening(request: BuildRequest, writer: Writer) -> RenderableType:
    """What is going to happen, and what of it is not real."""
    sandbox = probe()
    confined = (
        f"What it writes runs in a sandbox (bubblewrap {sandbox.version}), without network."
        if sandbox.available
        else f"What it writes runs with limits only, without a sandbox: {sandbox.reason}."
    )
    real = "All else is" if writer.stands_in else "Everything is"
    return Padding(
        Group(
            Text.assemble(("Baton", "bold"), f" carries a request to its release: {line(request.title)}"),
            Text(),
            Text(writer.told, "yellow"),
            Text(f"{real} real: Temporal, git, tests, linters, gates, SQL. {confined}", "dim"),
        ),
        (1, 2),
    )


def summary(ending: Ending, stack: Stack, *, keep: bool) -> Sequence[RenderableType]:
    """What came of it, with the evidence, and where everything is."""
    title = Text.assemble(("\n  Complete", "bold green"), f" in {ending.outcome.seconds:g} s.\n")
    proven = _proven(ending.view)
    return [
        title,
        _evidence(ending.runs),
        *sent_back(ending.runs),
        Text(),
        *([proven, Text()] if proven is not None else []),
        _facts(ending, stack, keep=keep),
        Text(),
    ]


def _proven(view: BuildView) -> RenderableType | None:
    """Which test proves which acceptance criterion."""
    table = criteria_of(view)
    return None if table is None else Padding(table, (0, 0, 0, 2))


def _evidence(runs: Sequence[PhaseRun]) -> Table:
    table = Table(box=None, padding=(0, 1), expand=True, header_style="dim")
    table.add_column("", width=0)
    for name in ("state", "role"):
        table.add_column(name, no_wrap=True)
    table.add_column("time", justify="right", no_wrap=True)
    table.add_column("evidence", ratio=1)
    now = datetime.now(UTC)
    for run in runs:
        shown = Group(Text(line(run.summary), no_wrap=True, overflow="ellipsis"), Text(_proof(run), "dim"))
        table.add_row("", _state(run), run.role.value, f"{run.seconds(now):.1f} s", shown)
    return table


def _state(run: PhaseRun) -> Text:
    again = f" {run.number}" if run.number > 1 else ""
    return Text(f"{run.phase.value}{again}", style="yellow" if run.outcome is Outcome.SENT_BACK else "")


def _proof(run: PhaseRun) -> str:
    """What was executed, on which commit, and what confined it."""
    commit = next((one.commit for one in run.evidence if one.commit), run.commit)
    parts = [f"commit {commit[:7]}"] if commit else []
    parts += sorted({one.sandbox for one in run.evidence if one.sandbox})
    return " · ".join([*parts, *map(_ended, run.evidence)])


def _ended(one: Evidence) -> str:
    """How a command ended; of what is compared and runs no command, how much was found."""
    if one.exit_code is not None:
        return f"{line(one.name)}: exit {one.exit_code}"
    return f"{line(one.name)}: {one.counts.get('findings', 0):g} found"


def _facts(ending: Ending, stack: Stack, *, keep: bool) -> RenderableType:
    outcome, home = ending.outcome, stack.settings.home
    same = Text("says the same as Temporal", style="green") if outcome.mirror_matches_history else Text("")
    for deviation in ending.deviations:
        same.append(f"\ndiffers from Temporal: {line(deviation)}", style="red")
    again = "" if keep else f"\nclosed with the demo; to look: python starter.py dev --home {home}"
    rows = {
        "Archive": _archive(outcome.archive, home),
        "SQL": Text.assemble(f"{outcome.handoffs} handoffs and {outcome.events} events of this build; ", same),
        "": Text(outcome.database_url, style="dim"),
        "Dashboard": Text(stack.gateway_url),
        "Web UI": Text.assemble(stack.ui_url, f"  (workflow {outcome.workflow_id})", (again, "dim")),
        "Kept in": Text.assemble(str(home), ("  (remove it when you are done)" if _made(home) else "", "dim")),
    }
    table = Table.grid(padding=(0, 2))
    for name, value in rows.items():
        value.overflow = "fold"
        if value:
            table.add_row(Text(name, style="bold"), value)
    parts: list[RenderableType] = [table]
    if keep:
        parts.append(Text("\nEverything stays up until Ctrl-C.", style="bold"))
    return Padding(Group(*parts), (0, 0, 0, 2))


def _archive(path: str | None, home: Path) -> Text:
    """Where the release is, and how anybody proves it."""
    if path is None:
        return Text("none")
    proving = f"BATON_HOME={shlex.quote(str(home))} python starter.py verify-release {shlex.quote(path)}"
    return Text.assemble(path, (f"\nto prove it: {proving}", "dim"))


def _made(home: Path) -> bool:
    return home.name.startswith("baton-demo-")
