"""Lists on the screen: builds, handoffs, journal entries."""

from collections.abc import Callable, Sequence

from rich.table import Table
from rich.text import Text

from baton.contracts.messages import Handoff
from baton.domain.actors import Actor
from baton.domain.journal import Entry
from baton.domain.vocabulary import EntryKind
from baton.store.records import BuildSummary
from gateway.cli.looks import clock, status_text, words
from gateway.cli.plain import line, text
from gateway.story.sentences import sentence

_BAD = {
    EntryKind.PHASE_FAILED,
    EntryKind.APPROVAL_REFUSED,
    EntryKind.APPROVAL_EXPIRED,
    EntryKind.LIMIT_REACHED,
    EntryKind.COMMAND_REFUSED,
    EntryKind.BUILD_ABANDONED,
}
_WIDE, _WIDER = 90, 120
_KIND_WIDTH = max(len(kind) for kind in EntryKind)


def build_table(builds: Sequence[BuildSummary], width: int) -> Table | Text:
    """Builds, one a line, for a terminal of ``width`` columns."""
    if not builds:
        return Text("No builds.", "dim")
    table = _table()
    table.add_column("build", overflow="fold", style="cyan")
    table.add_column("state", no_wrap=True)
    table.add_column("status", no_wrap=True)
    table.add_column("done", justify="right", no_wrap=True)
    further: list[Callable[[BuildSummary], Text]] = []
    if width >= _WIDE:
        table.add_column("started", no_wrap=True, style="dim")
        table.add_column("project")
        further += [lambda build: Text(clock(build.created_at)[5:-3]), lambda build: text(line(build.project_id))]
    if width >= _WIDER:
        table.add_column("title", style="dim")
        further.append(lambda build: text(line(build.title)))
    for build in builds:
        table.add_row(
            text(build.build_id),
            words(build.current_state.value),
            status_text(build.status, build.ended_outside),
            f"{build.progress:.0f} %",
            *(shown(build) for shown in further),
        )
    return table


def handoff_table(handoffs: Sequence[Handoff]) -> Table | Text:
    """Handoffs, one a line."""
    if not handoffs:
        return Text("No handoffs yet.", "dim")
    table = _table()
    table.add_column("time", no_wrap=True, style="dim")
    table.add_column("from → to")
    table.add_column("commit", no_wrap=True, style="dim")
    table.add_column("handed over", style="dim")
    for handoff in handoffs:
        record = handoff.record
        to_role = words(record.to_role.value) if record.to_role is not None else "released"
        table.add_row(
            clock(record.timestamp)[11:],
            f"{words(record.from_role.value)} → {to_role}",
            text((record.commit or "")[:8]),
            text(line(", ".join(handoff.data or {}), 120)),
        )
    return table


def entry_line(entry: Entry) -> Text:
    """An entry on one line: number, time, kind, what, who."""
    shown = text(f"{entry.sequence:>3}  {clock(entry.at)[11:]}  ", "dim")
    shown.append(f"{words(entry.kind.value):<{_KIND_WIDTH}}  ", _style(entry))
    return shown.append(_what(entry))


def entry_row(entry: Entry) -> Table:
    """As :func:`entry_line`, for a terminal: what does not fit goes on below where it began."""
    row = Table.grid(padding=(0, 2, 0, 0))
    row.add_column(width=3, justify="right", style="dim")
    row.add_column(width=8, style="dim")
    row.add_column(width=_KIND_WIDTH, style=_style(entry))
    row.add_column()
    row.add_row(str(entry.sequence), clock(entry.at)[11:], words(entry.kind.value), _what(entry))
    return row


def _what(entry: Entry) -> Text:
    return text(sentence(entry)).append(text(f"  {_who(entry.actor)}", "dim"))


def _style(entry: Entry) -> str:
    return "red" if entry.kind in _BAD else "cyan"


def _who(actor: Actor) -> str:
    played = f" as {words(actor.role.value)}" if actor.role is not None and actor.role.value != actor.id else ""
    return f"({line(words(actor.id) if not played and actor.role else actor.id, 60)}{played})"


def _table() -> Table:
    return Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
