"""``mirror``: whether SQL says what Temporal's history says, and making it say so again."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli import mirror_schedule
from gateway.cli.command import command
from gateway.cli.database import DatabaseUrl, database
from gateway.cli.exit_codes import ExitCode
from gateway.cli.exported_file import loaded
from gateway.cli.invocation import Invocation
from gateway.cli.periods import Projects, Since
from gateway.cli.progressing import progress
from gateway.cli.proof_screens import repairs_json, repairs_screen, verification_json, verification_screen
from gateway.cli.scope_options import Everything, Named, chosen, no_scope

Phantoms = Annotated[
    bool,
    typer.Option("--remove-phantoms", help="Remove rows that no journal makes, neither Temporal's nor SQL's own."),
]
FromFile = Annotated[
    Path | None, typer.Option("--export", metavar="FILE", help="Take an export of a build instead of Temporal.")
]


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="The SQL mirror against Temporal: verify, repair, rebuild.", rich_markup_mode="rich")
    app.add_typer(group, name="mirror", no_args_is_help=True)
    mirror_schedule.register(group)

    @command(group, "verify")
    async def verify(
        call: Invocation,
        build: Named = None,
        project: Projects = None,
        since: Since = None,
        all_: Everything = False,
        export: FromFile = None,
        database_url: DatabaseUrl = None,
    ) -> ExitCode:
        """Compare SQL with Temporal's history, column by column. Changes nothing and needs no worker.

        Exit code 1 when SQL drifts. What a running build is about to write is no drift, and neither are builds that
        Temporal no longer has: of these SQL's own hash chain is checked, and they are counted.
        """
        from gateway.mirroring.exported import check_against
        from gateway.mirroring.verifying import Verification, verify

        if export is not None:
            no_scope(build, project, since, everything=all_)
            document = await loaded(call, export)
            verification, against = Verification(), "the export"
            with database(call, database_url) as engine:
                verification.add(check_against(engine, document))
        else:
            scope, against = chosen(build, project, since, everything=all_), "Temporal's history"
            with database(call, database_url) as engine, progress(call.output, "verifying") as done:
                verification = await verify(await call.connect(), engine, scope, done=done)
        call.output.result(verification_json(verification), *verification_screen(verification, against))
        if not verification.holds:
            call.output.detail("Mend it: python starter.py mirror repair")
        return ExitCode.DONE if verification.holds else ExitCode.FAILED

    @command(group, "repair")
    async def repair(
        call: Invocation,
        build: Named = None,
        project: Projects = None,
        since: Since = None,
        all_: Everything = False,
        remove_phantoms: Phantoms = False,
        database_url: DatabaseUrl = None,
    ) -> ExitCode:
        """Write what 'mirror verify' finds and nothing else, each build in one transaction, while builds go on.

        Nobody is notified of what is written. Exit code 1 when something differs still.
        """
        from gateway.mirroring.repairing import Repairing

        scope = chosen(build, project, since, everything=all_)
        with database(call, database_url) as engine, progress(call.output, "repairing") as done:
            repairs = await Repairing(await call.connect(), engine, remove=remove_phantoms).run(scope, done=done)
        call.output.result(repairs_json(repairs), *repairs_screen(repairs))
        return ExitCode.FAILED if repairs.left else ExitCode.DONE

    @command(group, "rebuild")
    async def rebuild(
        call: Invocation,
        build: Named = None,
        project: Projects = None,
        since: Since = None,
        all_: Everything = False,
        export: FromFile = None,
        database_url: DatabaseUrl = None,
    ) -> ExitCode:
        """Fill an empty or damaged database from Temporal's histories, or from an export, while builds go on.

        The tables have to be there: 'db upgrade' makes them. Builds that Temporal no longer has are left as they are.
        Nobody is notified of what is written. Exit code 1 when something differs still.
        """
        from gateway.mirroring.exported import rebuild_from
        from gateway.mirroring.repairing import Repairing, Repairs

        if export is not None:
            no_scope(build, project, since, everything=all_)
            document = await loaded(call, export)
            repairs = Repairs()
            with database(call, database_url) as engine:
                repairs.add(rebuild_from(engine, document))
        else:
            scope = chosen(build, project, since, everything=all_)
            with database(call, database_url) as engine, progress(call.output, "rebuilding") as done:
                repairs = await Repairing(await call.connect(), engine, rebuild=True).run(scope, done=done)
        call.output.result(repairs_json(repairs), *repairs_screen(repairs))
        return ExitCode.FAILED if repairs.left else ExitCode.DONE
