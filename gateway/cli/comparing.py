"""``report compare``: two builds side by side."""

from typing import Annotated

import typer

from gateway.cli.command import command
from gateway.cli.database import DatabaseUrl, database
from gateway.cli.exit_codes import CommandFailed, ExitCode
from gateway.cli.invocation import Invocation

_TABLES = ("phases", "builds")


def register(group: typer.Typer) -> None:
    """Add the command to the group of the reports."""

    @command(group, "compare", temporal=False)
    def compare_(
        call: Invocation,
        one: Annotated[str, typer.Argument(metavar="A", help="A build's ID.", show_default=False)],
        other: Annotated[str, typer.Argument(metavar="B", help="Another build's ID.", show_default=False)],
        csv: Annotated[bool, typer.Option("--csv", help="One table as CSV on standard output.")] = False,
        table: Annotated[
            str | None, typer.Option("--table", metavar="NAME", help="With --csv: which table. Default: the first.")
        ] = None,
        database_url: DatabaseUrl = None,
    ) -> None:
        """Two builds side by side: phases, rounds, findings, evidence, cost, and where they part.

        Tables: phases, builds.
        """
        from baton.store.reports import comparing, figures
        from gateway.cli.comparison_screen import comparison_screen
        from gateway.cli.csv_output import as_csv

        _check(as_csv=csv, as_json=call.output.as_json, table=table)
        with database(call, database_url) as engine:
            try:
                compared = comparing.compare(engine, one, other)
            except LookupError as missing:
                raise CommandFailed("not_found", f"{missing}. See those there are: python starter.py list") from None
        if not csv:
            call.output.result(compared, comparison_screen(compared))
        elif table == "builds":
            both = [compared.one.figures, compared.other.figures]
            call.output.raw(as_csv(figures.BuildFigures, both))
        else:
            call.output.raw(as_csv(comparing.PhaseSide, [*compared.one.phases, *compared.other.phases]))


def _check(*, as_csv: bool, as_json: bool, table: str | None) -> None:
    if as_csv and as_json:
        raise _usage("--csv and --json both want standard output: choose one")
    if table is not None and not as_csv:
        raise _usage("--table chooses what --csv gives: add --csv")
    if table is not None and table not in _TABLES:
        raise _usage(f"there is no table {table!r}; there are: {', '.join(_TABLES)}")


def _usage(message: str) -> CommandFailed:
    return CommandFailed("usage", message, ExitCode.USAGE)
