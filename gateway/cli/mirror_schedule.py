"""``mirror schedule``: SQL is compared with Temporal's histories every so often, by the workers."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from gateway.cli.command import command
from gateway.cli.exit_codes import CommandFailed, ExitCode
from gateway.cli.invocation import Invocation
from gateway.cli.periods import Projects
from gateway.cli.plain import line, text

if TYPE_CHECKING:
    from gateway.mirroring.schedule import Standing

_STYLES = {"holds": "green", "drift": "bold red", "running": "cyan", "failed": "red", "forgotten": "dim"}
_SHORTEST = timedelta(minutes=1)


def register(mirror: typer.Typer) -> None:
    """Add the group to that of the mirror."""
    group = typer.Typer(help="Have SQL compared with Temporal's histories every so often.", rich_markup_mode="rich")
    mirror.add_typer(group, name="schedule", no_args_is_help=True)
    _register_making(group)
    _register_telling(group)


def _register_making(group: typer.Typer) -> None:
    @command(group, "create")
    async def create(
        call: Invocation,
        every: Annotated[str, typer.Option("--every", metavar="TIME", help="How often: 30m, 6h, 1d and so on.")] = "1d",
        project: Projects = None,
        days: Annotated[
            float | None,
            typer.Option("--days", metavar="N", help="Only builds that were created in the last N days."),
        ] = None,
    ) -> None:
        """Check the mirror on a schedule of Temporal's: workers compare, and webhooks tell of what drifts."""
        from baton.contracts.messages import CheckMirror
        from gateway.mirroring import schedule

        order = CheckMirror(projects=tuple(project) if project else None, days=_positive(days))
        interval = _interval(every)
        client = await call.connect()
        await schedule.create(client, interval, order)
        _show(call, await schedule.look(client))

    @command(group, "remove")
    async def remove(call: Invocation) -> None:
        """Check the mirror no more. A check that is under way goes on."""
        from gateway.mirroring import schedule

        await schedule.remove(await call.connect())
        call.output.result({"scheduled": False}, text("✓ ", "green").append("removed", "default"))


def _register_telling(group: typer.Typer) -> None:
    @command(group, "show")
    async def show(call: Invocation) -> ExitCode:
        """The schedule and what came of the last checks.

        Exit code 1 when the last one that has ended found drift, or failed.
        """
        from gateway.mirroring import schedule

        standing = await schedule.look(await call.connect())
        _show(call, standing)
        return ExitCode.DONE if standing.well else ExitCode.FAILED

    @command(group, "run")
    async def run(call: Invocation) -> None:
        """Begin a check now, unless one is under way."""
        from gateway.mirroring import schedule

        await schedule.run_now(await call.connect())
        call.output.result({"begun": True}, text("✓ ", "green").append("a check begins", "default"))
        call.output.detail("What comes of it: python starter.py mirror schedule show")

    @command(group, "pause")
    async def pause(
        call: Invocation,
        reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is shown.")] = "",
    ) -> None:
        """Begin no check until it is resumed."""
        from gateway.mirroring import schedule

        client = await call.connect()
        await schedule.pause(client, reason)
        _show(call, await schedule.look(client))

    @command(group, "resume")
    async def resume(call: Invocation) -> None:
        """Begin checks again."""
        from gateway.mirroring import schedule

        client = await call.connect()
        await schedule.resume(client)
        _show(call, await schedule.look(client))


def _interval(every: str) -> timedelta:
    from baton.runners.durations import parse_duration

    try:
        found = parse_duration(every)
    except ValueError as error:
        raise CommandFailed("usage", f"--every {every!r}: {error}", ExitCode.USAGE) from None
    if found < _SHORTEST:
        raise CommandFailed("usage", f"--every {every!r}: at least a minute", ExitCode.USAGE)
    return found


def _positive(days: float | None) -> float | None:
    if days is not None and not days > 0:
        raise CommandFailed("usage", f"--days {days:g}: more than 0", ExitCode.USAGE)
    return days


def _show(call: Invocation, standing: "Standing") -> None:
    document: dict[str, Any] = {
        "scheduled": True,
        "every_seconds": standing.every.total_seconds(),
        "projects": standing.order.projects,
        "days": standing.order.days,
        "paused": standing.paused,
        "note": standing.note,
        "next": standing.next,
        "checks": standing.checks,
    }
    call.output.result(document, _headline(standing), _table(standing))


def _headline(standing: "Standing") -> Text:
    from gateway.cli.looks import clock, span

    shown = text(f"every {span(standing.every.total_seconds())}", "bold")
    if standing.order.projects is not None:
        shown.append(text(f" · {', '.join(map(line, standing.order.projects))}", "default"))
    if standing.order.days is not None:
        shown.append(f" · builds of the last {standing.order.days:g} days", "default")
    if standing.paused:
        return shown.append(" · paused", "yellow").append(text(f"  {line(standing.note, 200)}", "dim"))
    return shown.append(f" · next {clock(standing.next)}" if standing.next is not None else "", "dim")


def _table(standing: "Standing") -> Table | Text:
    from gateway.cli.looks import clock

    if not standing.checks:
        return Text("No check yet. To begin one now: python starter.py mirror schedule run", "dim")
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    for heading in ("begun", "came to", "builds"):
        table.add_column(heading, no_wrap=True, justify="right" if heading == "builds" else "left")
    table.add_column("", overflow="fold")
    for check in standing.checks:
        told = check.checked
        table.add_row(
            clock(check.started_at),
            Text(check.came.value, _STYLES[check.came.value]),
            "" if told is None else str(told.checked),
            text("" if told is None or told.holds else line(told.message, 400)),
        )
    return table
