"""Watching a build: live on a terminal, a line for each change in a pipe."""

import asyncio

from rich.console import Group, RenderableType
from rich.live import Live

from baton.domain.journal import Entry
from baton.domain.view import BuildView
from baton.domain.vocabulary import Status
from baton.runtime.client import TemporalUnavailable
from gateway.builds import Builds
from gateway.cli.exit_codes import ExitCode
from gateway.cli.invocation import Invocation
from gateway.cli.plain import text
from gateway.cli.screens import build_screen
from gateway.cli.tables import entry_line
from gateway.errors import NoWorker

_LOOK_SECONDS = 0.5


async def follow(call: Invocation, builds: Builds, build_id: str) -> ExitCode:
    """Watch until the build ends: done when it is complete, failed otherwise. Ctrl-C leaves the build alone.

    With ``--json`` nothing is shown before the end; then it is the view.
    """
    try:
        if call.output.as_json:
            view = await _until_the_end(builds, build_id)
            call.output.document(view)
        elif call.output.console.is_terminal:
            view = await _live(call, builds, build_id)
        else:
            view = await _lines(call, builds, build_id)
    except asyncio.CancelledError:
        call.output.warn(f"The build goes on. See it again: python starter.py watch {build_id}")
        return ExitCode.INTERRUPTED
    return ExitCode.DONE if view.status is Status.COMPLETE else ExitCode.FAILED


async def _until_the_end(builds: Builds, build_id: str) -> BuildView:
    while not (view := await builds.status(build_id)).ended:
        await asyncio.sleep(_LOOK_SECONDS)
    return view


async def _live(call: Invocation, builds: Builds, build_id: str) -> BuildView:
    shown: RenderableType = build_screen(view := await builds.status(build_id))
    with Live(shown, console=call.output.console, auto_refresh=False) as live:
        while not view.ended:
            await asyncio.sleep(_LOOK_SECONDS)
            try:
                view = await builds.status(build_id)
                shown = build_screen(view)
                live.update(shown, refresh=True)
            except (NoWorker, TemporalUnavailable) as away:
                live.update(Group(shown, text(f"  {away}. Waiting for it …", "yellow")), refresh=True)
    return view


async def _lines(call: Invocation, builds: Builds, build_id: str) -> BuildView:
    seen = 0
    while True:
        view = await builds.status(build_id)
        if view.head.sequence > seen:
            entries: list[Entry] = await builds.journal(build_id, after=seen)
            for entry in entries:
                call.output.say(entry_line(entry))
            seen = entries[-1].sequence
            if view.waiting_for is not None:
                call.output.say(text(f"     waits: python {view.waiting_for.command}", "yellow"))
        if view.ended and seen >= view.head.sequence:
            return view
        await asyncio.sleep(_LOOK_SECONDS)
