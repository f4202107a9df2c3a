"""Forking a build."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from baton.domain.vocabulary import LimitName, Phase
from gateway.cli.command import command
from gateway.cli.database import DatabaseUrl, database
from gateway.cli.exit_codes import CommandFailed, ExitCode
from gateway.cli.holding import read_limits
from gateway.cli.invocation import Invocation
from gateway.cli.options import BuildArgument, OptionalReason
from gateway.cli.plain import text

if TYPE_CHECKING:
    from baton.domain.journal import Entry
    from gateway.builds import Builds
    from gateway.journals import Journal


def register(app: typer.Typer) -> None:
    """Add the command."""

    @command(app, "fork", sends=True)
    async def fork(
        call: Invocation,
        build: BuildArgument,
        phase: Annotated[
            Phase,
            typer.Option(
                "--from", metavar="PHASE", case_sensitive=False, help="The phase to begin with: " + ", ".join(Phase)
            ),
        ],
        at: Annotated[
            int | None,
            typer.Option(
                "--at", metavar="SEQUENCE", min=1, help="The entry with which it began. Default: its latest run."
            ),
        ] = None,
        build_id: Annotated[
            str | None,
            typer.Option("--build-id", metavar="ID", help="The new build's ID. Default: made from BUILD and the key."),
        ] = None,
        profile: Annotated[
            str | None,
            typer.Option("--profile", metavar="NAME", help="How the roles are played. Default: as in BUILD."),
        ] = None,
        extend: Annotated[
            list[str] | None,
            typer.Option(
                "--extend-limit",
                metavar="NAME=MAXIMUM",
                help=f"A higher budget, or 'none'; may be repeated. Names: {', '.join(LimitName)}.",
            ),
        ] = None,
        reason: OptionalReason = "",
        watch: Annotated[bool, typer.Option("--watch", help="Watch it until it ends.")] = False,
        database_url: DatabaseUrl = None,
    ) -> ExitCode | None:
        """Begin a new build where a phase of another began: its commit, reports and budgets, ended or not."""
        from baton.domain.actors import Actor
        from gateway.forking import ForkWish, start_of_fork

        if build_id is not None:
            _check(build_id)
        limits = read_limits(extend or [], "--extend-limit")
        sender: dict[str, Any] = call.sender.fields()
        wish = ForkWish(phase, at, build_id, profile, limits, reason, call.sender.command_id)
        builds = await call.builds()
        origin = await _journal(call, builds, build, database_url)
        if origin.instead:
            call.output.warn(f"{origin.instead}. Forked from what SQL has, which can be moments behind")
        if not origin.entries:
            await builds.status(build)  # which says why: it never opened, or is about to
        start = start_of_fork(origin.entries, wish, Actor.model_validate(sender["actor"]))
        answer = await builds.fork(start)
        if watch:
            from gateway.cli.watching import follow

            return await follow(call, builds, answer.build_id)
        first = text("✓ ", "green").append(answer.build_id, "bold").append(f"  {answer.state.value}", "cyan")
        first.append(f"  {answer.status.value.replace('_', ' ')}", "dim")
        assert start.forking is not None
        lineage = start.forking.fork.origin
        said = f"  forked from {lineage.build_id}, where {phase.value} began with entry {lineage.sequence}"
        call.output.result(
            answer.model_dump(mode="json") | {"forked_from": lineage},
            first,
            text(said, "dim"),
            text(f"  python starter.py watch {answer.build_id}", "dim"),
        )
        return None


def _check(build_id: str) -> None:
    import re

    from baton.domain.requests import BUILD_ID_PATTERN
    from gateway.builds import BUILD_ID_RULE

    if re.fullmatch(BUILD_ID_PATTERN, build_id) is None:
        raise CommandFailed("usage", f"--build-id {build_id[:120]!r}: {BUILD_ID_RULE}", ExitCode.USAGE)


async def _journal(call: Invocation, builds: "Builds", build: str, database_url: str | None) -> "Journal":
    from gateway.journals import read

    async def from_sql() -> "list[Entry]":
        from baton.store.beside import beside

        return await beside(_in_sql, call, build, database_url)

    return await read(build, temporal=lambda: builds.journal(build), sql=from_sql)


def _in_sql(call: Invocation, build: str, database_url: str | None) -> "list[Entry]":
    from baton.store.reading import journal

    with database(call, database_url) as engine:
        return journal(engine, build)
