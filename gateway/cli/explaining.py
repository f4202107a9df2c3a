"""``explain``: why a build is where it is."""

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
    from baton.domain.outside import OutsideEnd
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

        journal, end = await _journal(call, build, source, database_url)
        now = datetime.now(UTC)
        sentences = tell(journal.entries, now, now.astimezone().tzinfo or UTC, end)
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


async def _journal(
    call: Invocation, build: str, source: Source | None, database_url: str | None
) -> "tuple[Journal, OutsideEnd | None]":
    """The journal, and how the build ended without it saying so, from the same source."""
    from baton.domain.journal import ChainBroken, verify
    from gateway.journals import read

    ends: list[OutsideEnd | None] = []

    async def from_temporal() -> "list[Entry]":
        builds = await call.builds()
        entries = await builds.journal(build)
        ends.append(await builds.outside_end(build))
        return entries

    async def from_sql() -> "list[Entry]":
        from baton.store.beside import beside

        entries, end = await beside(_in_sql, call, build, database_url)
        ends.append(end)
        return entries

    journal = await read(build, temporal=from_temporal, sql=from_sql, source=source)
    try:
        verify(journal.entries)
    except ChainBroken as broken:
        raise CommandFailed("chain_broken", f"The journal of {build!r} was tampered with: {broken}") from None
    return journal, ends[-1]


def _in_sql(call: Invocation, build: str, database_url: str | None) -> "tuple[list[Entry], OutsideEnd | None]":
    from baton.store.reading import journal_and_end

    with database(call, database_url) as engine:
        return journal_and_end(engine, build)
