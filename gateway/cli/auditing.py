"""``audit``: what SQL alone proves."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.command import command
from gateway.cli.database import DatabaseUrl, database
from gateway.cli.exit_codes import ExitCode
from gateway.cli.exported_file import loaded
from gateway.cli.invocation import Invocation
from gateway.cli.periods import Projects, Since
from gateway.cli.progressing import progress
from gateway.cli.proof_screens import audit_screen, verification_json
from gateway.cli.scope_options import Everything, Named, chosen, no_scope

FromFile = Annotated[
    Path | None, typer.Option("--export", metavar="FILE", help="Check an export of a build instead of SQL.")
]


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="Journals by their hash chains: verify.", rich_markup_mode="rich")
    app.add_typer(group, name="audit", no_args_is_help=True)

    @command(group, "verify", temporal=False)
    async def verify(
        call: Invocation,
        build: Named = None,
        project: Projects = None,
        since: Since = None,
        all_: Everything = False,
        export: FromFile = None,
        database_url: DatabaseUrl = None,
    ) -> ExitCode:
        """Check journals by their hash chains, and all rows against them, from SQL alone, without Temporal.

        An entry that was edited, deleted, inserted or moved is named. Exit code 1 when something does not hold.
        """
        from gateway.mirroring.auditing import audit_builds
        from gateway.mirroring.judging import BuildCheck, Outcome
        from gateway.mirroring.verifying import Verification

        if export is not None:
            no_scope(build, project, since, everything=all_)
            document = await loaded(call, export)
            verification = Verification()
            verification.add(BuildCheck(document.build_id, Outcome.MATCHES, document.standing, len(document.journal)))
        else:
            scope = chosen(build, project, since, everything=all_)
            with database(call, database_url) as engine, progress(call.output, "auditing") as done:
                verification = audit_builds(engine, scope, done=done)
        call.output.result(verification_json(verification), *audit_screen(verification))
        return ExitCode.DONE if verification.holds else ExitCode.FAILED
