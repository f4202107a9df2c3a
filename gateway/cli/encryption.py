"""The keys that payloads in Temporal are encrypted with."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.command import command
from gateway.cli.exit_codes import ExitCode
from gateway.cli.invocation import Invocation
from gateway.cli.plain import text

if TYPE_CHECKING:
    from rich.text import Text

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="The file of keys; made when it is not there.")]


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="The keys that payloads in Temporal are encrypted with.", rich_markup_mode="rich")
    app.add_typer(group, name="encryption", no_args_is_help=True)

    @command(group, "new", temporal=False)
    def new(call: Invocation, file: FileArgument) -> None:
        """Make a key, behind those in FILE: it decrypts at once, and encrypts when it is promoted.

        The first key of a file encrypts. The key itself is not shown.
        """
        from datetime import UTC, datetime

        from baton.runtime.encryption.key_file import add_key, read_key_file

        key = add_key(file, datetime.now(UTC))
        ids = read_key_file(file).ids
        then = (
            f"It encrypts where BATON_ENCRYPTION_KEY_FILE={file} is set, for workers, gateway and command line alike"
            if ids == (key.id,)
            else "When every process has the file and was started anew: "
            f"python starter.py encryption promote {key.id} {file}"
        )
        call.output.result(
            {"id": key.id, "file": file, "keys": ids},
            text("✓ ", "green").append(f"{key.id} is in {file}", "default"),
            text(f"  {then}", "dim"),
        )

    @command(group, "promote", temporal=False)
    def promote(
        call: Invocation,
        key: Annotated[str, typer.Argument(metavar="KEY", help="The key's ID.")],
        file: FileArgument,
    ) -> None:
        """Have a key of FILE encrypt from now on; the others go on decrypting. Processes read it when they start."""
        from baton.runtime.encryption.key_file import promote_key, read_key_file

        promoted = promote_key(file, key)
        call.output.result(
            {"id": promoted.id, "file": file, "keys": read_key_file(file).ids},
            text("✓ ", "green").append(f"{promoted.id} encrypts, as soon as a process is started anew", "default"),
        )

    @command(group, "list", temporal=False)
    def list_keys(call: Invocation) -> None:
        """The IDs of the keys that a process has which is started here, the one that encrypts first."""
        from baton.runtime.payloads import ring_of

        ids = ring_of(call.settings).ids
        call.output.result({"encrypted": bool(ids), "keys": ids}, *_listed(ids))

    @command(group, "used")
    async def used(call: Invocation) -> ExitCode:
        """Which keys are needed for what Temporal keeps: an old key can go when nothing is counted for it.

        Every history of the namespace is looked through. Exits with 1 when a key is needed that is not here.
        """
        from baton.runtime.payloads import ring_of
        from gateway.payloads.counting import count_keys

        ids = ring_of(call.settings).ids
        counted = await count_keys(await call.connect())
        needed = set(counted.payloads) - {None}
        missing = sorted(str(key) for key in needed - set(ids))
        document = {
            "runs": counted.runs,
            "plain": counted.payloads[None],
            "keys": {key: counted.payloads[key] for key in {*ids, *needed} if key is not None},
            "missing": missing,
        }
        lines = [
            text(f"{counted.runs:,} runs looked through", "dim"),
            text(f"  not encrypted: {counted.payloads[None]:,}"),
        ]
        for key in (*ids, *missing):
            line = text(f"  {key}: {counted.payloads[key]:,}")
            if key in missing:
                line.append("  not here", "red")
            elif not counted.payloads[key]:
                line.append("  not needed", "dim")
            lines.append(line)
        call.output.result(document, *lines)
        return ExitCode.FAILED if missing else ExitCode.DONE


def _listed(ids: tuple[str, ...]) -> "list[Text]":
    if not ids:
        return [text("Payloads are not encrypted. Make a key: python starter.py encryption new FILE", "dim")]
    first, *others = ids
    return [
        text(f"{first}  ").append("encrypts and decrypts", "green"),
        *(text(f"{key}  ").append("decrypts", "dim") for key in others),
    ]
