"""Looking at one build: its status, its handoffs, its journal."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.command import command
from gateway.cli.database import DatabaseUrl, database
from gateway.cli.exit_codes import CommandFailed, ExitCode
from gateway.cli.invocation import Invocation
from gateway.cli.options import BuildArgument

if TYPE_CHECKING:
    from baton.domain.view import BuildView

_FOLLOW_SECONDS = 0.5


def register(app: typer.Typer) -> None:
    """Add the commands."""

    @command(app, "status")
    async def status(call: Invocation, build: BuildArgument, database_url: DatabaseUrl = None) -> None:
        """Where a build is, what it waits for, and what it has used. SQL tells of builds that Temporal has no more."""
        from gateway.cli.screens import build_screen
        from gateway.errors import BuildNotFound

        builds = await call.builds()
        try:
            view = await builds.status(build)
        except BuildNotFound:
            from baton.store.beside import beside

            if (kept := await beside(_kept, call, build, database_url)) is None:
                raise
            call.output.warn("Temporal has no such build, or has it no more. Told from SQL")
            view = kept
        forks = await builds.forks(build)
        call.output.result(
            view.model_dump(mode="json") | {"forks": forks}, *build_screen(view, call.output.console.width, forks)
        )

    @command(app, "watch", traced=False)
    async def watch(call: Invocation, build: BuildArgument) -> ExitCode:
        """Watch a build live until it ends; Ctrl-C leaves it alone."""
        from gateway.cli.watching import follow

        return await follow(call, await call.builds(), build)

    @command(app, "history")
    async def history(call: Invocation, build: BuildArgument) -> None:
        """A build's handoffs, with what was handed over (whole with --json)."""
        from gateway.cli.tables import handoff_table

        handoffs = await (await call.builds()).history(build)
        document = [handoff.record.model_dump(mode="json") | {"data": handoff.data} for handoff in handoffs]
        call.output.result({"build_id": build, "handoffs": document}, handoff_table(handoffs))

    @command(app, "journal")
    async def journal(
        call: Invocation,
        build: BuildArgument,
        after: Annotated[int, typer.Option("--after", metavar="N", min=0, help="Only what follows entry N.")] = 0,
        follow: Annotated[bool, typer.Option("--follow", help="Go on until the build ends.")] = False,
    ) -> None:
        """Everything that happened to a build; its hash chain is verified."""
        import asyncio

        from baton.domain.journal import ChainBroken, Entry, Head, verify
        from gateway.cli.tables import entry_line, entry_row

        shown = entry_row if call.output.console.is_terminal else entry_line
        builds = await call.builds()
        entries: list[Entry] = []
        while True:
            more = await builds.journal(build, after=entries[-1].sequence if entries else after)
            for entry in more:
                call.output.say(shown(entry))
            entries += more
            if not follow or ((await builds.status(build)).ended and not more):
                break
            await asyncio.sleep(_FOLLOW_SECONDS)
        try:
            head = verify(entries, after=Head(sequence=after, hash=entries[0].prev_hash)) if entries else None
        except ChainBroken as broken:
            raise CommandFailed("chain_broken", f"The journal of {build!r} was tampered with: {broken}") from None
        document: dict[str, Any] = {"build_id": build, "entries": entries, "verified": True}
        call.output.result(document | {"head": head})
        call.output.detail(f"{len(entries)} entries; the hash chain holds")


def _kept(call: Invocation, build: str, database_url: str | None) -> "BuildView | None":
    """The build as SQL has it; ``None`` also where SQL cannot be asked, since then what Temporal said says more."""
    from baton.store.errors import StoreError
    from baton.store.reading import kept_view

    try:
        with database(call, database_url) as engine:
            return kept_view(engine, build)
    except StoreError:
        return None
