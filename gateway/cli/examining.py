"""The doctor: what is here, what is missing, what to do."""

from typing import TYPE_CHECKING

import typer
from rich.table import Table

from gateway.cli.command import command
from gateway.cli.exit_codes import ExitCode
from gateway.cli.invocation import Invocation
from gateway.cli.plain import line, text

if TYPE_CHECKING:
    from gateway.doctor import Check

_LOOKS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "failed": ("✗", "bold red")}


def register(app: typer.Typer) -> None:
    """Add the command."""

    @command(app, "doctor")
    async def doctor(call: Invocation) -> ExitCode:
        """Check Temporal, workers, database, git, sandbox and profiles, and say what to do."""
        from gateway.doctor import Health, check_database, check_machine
        from gateway.payloads.checks import check_payloads

        settings = call.settings
        here = [*check_machine(settings), check_database(settings), *check_payloads(settings)]
        checks = [*here, *await _temporal(call)]
        failed = [check for check in checks if check.health is Health.FAILED]
        call.output.result({"healthy": not failed, "checks": checks}, _table(checks))
        if not failed:
            return ExitCode.DONE
        return ExitCode.UNREACHABLE if any(check.unreachable for check in failed) else ExitCode.FAILED


async def _temporal(call: Invocation) -> "list[Check]":
    from baton.runtime.client import TemporalConnectionError
    from baton.runtime.encryption.errors import EncryptionError
    from baton.runtime.storage.errors import PayloadStoreError
    from gateway.doctor import Check, Health
    from gateway.temporal_checks import check_temporal

    try:
        client = await call.connect()
    except (EncryptionError, PayloadStoreError):
        return []  # told of already
    except TemporalConnectionError as error:
        message, _, advice = str(error).rpartition(". ")
        return [Check("temporal", Health.FAILED, message or str(error), advice, unreachable=True)]
    return [check async for check in check_temporal(client, deployment=call.settings.deployment)]


def _table(checks: "list[Check]") -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False, pad_edge=False)
    table.add_column(width=1)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for check in checks:
        mark, style = _LOOKS[check.health.value]
        found = text(line(check.found), "" if check.health.value != "ok" else "dim")
        if check.advice:
            found.append("\n→ ", "dim").append(text(check.advice, "cyan"))
        table.add_row(text(mark, style), text(check.name), found)
    return table
