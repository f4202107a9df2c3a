"""``verify-release``: whether a release can be proven, link by link."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from gateway.cli.command import command
from gateway.cli.database import DatabaseUrl
from gateway.cli.exit_codes import ExitCode
from gateway.cli.invocation import Invocation
from gateway.cli.key_files import key_file
from gateway.cli.plain import line, text

if TYPE_CHECKING:
    from gateway.release_check.links import Proof

_LOOKS = {"holds": ("✓", "green"), "broken": ("✗", "bold red"), "unchecked": ("–", "yellow")}  # noqa: RUF001


def register(app: typer.Typer) -> None:
    """Add the command."""

    @command(app, "verify-release", temporal=False)
    async def verify_release(
        call: Invocation,
        archive: Annotated[Path, typer.Argument(metavar="ARCHIVE", help="The archive: NAME-VERSION.tar.gz.")],
        journal: Annotated[
            Path | None,
            typer.Option(
                "--journal", metavar="FILE", help="The build's journal, as 'journal BUILD --json' prints it, not SQL's."
            ),
        ] = None,
        repo: Annotated[
            str | None,
            typer.Option("--repo", metavar="PATH", help="A repository with the commit, not the build's workspace."),
        ] = None,
        key: Annotated[
            list[Path] | None,
            typer.Option("--key", metavar="FILE", help="Trust this public key alone; may be given several times."),
        ] = None,
        database_url: DatabaseUrl = None,
    ) -> ExitCode:
        """Prove a release: its bytes, its files, its commit, the journal of its build, and who signed for it.

        Temporal is not asked, and nothing is changed. What is missing counts as not proven. Exit code 0 only when
        every link holds.
        """
        from baton.runtime.settings import Settings
        from baton.workshop.keys import KeyRing, public_key
        from gateway.release_check.checking import Sources, check_release

        settings = Settings.from_environment(os.environ, database_url=database_url)
        sources = Sources(
            workspaces=settings.home / "workspaces",
            database_url=settings.database_url,
            keys=KeyRing(settings.home / "keys"),
            repo=repo,
            journal=journal,
            only=[public_key(key_file(path), repr(str(path))) for path in key or ()],
        )
        proof = await check_release(archive, sources)
        call.output.result(proof, _table(proof), _verdict(proof))
        return ExitCode.DONE if proof.proven else ExitCode.FAILED


def _table(proof: "Proof") -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False, pad_edge=False)
    table.add_column(width=1)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for link in proof.links:
        mark, style = _LOOKS[link.outcome.value]
        found = text(line(link.found), "dim" if link.outcome.value == "holds" else "")
        if link.advice:
            found.append("\n→ ", "dim").append(text(link.advice, "cyan"))
        table.add_row(text(mark, style), text(link.name.value), found)
    return table


def _verdict(proof: "Proof") -> Text:
    if proof.first_broken is None:
        return text("Proven: every link holds.", "green")
    return text(f"Not proven: the first link that does not hold is {proof.first_broken.value}.", "bold red")
