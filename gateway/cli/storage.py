"""Payloads that are kept outside Temporal."""

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.command import command
from gateway.cli.exit_codes import CommandFailed, ExitCode
from gateway.cli.invocation import Invocation
from gateway.cli.plain import text

if TYPE_CHECKING:
    from rich.text import Text

    from gateway.payloads.collecting import Found

_SPAN = re.compile(r"(\d{1,6})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_LEAST = timedelta(minutes=10)
_MOST_SHOWN = 5


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(
        help="Payloads too large for Temporal, where BATON_PAYLOAD_STORE keeps them.", rich_markup_mode="rich"
    )
    app.add_typer(group, name="storage", no_args_is_help=True)

    @command(group, "gc")
    async def gc(
        call: Invocation,
        delete: Annotated[bool, typer.Option("--delete", help="Delete what was found; else it is only told.")] = False,
        older_than: Annotated[
            str, typer.Option("--older-than", metavar="SPAN", help="Leave what is younger: 90m, 36h, 7d.")
        ] = "24h",
    ) -> ExitCode:
        """Find payloads that nothing refers to any more that Temporal keeps, and with --delete delete them.

        Every history of the namespace is looked through, and every schedule. When that cannot be done to the end, or a
        history refers to a payload that is not in the store, nothing is deleted, and it exits with 1.
        """
        import asyncio
        from datetime import UTC, datetime

        from baton.runtime.storage.opening import store_of
        from gateway.payloads.collecting import look

        age = _age(older_than)
        store = store_of(call.settings)
        if store is None:
            raise CommandFailed(
                "no_payload_store",
                "No payloads are kept outside Temporal: BATON_PAYLOAD_STORE is not set here",
                ExitCode.USAGE,
            )
        client = await call.connect()
        found = await look(client, store, now=datetime.now(UTC), older_than=age)
        delete = delete and not found.missing
        if delete:
            await asyncio.to_thread(store.delete, [blob.key for blob in found.garbage])
        document = {
            "store": store.where,
            "namespace": client.namespace,
            "deleted": delete,
            "garbage": found.garbage,
            "needed": found.needed,
            "young": found.young,
            "missing": found.missing,
            "runs": found.runs,
        }
        call.output.result(document, *_told(found, store.where, deleted=delete))
        return ExitCode.FAILED if found.missing else ExitCode.DONE


def _age(span: str) -> timedelta:
    matched = _SPAN.fullmatch(span)
    age = timedelta(**{_UNITS[matched[2]]: int(matched[1])}) if matched else timedelta(0)
    if age < _LEAST:
        raise CommandFailed(
            "bad_span",
            f"--older-than {span!r} is no span of at least 10 minutes, such as 90m, 36h or 7d: a reference to a "
            "payload takes its time to reach Temporal",
            ExitCode.USAGE,
        )
    return age


def _told(found: "Found", where: str, *, deleted: bool) -> "list[Text]":
    size = sum(blob.size for blob in found.garbage)
    what = f"{len(found.garbage):,} payload{'s' * (len(found.garbage) != 1)} ({size:,} bytes)"
    rest = f"{found.needed:,} needed, {found.young:,} too young to tell; {found.runs:,} runs looked through"
    lines = [
        text("✓ ", "green").append(f"{where}: {what} {'deleted' if deleted else 'could be deleted'}", "default"),
        text(f"  {rest}", "dim"),
    ]
    if found.garbage and not deleted and not found.missing:
        lines.append(text("  Delete them: python starter.py storage gc --delete", "dim"))
    if found.missing:
        more = f" and {len(found.missing) - _MOST_SHOWN:,} more" if len(found.missing) > _MOST_SHOWN else ""
        lost = ", ".join(found.missing[:_MOST_SHOWN]) + more
        lines.append(text("✗ ", "red").append(f"referred to and not there: {lost}. Is this the store?", "default"))
    return lines
