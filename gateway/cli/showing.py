"""``demo``: one real build from request to release, to be watched."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.command import command
from gateway.cli.exit_codes import ExitCode
from gateway.cli.invocation import Invocation


def register(app: typer.Typer) -> None:
    """Add the command."""

    @command(app, "demo", temporal=False, traced=False)
    async def demo(
        call: Invocation,
        crash: Annotated[
            bool, typer.Option("--crash", help="Kill the worker amid implementation, and see the build go on.")
        ] = False,
        keep: Annotated[
            bool, typer.Option("--keep", help="Leave Temporal, its Web UI and the worker up until Ctrl-C.")
        ] = False,
        home: Annotated[
            Path | None,
            typer.Option("--home", metavar="DIR", help="Where everything is kept; a new folder when not given."),
        ] = None,
        agent: Annotated[
            str | None,
            typer.Option("--agent", metavar="NAME", help="Have this coding agent write the code (see: agents)."),
        ] = None,
        model: Annotated[
            str | None,
            typer.Option("--model", metavar="PROVIDER:NAME", help="Have this language model write the code."),
        ] = None,
    ) -> ExitCode:
        """Build a small project from request to release, live.

        Temporal, git, the tests, the linters, the gates and SQL are real. The code writer is a stand-in that replays
        two recorded attempts, so that no key is needed: the first has a bug, which the Test Auditor finds. With
        --agent or --model a real one takes its place, with a key from the environment.
        """
        from gateway.cli.demo.session import run

        return await run(call, crash=crash, keep=keep, home=home, agent=agent, model=model)
