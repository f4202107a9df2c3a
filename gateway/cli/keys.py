"""The keys that releases are signed with, and those that are believed."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from gateway.cli.command import command
from gateway.cli.exit_codes import CommandFailed
from gateway.cli.invocation import Invocation
from gateway.cli.key_files import key_file
from gateway.cli.plain import text

if TYPE_CHECKING:
    from baton.workshop.keys import KeyRing, PublicKey

_STYLES = {"current": "green", "past": "dim", "trusted": "cyan"}

KeyArgument = Annotated[str, typer.Argument(metavar="KEY", help="The key's ID, or its beginning.", show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="The keys that sign releases, and those that are believed.", rich_markup_mode="rich")
    app.add_typer(group, name="keys", no_args_is_help=True)

    @command(group, "list", temporal=False)
    def list_keys(call: Invocation) -> None:
        """The keys whose signatures count here: the current one, past ones, and those of others."""
        keys = _ring(call).believed()
        call.output.result({"keys": [_document(key) for key in keys]}, _table(keys))

    @command(group, "rotate", temporal=False)
    def rotate(call: Invocation) -> None:
        """Make a new key for releases from now on. What past keys have signed is believed still."""
        key = _ring(call).rotate()
        call.output.result(_document(key), text("✓ ", "green").append(f"{key.id} is the current key", "default"))

    @command(group, "export", temporal=False)
    def export(
        call: Invocation,
        key: Annotated[str, typer.Argument(metavar="[KEY]", help="A key's ID, or its beginning.")] = "",
    ) -> None:
        """Print a public key as PEM, for whoever is to verify your releases; the current one when none is named."""
        found = [one for one in _ring(call).believed() if (one.id.startswith(key) if key else one.kind == "current")]
        if len(found) != 1:
            what = f"{len(found)} keys have an ID that begins with {key!r}" if key else "There is no key yet"
            raise CommandFailed("no_such_key", f"{what}. See: python starter.py keys list, keys rotate")
        call.output.result(_document(found[0]), Text(found[0].pem.rstrip()))

    @command(group, "trust", temporal=False)
    def trust(
        call: Invocation,
        file: Annotated[Path, typer.Argument(metavar="FILE", help="A public Ed25519 key in PEM form.")],
    ) -> None:
        """Believe what is signed with somebody else's key. Make sure by another way that the key is theirs."""
        key = _ring(call).trust(key_file(file), repr(str(file)))
        call.output.result(_document(key), text("✓ ", "green").append(f"{key.id} is trusted", "default"))

    @command(group, "retire", temporal=False)
    def retire(call: Invocation, key: KeyArgument) -> None:
        """Believe a past key, or somebody else's, no more: a key that leaked. Releases signed with it fail then."""
        gone = _ring(call).retire(key)
        call.output.result(_document(gone), text("✓ ", "green").append(f"{gone.id} is trusted no more", "default"))


def _ring(call: Invocation) -> "KeyRing":
    from baton.workshop.keys import PASSWORD_VARIABLE, KeyRing

    return KeyRing(call.settings.home / "keys", password=os.environ.get(PASSWORD_VARIABLE))


def _document(key: "PublicKey") -> dict[str, str]:
    return {"id": key.id, "kind": key.kind.value, "pem": key.pem}


def _table(keys: "list[PublicKey]") -> Table | Text:
    if not keys:
        return Text("No keys yet: the first release makes one, or: python starter.py keys rotate", "dim")
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    table.add_column("key", overflow="fold")
    table.add_column("", no_wrap=True)
    for key in keys:
        table.add_row(key.id, text(key.kind.value, _STYLES[key.kind.value]))
    return table
