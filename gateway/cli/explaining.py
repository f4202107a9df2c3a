"""``explain``: why a build is where it is."""

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.command import command
from gateway.cli.database import DatabaseUrl, database
from gateway.cli.exit_codes import CommandFailed
from gateway.cli.invocation import Invocation
from gateway.cli.options import BuildArgument
from gateway.sources import Source

if TYPE_CHECKING:
    from baton.domain.journal import Entry
    from gateway.journals import Journal


def register(app: typer.Typer) -> None:
    """Add the command."""

    @command(app, "explain")
    async def explain(
        call: Invocation,
        build: BuildArgument,
        source: Annotated[
            Source | None,
            typer.Option(
                "--source",
                metavar="SOURCE",
                case_sensitive=False,
                help="Whose journal: temporal or sql. Default: Temporal's, or SQL's where Temporal cannot tell.",
            ),
        ] = None,
        database_url: DatabaseUrl = None,
    ) -> None:
        """Why a build is where it is: from its journal alone, each sentence with the entries that it rests on."""
        from gateway.cli.story_screen import story_screen
        from gateway.story.telling import tell

        journal = await _journal(call, build, source, database_url)
        now = datetime.now(UTC)
        sentences = tell(journal.entries, now, now.astimezone().tzinfo or UTC)
        if journal.instead:
            call.output.warn(f"{journal.instead}. Told from SQL, which can be moments behind")
        call.output.result(
            {
                "build_id": build,
                "source": journal.source,
                "entries": len(journal.entries),
                "sentences": sentences,
            },
            *story_screen(sentences, call.output.console),
        )
        call.output.detail(f"{len(journal.entries)} entries from {journal.source.value}; the hash chain holds")


async def _journal(call: Invocation, build: str, source: Source | None, database_url: str | None) -> "Journal":
    from baton.domain.journal import ChainBroken, verify
    from gateway.journals import read

    async def from_temporal() -> "list[Entry]":
        return await (await call.builds()).journal(build)

    async def from_sql() -> "list[Entry]":
        return await asyncio.to_thread(_in_sql, call, build, database_url)

    journal = await read(build, temporal=from_temporal, sql=from_sql, source=source)
    try:
        verify(journal.entries)
    except ChainBroken as broken:
        raise CommandFailed("chain_broken", f"The journal of {build!r} was tampered with: {broken}") from None
    return journal


def _in_sql(call: Invocation, build: str, database_url: str | None) -> "list[Entry]":
    from baton.store.reading import journal

    with database(call, database_url) as engine:
        return journal(engine, build)
