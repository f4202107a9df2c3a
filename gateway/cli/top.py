"""``top``: what is under way, live in a terminal."""

from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.command import command
from gateway.cli.database import DatabaseUrl, database
from gateway.cli.exit_codes import CommandFailed, ExitCode
from gateway.cli.invocation import Invocation

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from temporalio.client import Client

    from gateway.standing.picture import Picture

_LINES = 8
_LINES_OF_DOCUMENT = 100
_OTHER_LINES = 24


def register(app: typer.Typer) -> None:
    """Add the command."""

    @command(app, "top", traced=False)
    async def top(
        call: Invocation,
        once: Annotated[
            bool, typer.Option("--once", help="Show it once. So it does in a pipe, and with --json.")
        ] = False,
        every: Annotated[
            float, typer.Option("--every", metavar="SECONDS", min=0.5, max=3600, help="How often to look.")
        ] = 2.0,
        database_url: DatabaseUrl = None,
    ) -> None:
        """What is at work, what waits for whom, how fast it goes and who serves it, until q or Ctrl-C."""
        with database(call, database_url) as engine:
            look = _Look(call, engine)
            if call.output.as_json or once or not call.output.console.is_terminal:
                await _once(call, look)
            else:
                await _live(call, look, every)


class _Look:
    """Looks, and keeps the connection that it looks through."""

    def __init__(self, call: Invocation, engine: "Engine") -> None:
        self._call, self._engine = call, engine
        self._client: Client | None = None

    async def now(self, lines: int) -> "Picture":
        from gateway.standing.picture import picture

        return await picture(self._engine, self._connected, lines=lines)

    @property
    def where(self) -> str:
        if self._client is None:
            return ""
        return f"{self._client.namespace} at {self._client.service_client.config.target_host}"

    async def _connected(self) -> "Client":
        if self._client is None:
            self._client = await self._call.connect()
        return self._client


async def _once(call: Invocation, look: _Look) -> None:
    from gateway.cli.top_screen import top_screen

    seen = await look.now(_LINES_OF_DOCUMENT if call.output.as_json else _LINES)
    if seen.blind:
        raise CommandFailed("nothing_answers", f"{seen.sql_away}. {seen.temporal_away}", ExitCode.UNREACHABLE)
    call.output.result(seen, top_screen(seen, look.where, call.output.console.width))


async def _live(call: Invocation, look: _Look, every: float) -> None:
    import asyncio
    import contextlib

    from rich.console import Group
    from rich.live import Live
    from rich.text import Text

    from gateway.cli.key_presses import leaving
    from gateway.cli.top_screen import top_screen

    console, left = call.output.console, asyncio.Event()
    with (
        leaving(left),
        Live(Text("Looking …", "dim"), console=console, screen=True, auto_refresh=False) as live,
        contextlib.suppress(asyncio.CancelledError),  # Ctrl-C leaves, and that is all
    ):
        while not left.is_set():
            looking = asyncio.ensure_future(look.now(max(2, min(_LINES, (console.height - _OTHER_LINES) // 2))))
            leave = asyncio.ensure_future(left.wait())
            await asyncio.wait([looking, leave], return_when=asyncio.FIRST_COMPLETED)
            leave.cancel()
            if not looking.done():
                looking.cancel()
                await asyncio.wait([looking])
                return
            foot = Text(f"every {every:g} s; q leaves", "dim")
            live.update(Group(top_screen(looking.result(), look.where, console.width), Text(), foot), refresh=True)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(left.wait(), every)
