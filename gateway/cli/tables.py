"""Lists on the screen: builds, handoffs, journal entries."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from baton.contracts.messages import Handoff
from baton.domain.actors import Actor
from baton.domain.journal import Entry
from baton.domain.vocabulary import EntryKind
from baton.store.records import BuildSummary
from gateway.cli.looks import clock, status_text, words
from gateway.cli.plain import line, text
from gateway.cli.sentences import sentence

_BAD = {
    EntryKind.PHASE_FAILED,
    EntryKind.APPROVAL_REFUSED,
    EntryKind.APPROVAL_EXPIRED,
    EntryKind.LIMIT_REACHED,
    EntryKind.COMMAND_REFUSED,
    EntryKind.BUILD_ABANDONED,
}
_KIND_WIDTH = max(len(kind) for kind in EntryKind)


def build_table(builds: Sequence[BuildSummary]) -> Table | Text:
    """Builds, one a line."""
    if not builds:
        return Text("No builds.", "dim")
    table = _table()
    table.add_column("build", no_wrap=True, style="cyan")
    table.add_column("state", no_wrap=True)
    table.add_column("status", no_wrap=True)
    table.add_column("done", justify="right", no_wrap=True)
    table.add_column("started", no_wrap=True, style="dim")
    table.add_column("project", overflow="ellipsis", no_wrap=True)
    table.add_column("title", overflow="ellipsis", no_wrap=True, style="dim", ratio=1)
    for build in builds:
        table.add_row(
            text(build.build_id),
            words(build.current_state.value),
            status_text(build.status),
            f"{build.progress:.0f} %",
            clock(build.created_at)[:-3],
            text(line(build.project_id)),
            text(line(build.title)),
        )
    return table


def handoff_table(handoffs: Sequence[Handoff]) -> Table | Text:
    """Handoffs, one a line."""
    if not handoffs:
        return Text("No handoffs yet.", "dim")
    table = _table()
    table.add_column("#", justify="right", style="dim")
    table.add_column("time", no_wrap=True, style="dim")
    table.add_column("from → to", no_wrap=True)
    table.add_column("state", overflow="fold")
    table.add_column("commit", no_wrap=True, style="dim")
    table.add_column("handed over", overflow="ellipsis", no_wrap=True, style="dim", ratio=1)
    for handoff in handoffs:
        record = handoff.record
        to_role = words(record.to_role.value) if record.to_role is not None else "release"
        table.add_row(
            str(record.sequence),
            clock(record.timestamp)[11:],
            f"{words(record.from_role.value)} → {to_role}",
            f"{record.from_state.value} → {record.to_state.value}",
            text((record.commit or "")[:8]),
            text(line(", ".join(handoff.data or {}), 120)),
        )
    return table


def entry_line(entry: Entry) -> Text:
    """An entry: number, time, kind, what, who."""
    style = "red" if entry.kind in _BAD else "cyan"
    shown = text(f"{entry.sequence:>3}  {clock(entry.at)[11:]}  ", "dim")
    shown.append(f"{words(entry.kind.value):<{_KIND_WIDTH}}  ", style)
    shown.append(sentence(entry), "default")
    return shown.append(text(f"  {_who(entry.actor)}", "dim"))


def _who(actor: Actor) -> str:
    played = f" as {words(actor.role.value)}" if actor.role is not None and actor.role.value != actor.id else ""
    return f"({line(words(actor.id) if not played and actor.role else actor.id, 60)}{played})"


def _table() -> Table:
    return Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
