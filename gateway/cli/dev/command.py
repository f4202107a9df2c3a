"""``dev``: all that builds need on this machine, for as long as it is wanted."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.app import app
from gateway.cli.command import command
from gateway.cli.invocation import Invocation


@command(app, "dev", temporal=False)
async def dev(
    invocation: Invocation,
    home: Annotated[
        Path | None, typer.Option("--home", metavar="DIR", help="Where state is kept.  [.baton]", show_default=False)
    ] = None,
    profiles: Annotated[
        Path | None, typer.Option("--profiles", metavar="DIR", help="A folder of further profiles.", show_default=False)
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", help="Temporal's port.  [7233, or a free one]", show_default=False)
    ] = None,
    ui_port: Annotated[
        int | None, typer.Option("--ui-port", help="The Web UI's port.  [8233, or a free one]", show_default=False)
    ] = None,
) -> None:
    """Run Temporal, its Web UI and a worker on this machine, until Ctrl-C.

    What is under way is kept in .baton and taken up again at the next start.
    """
    from gateway.cli.dev.session import run

    await run(invocation, home=home, profiles=profiles, port=port, ui_port=ui_port)
