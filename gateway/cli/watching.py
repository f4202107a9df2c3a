"""Watching a build: live on a terminal, a line for each change in a pipe."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

from rich.console import Group
from rich.live import Live
from temporalio.service import RPCError, RPCStatusCode

from baton.domain.view import BuildView
from baton.domain.vocabulary import Status
from baton.runtime.diagnosis import reason_of
from gateway.builds import Builds
from gateway.cli.exit_codes import ExitCode
from gateway.cli.invocation import Invocation
from gateway.cli.plain import text
from gateway.cli.screens import build_screen
from gateway.cli.tables import entry_line
from gateway.errors import NoWorker

_LOOK_SECONDS = 0.5

Answer = TypeVar("Answer")


async def follow(call: Invocation, builds: Builds, build_id: str) -> ExitCode:
    """Watch until the build ends: done when it is complete, failed otherwise. Ctrl-C leaves the build alone.

    Once it has been seen, a server or a worker that goes away is waited for. With ``--json`` nothing is shown before
    the end; then it is the view.
    """
    try:
        view = await builds.status(build_id)
        if call.output.as_json:
            view = await _until_the_end(call, builds, view)
            call.output.document(view)
        elif call.output.console.is_terminal:
            view = await _live(call, builds, view)
        else:
            view = await _lines(call, builds, view)
    except asyncio.CancelledError:
        call.output.warn(f"The build goes on. See it again: python starter.py watch {build_id}")
        return ExitCode.INTERRUPTED
    return ExitCode.DONE if view.status is Status.COMPLETE else ExitCode.FAILED


async def _until_the_end(call: Invocation, builds: Builds, view: BuildView) -> BuildView:
    tell = _once(call)
    while not view.ended:
        await asyncio.sleep(_LOOK_SECONDS)
        view = await _patiently(partial(builds.status, view.build_id), tell)
    return view


async def _live(call: Invocation, builds: Builds, view: BuildView) -> BuildView:
    def screen() -> Group:
        return Group(*build_screen(view, call.output.console.width))

    with Live(screen(), console=call.output.console, auto_refresh=False) as live:

        def tell(message: str) -> None:
            live.update(Group(screen(), text(f"  {message}", "yellow")), refresh=True)

        while not view.ended:
            await asyncio.sleep(_LOOK_SECONDS)
            view = await _patiently(partial(builds.status, view.build_id), tell)
            live.update(screen(), refresh=True)
    return view


async def _lines(call: Invocation, builds: Builds, view: BuildView) -> BuildView:
    tell = _once(call)
    seen = 0
    waits = None
    while True:
        for entry in await _patiently(partial(builds.journal, view.build_id, after=seen), tell):
            call.output.say(entry_line(entry))
            seen = entry.sequence
        if view.ended and seen >= view.head.sequence:
            if view.ended_outside is not None:
                call.output.say(text(f"     {view.ended_outside.sentence}", "red"))
            return view
        if view.waiting_for is not None and view.waiting_for != waits:
            call.output.say(text(f"     waits: python {view.waiting_for.command}", "yellow"))
        waits = view.waiting_for
        await asyncio.sleep(_LOOK_SECONDS)
        view = await _patiently(partial(builds.status, view.build_id), tell)


async def _patiently(ask: Callable[[], Awaitable[Answer]], tell: Callable[[str], None]) -> Answer:
    while True:
        try:
            return await ask()
        except NoWorker as away:
            tell(f"{away}. Waiting for it …")
        except RPCError as away:
            if away.status is not RPCStatusCode.UNAVAILABLE:
                raise
            tell(f"Temporal does not answer: {reason_of(away)}. Waiting for it …")
        await asyncio.sleep(_LOOK_SECONDS)


def _once(call: Invocation) -> Callable[[str], None]:
    """Tells what is new only."""
    told: set[str] = set()

    def tell(message: str) -> None:
        if message not in told:
            told.add(message)
            call.output.warn(message)

    return tell
