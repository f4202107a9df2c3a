"""``dev``: all that builds need on this machine, for as long as it is wanted."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.command import command
from gateway.cli.invocation import Invocation


def register(app: typer.Typer) -> None:
    """Add the command."""

    @command(app, "dev", temporal=False, traced=False)
    async def dev(
        call: Invocation,
        home: Annotated[
            Path | None, typer.Option("--home", metavar="DIR", help="Where state is kept; .baton when not given.")
        ] = None,
        profiles: Annotated[
            Path | None, typer.Option("--profiles", metavar="DIR", help="A folder of further profiles.")
        ] = None,
        port: Annotated[
            int | None, typer.Option("--port", metavar="N", min=1, max=65_535, help="Temporal's; 7233 or a free one.")
        ] = None,
        ui_port: Annotated[
            int | None,
            typer.Option("--ui-port", metavar="N", min=1, max=65_535, help="The Web UI's; 8233 or a free one."),
        ] = None,
        gateway_port: Annotated[
            int | None,
            typer.Option("--gateway-port", metavar="N", min=1, max=65_535, help="The gateway's; 8420 or a free one."),
        ] = None,
    ) -> None:
        """Run Temporal, its Web UI, a worker and the gateway on this machine, until Ctrl-C.

        What is under way is kept in .baton and taken up again at the next start.
        """
        from gateway.cli.dev.session import run

        await run(call, home=home, profiles=profiles, port=port, ui_port=ui_port, gateway_port=gateway_port)
