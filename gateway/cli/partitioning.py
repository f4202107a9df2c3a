"""Dividing the mirror's large tables by months, and forgetting the old ones."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from gateway.cli.command import command
from gateway.cli.database import DatabaseUrl, database
from gateway.cli.exit_codes import CommandFailed, ExitCode
from gateway.cli.invocation import Invocation
from gateway.cli.plain import text


def register(group: typer.Typer) -> None:
    """Add the commands to ``db``."""

    @command(group, "partition", temporal=False)
    def partition(
        call: Invocation,
        ahead: Annotated[
            int,
            typer.Option("--ahead", metavar="MONTHS", min=2, max=120, help="Partitions for so many months to come."),
        ] = 24,
        database_url: DatabaseUrl = None,
    ) -> None:
        """Divide events and handoffs by months (PostgreSQL); run again, make those of further months.

        No row is moved. The mirror waits meanwhile, and builds do not.
        """
        from baton.store.partitions.dividing import divide
        from baton.store.urls import redacted

        with database(call, database_url) as engine:
            made = divide(engine, ahead)
            where = redacted(engine.url)
        call.output.result(
            {"database": where, "made": made},
            text("✓ ", "green").append(f"{where}  ", "default").append(f"{len(made)} partitions made", "dim"),
        )

    @command(group, "forget", temporal=False)
    def forget_(
        call: Invocation,
        before: Annotated[
            str, typer.Option("--before", metavar="DAY", help="Builds that began before the month of this day (UTC).")
        ],
        yes: Annotated[bool, typer.Option("--yes", help="Yes, delete them from SQL for good.")] = False,
        database_url: DatabaseUrl = None,
    ) -> None:
        """Delete old builds from SQL by dropping partitions: rows, journals, figures. Needs db partition first.

        Builds that run stay, and with them what began since the oldest of them.
        """
        from baton.store.partitions.forgetting import forget

        day = _day(before)
        if not yes:
            raise CommandFailed(
                "usage",
                "db forget deletes builds from SQL for good, with their journals and their part in reports. Have a "
                "backup, or export them; then add --yes",
                ExitCode.USAGE,
            )
        with database(call, database_url) as engine:
            gone = forget(engine, day)
        told = text("✓ ", "green").append(f"{gone.builds} builds and {len(gone.partitions)} partitions", "default")
        if gone.before is not None:
            told.append(f"  began before {gone.before:%Y-%m-%d}", "dim")
        call.output.result(gone, told)
        if gone.kept_by is not None:
            call.output.warn(f"More stays: build {gone.kept_by!r}, which began before {before}, has not ended")


def _day(value: str) -> datetime:
    try:
        day = datetime.fromisoformat(value)
    except ValueError:
        raise CommandFailed("bad_period", f"--before {value!r} is no day, such as 2026-03-01", ExitCode.USAGE) from None
    return day.replace(tzinfo=UTC) if day.tzinfo is None else day.astimezone(UTC)
