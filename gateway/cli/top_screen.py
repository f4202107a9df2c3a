"""The live picture on a terminal, 80 columns or more wide."""

from datetime import datetime

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from baton.domain.vocabulary import State, Status
from baton.store.browsing import BuildLine, WaitingLine
from baton.store.standing import LIVING, Ended, Untaken
from gateway.cli.looks import span, status_text, words
from gateway.cli.plain import line, text
from gateway.standing.lag import MirrorLag
from gateway.standing.picture import Mirrored, Picture, Served
from gateway.worker.duties import Duty

_NAME, _LAST, _OTHERS = 25, 15, 40
"""The widths of the first column at the least, of the last at the most, and of what is between and beside them."""

_SLOW_SECONDS = 60
_DUTIES = {duty.queue: duty for duty in Duty}


def top_screen(seen: Picture, where: str, width: int) -> RenderableType:
    """The picture of ``where``, for a terminal of ``width`` columns."""
    head = Table.grid(expand=True)
    head.add_column(no_wrap=True, overflow="ellipsis")
    head.add_column(justify="right", style="dim", no_wrap=True)
    name = Text().append("Baton", "bold green").append_text(text(f"  {line(where)}", "dim"))
    head.add_row(name, f"{seen.at.astimezone():%H:%M:%S}")
    parts: list[RenderableType] = [head, Text()]
    for away in (seen.sql_away, seen.temporal_away):
        if away is not None:
            parts += [Text().append("away  ", "bold red").append_text(text(line(away, 400))), Text()]
    parts += [_summary(seen), Text(), _beside(seen)]
    if seen.sql is not None:
        parts += [Text(), *_working(seen.sql, width), Text(), *_waiting(seen.sql, width)]
    return Group(*parts)


def _summary(seen: Picture) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    if seen.sql is not None:
        table.add_row("Builds", _counts(seen.sql.standing.by_status))
        table.add_row("Last hour", _ended(seen.sql.hour))
        table.add_row("Last day", _ended(seen.sql.day))
        table.add_row("Webhooks", _notices(seen.sql.standing.untaken, seen.at))
    if seen.temporal is not None:
        table.add_row("Mirror", _lag(seen.temporal.lag))
    return table


def _counts(found: dict[Status, int]) -> Text:
    told = Text()
    for status in LIVING:
        style = "dim" if not found[status] else ""
        word = Text("parked", "bold red" if found[status] else "") if status is Status.ERROR else status_text(status)
        told.append(f"{found[status]:,} ", style).append_text(Text(word.plain, style or word.style)).append("   ")
    return told


def _ended(found: Ended) -> Text:
    failed = Text(f"{found.failed:,} failed", "red" if found.failed else "dim")
    told = Text(f"{found.started:,} started   {found.completed:,} completed   ").append_text(failed)
    return told.append(f"   {found.cancelled:,} cancelled", "" if found.cancelled else "dim")


def _notices(untaken: tuple[Untaken, ...], now: datetime) -> Text:
    told = Text()
    for one in untaken:
        bad = one.status.value == "parked" and one.notices
        told.append(f"{one.notices:,} {one.status.value}", "red" if bad else "" if one.notices else "dim")
        if one.queued_at is not None and one.status.value == "pending":
            told.append(f" (the oldest for {_ago(one.queued_at, now)})", "dim")
        told.append("   ")
    return told


def _lag(lag: MirrorLag) -> Text:
    if not lag.looked_at:
        return Text("nothing is running", "dim")
    looked = f"of {lag.looked_at} running builds"
    if not lag.behind:
        return Text("up to date").append(f", {looked} that were looked at", "dim")
    style = "bold red" if lag.seconds > _SLOW_SECONDS or lag.attempt > 1 else ""
    told = Text().append(f"{span(lag.seconds)} behind", style).append(f", {lag.behind} {looked}", "dim")
    return told.append(f"; at attempt {lag.attempt}", style) if lag.attempt > 1 else told


def _beside(seen: Picture) -> Table:
    """Workers and states, side by side."""
    both = Table.grid(padding=(0, 4, 0, 0))
    parts: list[RenderableType] = []
    if seen.temporal is not None:
        parts.append(_workers(seen.temporal))
    if seen.sql is not None:
        parts.append(_states(seen.sql))
    if parts:
        both.add_row(*parts)
    return both


def _workers(served: Served) -> Table:
    table = _table()
    table.add_column("queue", no_wrap=True)
    for name in ("workers", "waiting", "oldest"):
        table.add_column(name, justify="right", no_wrap=True)
    for queue in served.queues:
        none = Text("none", "bold red")
        table.add_row(
            words(_DUTIES[queue.name].value),
            none if not queue.pollers else str(queue.pollers),
            f"{queue.backlog:,}" if queue.backlog else Text("0", "dim"),
            Text(span(queue.backlog_seconds), "yellow") if queue.backlog else Text("-", "dim"),
        )
    return table


def _states(sql: Mirrored) -> Table:
    table = _table()
    table.add_column("state", no_wrap=True)
    table.add_column("builds", justify="right", no_wrap=True)
    for state in State:
        builds = sum(group.builds for group in sql.standing.groups if group.state is state)
        if builds:
            table.add_row(Text(words(state.value), "bold red" if state is State.ERROR else ""), f"{builds:,}")
    if not table.row_count:
        table.add_row(Text("none under way", "dim"), "")
    return table


def _working(sql: Mirrored, width: int) -> list[RenderableType]:
    if not sql.working:
        return [Text("Nothing is at work.", "dim")]
    table = _builds(width, "at work", "state", "for", "rework", "project")
    for build in sql.working:
        table.add_row(
            text(line(build.build_id)),
            words(build.state.value),
            _ago(build.updated_at, sql.standing.at),
            str(build.rework_rounds or ""),
            text(line(build.project_id)),
        )
    return [table, *_more(sql.standing.by_status[Status.IN_PROGRESS] - len(sql.working))]


def _waiting(sql: Mirrored, width: int) -> list[RenderableType]:
    if not sql.waiting:
        return [Text("Nothing waits for anybody.", "dim")]
    table = _builds(width, "waits", "for", "since", "due in", "who")
    for one in sql.waiting:
        table.add_row(
            text(line(one.build.build_id)),
            words(one.build.waiting_kind or ""),
            _ago(one.build.updated_at, sql.standing.at),
            _due(one.build, sql.standing.at),
            text(line(_who(one))),
        )
    waiting = sum(group.builds for group in sql.standing.groups if group.waiting_kind is not None)
    return [table, *_more(waiting - len(sql.waiting))]


def _who(one: WaitingLine) -> str:
    if one.approvers:
        return ", ".join(one.approvers)
    if one.build.waiting_kind == "report" and one.build.role is not None:
        return words(one.build.role.value)
    return "anybody"


def _due(build: BuildLine, now: datetime) -> Text:
    if build.waiting_deadline is None:
        return Text("-", "dim")
    seconds = (build.waiting_deadline - now).total_seconds()
    return Text("overdue", "bold red") if seconds < 0 else Text(_short(seconds), "yellow" if seconds < 3600 else "")


def _ago(then: datetime, now: datetime) -> str:
    """How long ago, in one unit."""
    return _short((now - then).total_seconds())


def _short(seconds: float) -> str:
    return " ".join(span(max(0.0, seconds)).split()[:2])


def _more(left: int) -> list[RenderableType]:
    return [Text(f"and {left:,} more", "dim")] if left > 0 else []


def _builds(width: int, name: str, word: str, one: str, other: str, last: str) -> Table:
    table = _table()
    table.add_column(
        name, no_wrap=True, max_width=max(_NAME, width - _LAST - _OTHERS), overflow="ellipsis", style="cyan"
    )
    table.add_column(word, no_wrap=True)
    for number in (one, other):
        table.add_column(number, justify="right", no_wrap=True)
    table.add_column(last, no_wrap=True, max_width=_LAST, overflow="ellipsis", style="dim")
    return table


def _table() -> Table:
    return Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
