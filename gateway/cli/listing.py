"""The list of builds, from SQL."""

from typing import Annotated

import typer

from baton.domain.vocabulary import State, Status
from gateway.cli.command import command
from gateway.cli.database import DatabaseUrl, database
from gateway.cli.exit_codes import CommandFailed, ExitCode
from gateway.cli.invocation import Invocation


def register(app: typer.Typer) -> None:
    """Add the command."""

    @command(app, "list", temporal=False)
    def list_(
        call: Invocation,
        project: Annotated[str | None, typer.Option("--project", metavar="ID", help="Of this project.")] = None,
        user: Annotated[str | None, typer.Option("--user", metavar="ID", help="Of this user.")] = None,
        state: Annotated[
            State | None, typer.Option("--state", metavar="STATE", case_sensitive=False, help="In this state.")
        ] = None,
        status: Annotated[
            Status | None,
            typer.Option("--status", metavar="STATUS", case_sensitive=False, help=f"One of {', '.join(Status)}."),
        ] = None,
        limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, max=1000, help="At most so many.")] = 50,
        after: Annotated[
            str | None, typer.Option("--after", metavar="BUILD", help="Only those before this one.")
        ] = None,
        database_url: DatabaseUrl = None,
    ) -> None:
        """The builds, newest first, as SQL has them."""
        from baton.store.reading import list_builds
        from gateway.cli.tables import build_table

        with database(call, database_url) as engine:
            try:
                found = list_builds(
                    engine, project=project, user=user, state=state, status=status, limit=limit, after=after
                )
            except LookupError as error:
                raise CommandFailed(
                    "not_found", f"There is no build {after!r} to go on after", ExitCode.FAILED
                ) from error
        last = found[-1].build_id if len(found) == limit else None
        call.output.result({"builds": found, "next_after": last}, build_table(found, call.output.console.width))
        if last is not None:
            call.output.detail(f"There may be more: --after {last}")
