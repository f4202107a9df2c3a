"""``export``: everything that is known of a build in one file, before Temporal's retention takes its history."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.command import command
from gateway.cli.database import DatabaseUrl, database
from gateway.cli.exit_codes import CommandFailed
from gateway.cli.invocation import Invocation
from gateway.cli.options import BuildArgument
from gateway.cli.plain import text
from gateway.cli.scope_options import chosen
from gateway.version import version


def register(app: typer.Typer) -> None:
    """Add the command."""

    @command(app, "export")
    async def export(
        call: Invocation,
        build: BuildArgument,
        out: Annotated[
            Path | None,
            typer.Option("--out", metavar="FILE", help="The file; '.gz' compresses. Default: BUILD.export.json.gz"),
        ] = None,
        force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
        database_url: DatabaseUrl = None,
    ) -> None:
        """Write a build's journal, Temporal's history of it and what it released into one file, in plain text.

        'mirror verify', 'mirror rebuild' and 'audit verify' take the file with --export.
        """
        from gateway.exporting.files import write_export
        from gateway.exporting.gathering import gather
        from gateway.home import releases_folder

        chosen([build], None, None, everything=False)
        path = (out or Path(f"{build}.export.json.gz")).expanduser()
        if path.exists() and not force:
            raise CommandFailed(
                "exists", f"There is a file {str(path)!r} already: choose another with --out, or give --force"
            )
        with database(call, database_url) as engine:
            document = await gather(
                await call.connect(), engine, build, releases=releases_folder(call.settings), baton=version()
            )
        try:
            size = write_export(path, document)
        except OSError as error:
            raise CommandFailed("not_written", f"{str(path)!r} cannot be written: {error.strerror}") from error
        call.output.result(
            {
                "build_id": build,
                "file": str(path),
                "bytes": size,
                "entries": len(document.journal),
                "runs": len(document.runs),
                "standing": document.standing.value,
                "whole": document.whole,
                "source": document.source.value,
            },
            text("✓ ", "green").append(
                f"{path}  {len(document.journal)} entries, {len(document.runs)} runs, {size:,} bytes", "default"
            ),
        )
        if not document.runs:
            call.output.warn("Temporal no longer has this build: the file holds the journal that SQL has, no history")
        elif not document.whole:
            call.output.warn("the build has not ended: the file holds what has happened so far")
